"""Hires on screen: a base, an advisor, dossiers on their way."""

import re

import sqlalchemy as sa

from matching.store.placements import Placement
from tests import hires
from tests.markup import check_markup
from tests.web.doors import account, an_agency, sign_in


def base_of(app):
    return app.extensions["passerelle"].database


def advisor(app, kind="advisor", **changes):
    with base_of(app).transaction() as session:
        made = account(session, kind, **changes)
    return sign_in(app, made)


def chosen(app, name=hires.AVENIR, **changes):
    """The public id of a selected proposal of the advisor's agency."""
    with base_of(app).transaction() as session:
        return hires.selected(session, agency=an_agency(session), name=name, **changes).public_id


def hire(app, name=hires.AVENIR, **changes):
    with base_of(app).transaction() as session:
        return hires.hired(session, agency=an_agency(session), name=name, **changes).public_id


def token(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]


def stored(app, ref):
    with base_of(app).reading() as session:
        return session.scalar(sa.select(Placement).where(Placement.public_id == ref))


def step(client, ref, action, confirm=True, page=None, **fields):
    """Post a step as its form on the page would."""
    page = page or client.get(f"/placements/{ref}")
    where = "annulation" if action == "cancel" else f"etapes/{action}"
    data = {"csrf_token": token(page)}
    for name in ("version", "seen"):
        found = re.search(rf'name="{action}-{name}" value="(\d+)"', page.text)
        data[f"{action}-{name}"] = found[1] if found else ""
    data |= {f"{action}-{name}": value for name, value in fields.items()}
    answer = client.post(f"/placements/{ref}/{where}", data=data)
    if answer.status_code == 200 and confirm:
        check_markup(answer.text)
        held = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
        return client.post(f"/placements/{ref}/{where}", data=held)
    return answer
