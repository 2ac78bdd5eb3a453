"""Offers on screen, and forms as a browser sends them."""

import sqlalchemy as sa

from matching.store.organisations import Offer
from matching.vocabulary import OfferState
from tests import build
from tests.web.doors import csrf

SIRET = "73282932000074"


def made(database, **changes):
    """Ref of an offer, complete and open unless said otherwise."""
    with database.transaction() as session:
        siret = changes.pop("siret", None)
        if "employer" not in changes:
            changes["employer"] = build.organisation(session, siret=siret)
        return build.offer(session, **changes).public_id


def waiting(database, **changes):
    facts = {
        "state": OfferState.TO_COMPLETE, "tutor": None, "training": None, "missing": ["tutor", "training"],
        "opened_on": None, "review_by": None, "siret": SIRET, **changes,
    }  # fmt: skip
    return made(database, **facts)


def stored(database, ref):
    with database.reading() as session:
        return session.scalars(sa.select(Offer).where(Offer.public_id == ref)).one()


def act(client, ref, action, **answers):
    token = csrf(client, f"/offres/{ref}")
    return client.post(f"/offres/{ref}/etape/{action}", data={"csrf_token": token, **answers})
