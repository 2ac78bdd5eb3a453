"""Candidates for an offer, and advisors who examine them."""

import re
from datetime import date

import sqlalchemy as sa

from matching.store.matches import MatchProposal, ReviewDecision
from matching.store.people import Situation
from matching.store.upkeep import AuditEvent
from tests import build
from tests.web import doors

FRAGMENT = {"X-Fragment": "1"}
PARTS = {"occupation": 1.0, "skills": 0.5, "wish": 1.0}
REASONS = [
    {"code": "same-occupation", "affinity": 1.0, "certainty": 1.0, "part": "occupation", "points": 0.538462},
    {"code": "some-skills", "asked": 2, "held": 1, "part": "skills", "points": 0.153846},
    {"code": "wanted", "share": 1.0, "part": "wish", "points": 0.153846},
]


class Scene:
    """An offer with candidates of the agency, and an advisor at it."""

    def __init__(self, app, database, candidates=3, **offer):
        self.app, self.database = app, database
        with database.transaction() as session:
            self.advisor = doors.account(session, name="Claire Delmotte")
            agency = doors.an_agency(session)
            facts = {"title": "Jardinier", "skills": ["taille", "arrosage"], **offer}
            self.offer = build.offer(session, **facts)
            self.proposals = [
                build.proposal(
                    session,
                    offer=self.offer,
                    person=build.person(
                        session,
                        agency_id=agency.id,
                        given_names=name,
                        family_name="Morel",
                        civility="Mme" if name == "Inès" else "M",
                        skills=["taille"],
                        address="1 rue du Hocquet",
                    ),
                    score=round(0.9 - rank / 100, 2),
                    rank=rank,
                    due_on=date(2013, 11, 8),
                    parts=PARTS,
                    reasons=REASONS,
                    eligible_until=date(2017, 12, 31),
                    wake_on=None,
                    asked_on=None,
                    programmes=[{"id": "emplois-avenir", "eligible_until": "2017-12-31"}],
                )
                for rank, name in enumerate(
                    (["Inès", "Karim", "Yanis", *map(str, range(100))])[:candidates], 1
                )
            ]
        self.client = doors.sign_in(app, self.advisor)
        self.token = None

    def __getitem__(self, rank):
        """The stored proposal of that rank."""
        with self.database.reading() as session:
            return session.get_one(MatchProposal, self.proposals[rank - 1].id)

    @property
    def queue_url(self):
        return f"/offres/{self.offer.public_id}/propositions"

    def sheet_url(self, rank):
        return f"{self.queue_url}/{self.proposals[rank - 1].public_id}"

    def decide(self, rank, action, *, client=None, fragment=False, seen=None, **data):
        client = client or self.client
        row = seen or self[rank]
        token = doors.csrf(client, self.sheet_url(rank))
        return client.post(
            f"/propositions/{row.public_id}/decision",
            data={
                "csrf_token": token,
                "action": action,
                "version": row.version,
                "state": str(row.state),
                **data,
            },
            headers=FRAGMENT if fragment else {},
        )

    def colleague(self, kind="advisor", **changes):
        with self.database.transaction() as session:
            user = doors.account(session, kind, name=changes.pop("name", "Paul Lenoir"), **changes)
        return doors.sign_in(self.app, user)

    def change(self, rank, **values):
        with self.database.transaction() as session:
            row = session.get_one(MatchProposal, self.proposals[rank - 1].id)
            for name, value in values.items():
                setattr(row, name, value)

    def decisions(self):
        with self.database.reading() as session:
            rows = session.scalars(sa.select(ReviewDecision).order_by(ReviewDecision.id))
            return [(row.action, row.reason_code, row.note, row.channel) for row in rows]

    def events(self, **conditions):
        with self.database.reading() as session:
            query = sa.select(AuditEvent).filter_by(**conditions).order_by(AuditEvent.id)
            return [(event.action, event.subject_id) for event in session.scalars(query)]


def rank_of(page):
    """The candidate whose sheet a page shows."""
    found = re.search(r'<h2 id="fiche-nom"[^>]*>([^<·]+)', page)
    return found[1].strip() if found else None


def uncertain(scene, rank):
    """Nobody has said whether that person works."""
    with scene.database.transaction() as session:
        session.execute(
            sa.delete(Situation).where(Situation.person_id == scene.proposals[rank - 1].person_id)
        )
    scene.change(
        rank, verdict=0, eligible_until=None,
        reservations=[{"code": "right-to-confirm", "programme": "emplois-avenir", "missing": ["employment"]}],
    )  # fmt: skip


def values(scene, *ranks):
    return [f"{scene[rank].public_id}.{scene[rank].version}.{scene[rank].state}" for rank in ranks]
