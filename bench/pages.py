"""Pages of the advisor's day: time to answer on the demo, and on the demo ten times over.

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

from matching import clock
from matching.scoring.referential import Referential
from matching.store.accounts import User
from matching.store.matches import MatchProposal
from matching.store.organisations import Offer, Organisation
from matching.store.people import Person
from matching.store.placements import Placement
from matching.vocabulary import ProposalState
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
    """An application on one base, with an advisor signed in who may import and supervise."""

    def __init__(self, folder: Path) -> None:
        os.environ["PASSERELLE_DATA_DIR"] = str(folder)
        self.app = create_app(settings.load())
        up(self.app)
        self.database = self.app.extensions["passerelle"].database
        self.statements = 0
        sa.event.listen(self.database.engine, "before_cursor_execute", self._count)
        token = sessions.new_token()
        with self.database.transaction() as session:
            chief = session.scalars(sa.select(User).order_by(User.id)).first()
            sessions.open_for(session, chief.id, token, at=clock.now(), verified=True)
        self.client: FlaskClient = self.app.test_client()
        self.client.set_cookie(sessions.COOKIE_DEVELOPMENT, token, domain="localhost")

    def _count(self, *_: Any) -> None:
        self.statements += 1

    def pages(self) -> dict[str, str]:
        """What an advisor opens in a day, by name."""
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
            "whom to call first": "/associations/a-appeler",
            "imports": "/imports",
            "reports": "/bilans",
            "report of a month": "/bilans/2013-10",
            "rules": "/regles",
        }

    def time(self, path: str, requests: int) -> dict[str, float]:
        """p50 and p95 in milliseconds, statements and bytes of one answer; two requests before warm what is kept."""
        for _ in range(2):
            answer = self.client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)
        took = []
        for _ in range(requests):
            self.statements = 0
            began = time.perf_counter()
            answer = self.client.get(path)
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
                name: measured.time(path, chosen.requests) for name, path in measured.pages().items()
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
