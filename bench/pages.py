"""Pages of a working day (advisor, animator, officer, the public): time to answer on the demo, and ten times over.

    python bench/pages.py [--times 10] [--requests 40] [--folder DIR]

Prints one JSON object: for each page the median and the 95th percentile in milliseconds at both sizes, the growth
(median at the larger size over the median at the demo's own: the peer of a page is itself on ten times fewer rows),
its statements to the database, and the size of what is sent. The answers are made in this process, through the whole
application (session, policy, templates), one after the other, without a network: nothing waits but for the database.
Bases are made in DIR (kept for the next time) or in a temporary folder. The aim: p95 under 300 ms at ten times.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matching import clock
from matching.scoring.referential import Referential
from matching.store.accounts import User
from matching.store.campaign import ClausePerson, Lot, Outreach, OutreachAttempt, PotentialApproach
from matching.store.club import ClubContact, ClubMembership
from matching.store.matches import MatchProposal
from matching.store.organisations import Offer, Organisation
from matching.store.people import Person
from matching.store.placements import Placement
from matching.store.sessions import SessionAttendance
from matching.vocabulary import ProposalState, Role
from web import settings
from web.app import create_app
from web.commands.demo import OFFERS, PEOPLE, SEED, TODAY
from web.demo.load import load
from web.demo.write import write
from web.matcher import run_match
from web.rules import book_of
from web.security import sessions
from web.warm import up

AIM_MS = 300


def prepare(folder: Path, times: int) -> None:
    """The demo, so many times as large, in that data folder; left alone when it is there already."""
    os.environ["PASSERELLE_DATA_DIR"] = str(folder)
    if (folder / "ready").exists():
        return
    chosen = settings.load()
    from web import database

    with database.opened(chosen) as opened, tempfile.TemporaryDirectory() as temporary:
        files = Path(temporary) / "demo"
        today = date.fromisoformat(TODAY)
        write(files, people=PEOPLE * times, offers=OFFERS * times, seed=SEED, today=today)
        load(opened, files, book_of(chosen), Referential.starter(), today=today)
        run_match(opened, chosen, on=today)
    (folder / "ready").touch()


class Measured:
    """An application on one base: an advisor signed in who may import and supervise, an animator, an officer."""

    def __init__(self, folder: Path) -> None:
        os.environ["PASSERELLE_DATA_DIR"] = str(folder)
        self.app = create_app(settings.load())
        up(self.app)
        self.database = self.app.extensions["passerelle"].database
        self.statements = 0
        sa.event.listen(self.database.engine, "before_cursor_execute", self._count)
        self.clients = {role: self._signed_in(role) for role in (Role.ADVISOR, Role.ANIMATOR, Role.OFFICER)}
        self.clients[None] = self.app.test_client()

    def _signed_in(self, role: Role) -> FlaskClient:
        token = sessions.new_token()
        with self.database.transaction() as session:
            first = session.scalars(sa.select(User).where(User.role == role).order_by(User.id)).first()
            sessions.open_for(session, first.id, token, at=clock.now(), verified=True)
        client = self.app.test_client()
        client.set_cookie(sessions.COOKIE_DEVELOPMENT, token, domain="localhost")
        return client

    def _count(self, *_: Any) -> None:
        self.statements += 1

    def pages(self) -> dict[str, tuple[Role | None, str]]:
        """What is opened in a day, by name: who opens it (None: anybody) and where it is."""
        return {
            **{name: (Role.ADVISOR, path) for name, path in {**self._advisor(), **self._campaign()}.items()},
            **{name: (Role.ANIMATOR, path) for name, path in self._animator().items()},
            "home of the officer": (Role.OFFICER, "/"),
            "planning": (None, "/planning"),
            "planning of a calendar": (None, "/planning.ics"),
        }

    def _advisor(self) -> dict[str, str]:
        with self.database.reading() as session:
            waiting = MatchProposal.state == ProposalState.TO_REVIEW
            fullest = session.execute(
                sa.select(Offer.public_id, Offer.id)
                .join(MatchProposal, MatchProposal.offer_id == Offer.id)
                .where(waiting)
                .group_by(Offer.id, Offer.public_id)
                .order_by(sa.func.count().desc(), Offer.id)
            ).first()
            candidate = session.execute(
                sa.select(MatchProposal.public_id, Person.public_id, Person.family_name)
                .join(Person, Person.id == MatchProposal.person_id)
                .where(MatchProposal.offer_id == fullest[1], waiting)
                .order_by(MatchProposal.id)
            ).first()
            placement = session.scalars(sa.select(Placement.public_id).order_by(Placement.id)).first()
            organisation = session.scalars(
                sa.select(Organisation.public_id).order_by(Organisation.id)
            ).first()
        return {
            "home": "/",
            "proposals": "/propositions",
            "examination": f"/offres/{fullest[0]}/propositions",
            "candidate of the examination": f"/offres/{fullest[0]}/propositions/{candidate[0]}",
            "log of decisions": "/propositions/journal",
            "offers": "/offres",
            "offer": f"/offres/{fullest[0]}",
            "people": "/candidats",
            "people by name": f"/candidats?q={candidate[2]}",
            "people by a misspelt name": f"/candidats?q={candidate[2][:-1]}x",
            "person": f"/candidats/{candidate[1]}",
            "deadlines": "/echeances",
            "placements": "/placements",
            "placement": f"/placements/{placement}",
            "organisation": f"/organisations/{organisation}",
            "imports": "/imports",
            "reports": "/bilans",
            "report of a month": "/bilans/2013-10",
            "rules": "/regles",
        }

    def _campaign(self) -> dict[str, str]:
        with self.database.reading() as session:

            def fullest(target: Any, owner: Any) -> Any:
                """The one with most rows of its own."""
                counted = sa.select(owner).group_by(owner).order_by(sa.func.count().desc(), owner).limit(1)
                return session.scalar(
                    sa.select(target.public_id).where(target.id == counted.scalar_subquery())
                )

            tried = fullest(Outreach, OutreachAttempt.outreach_id)
            approached = fullest(Person, PotentialApproach.person_id)
            lot, held = fullest(Lot, ClausePerson.lot_id), self._session(session)
        return {
            "associations": "/associations",
            "an association": f"/associations/{tried}",
            "employers": "/employeurs",
            "whom to call first": "/associations/a-appeler",
            "graduates": "/diplomes",
            "a graduate": f"/diplomes/{approached}",
            "clauses": "/clauses",
            "hours of a lot": f"/clauses/lots/{lot}",
            "year of the buyers": f"/clauses/acheteurs/{date.fromisoformat(TODAY).year}",
            "offers of a session": f"/seances/{held}/offres",
        }

    def _animator(self) -> dict[str, str]:
        with self.database.reading() as session:
            members = sa.select(ClubContact.membership_id, sa.func.count().label("times"))
            most = members.group_by(ClubContact.membership_id).subquery()
            member = session.scalars(
                sa.select(ClubMembership.public_id)
                .join(most, most.c.membership_id == ClubMembership.id)
                .order_by(most.c.times.desc(), ClubMembership.id)
            ).first()
            held = self._session(session)
        return {
            "home of the animator": "/",
            "club": "/club",
            "week of the club": "/club/semaine",
            "member of the club": f"/club/{member}",
            "who could enter the club": "/club/candidats",
            "groups suggested": "/club/candidats/groupes",
            "sessions": "/seances",
            "session": f"/seances/{held}",
            "attendance of a session": f"/seances/{held}/emargement",
        }

    def _session(self, session: Session) -> int | None:
        """The one most people are registered for."""
        return session.scalar(
            sa.select(SessionAttendance.session_id)
            .group_by(SessionAttendance.session_id)
            .order_by(sa.func.count().desc(), SessionAttendance.session_id)
        )

    def time(self, role: Role | None, path: str, requests: int) -> dict[str, float]:
        """p50 and p95 in milliseconds, statements and bytes of one answer; two requests before warm what is kept."""
        client = self.clients[role]
        for _ in range(2):
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)
        took = []
        for _ in range(requests):
            self.statements = 0
            began = time.perf_counter()
            answer = client.get(path)
            took.append((time.perf_counter() - began) * 1000)
        took.sort()
        return {
            "p50_ms": round(statistics.median(took), 1),
            "p95_ms": round(took[max(int(len(took) * 0.95) - 1, 0)], 1),
            "statements": self.statements,
            "kB": round(len(answer.data) / 1000, 1),
        }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (chosen.folder or Path(temporary)).absolute()
        found: dict[int, dict[str, dict[str, float]]] = {}
        for times in (1, chosen.times):
            prepare(folder / f"times-{times}", times)
            measured = Measured(folder / f"times-{times}")
            found[times] = {
                name: measured.time(*page, chosen.requests) for name, page in measured.pages().items()
            }
            measured.database.dispose()
    pages = {
        name: {
            "demo": found[1][name],
            "larger": found[chosen.times][name],
            "growth": round(found[chosen.times][name]["p50_ms"] / found[1][name]["p50_ms"], 2),
            "met": found[chosen.times][name]["p95_ms"] < AIM_MS,
        }
        for name in found[1]
    }
    print(
        json.dumps(
            {
                "bench": "pages",
                "people": PEOPLE * chosen.times,
                "offers": OFFERS * chosen.times,
                "requests": chosen.requests,
                "aim_p95_ms": AIM_MS,
                "worst_p95_ms": max(page["larger"]["p95_ms"] for page in pages.values()),
                "pages": pages,
                "machine": {"cores": os.cpu_count(), "system": platform.platform()},
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
