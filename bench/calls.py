"""Whom to call first: people without an offer that the first twenty calls would serve, against other orders.

    python bench/calls.py [--times 10] [--shuffles 200] [--calls 20] [--folder DIR]

Prints one JSON object for each purpose (associations for emplois d'avenir, employers for emplois francs) on the demo
so many times over. The judge takes from the list what was read, not what was concluded: which occupations a title
means, which an organisation may be asked for and which of them ask for a licence, the days of rights under the
programme of an offer. Who is entitled comes of the rights of people's pages; whether a post fits is worked out pair by
pair in plain Python from codes, degrees and kilometres, no column of the matcher; what calls serve is a maximum
assignment of people to the ten places that each post's first list has. `same_people`: both find the same without offer.

Peers, on the same organisations: random orders, by subsidy, by name, by each one's own count (not what is new). Each
organisation is asked for the post that would serve most if it were called alone, as any list without turns would;
`asked_in_turn` gives the peer our choice of post as well (the one that serves most of those still left at its turn), so
that only the order differs. `servable`: whom any organisation of the register could serve, more than any order reaches;
`at_most`: its ratio to random orders, which no order can pass. Where a register has no more lines than calls, all are
called whatever the order: `register` then says that every organisation it would hold is ordered instead. The aim: three
times the mean of random orders. `plausible_from` tells the same for other shares from which a post is thought
plausible; `whatever_is_asked` draws each post from what such employers offered, ours and random alike, as if nobody
followed the advice.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from statistics import mean, median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import scipy
import sqlalchemy as sa
from pages import prepare
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching
from sqlalchemy.orm import Session

from matching import call_list, call_needs, offer_estimate, person_rights
from matching.call_needs import SEATS, Key, Need
from matching.employs import PLAUSIBLE
from matching.scoring.referential import Referential
from matching.store.accounts import User
from matching.store.campaign import Outreach
from matching.store.matches import MatchProposal
from matching.store.organisations import Commune, Offer, Organisation, Subsidy
from matching.store.people import Agency, Person
from matching.store.placements import Placement
from matching.store.scope import Actor
from matching.vocabulary import (
    ENGAGED_PLACEMENTS,
    LIVE_PROPOSALS,
    PROMISED_PLACEMENTS,
    PURSUED_PROPOSALS,
    OutreachPurpose,
    OutreachState,
    Verdict,
)
from web import database as databases, settings
from web.commands.demo import OFFERS, PEOPLE, TODAY
from web.rules import book_of

AIM = 3.0
#: Other shares from which a post may be thought plausible, to see how much that choice matters.
SHARES = (0.03, 0.05, 0.08)
#: kilometres where nobody has said, Earth radius (geography.md)
RADIUS, EARTH = 20.0, 6_371.0088

Post = tuple[str, int]


class Judge:
    """Who is entitled and has no offer, and whom a post fits: one person and one post at a time."""

    def __init__(self, session: Session, need: Need, on: date) -> None:
        pool = need.pool
        self.referential = pool.inputs.referential
        self.codes = self.referential.codes
        self.licensed = need.employs.licensed
        where = {row.insee_code: row for row in session.scalars(sa.select(Commune))}
        self.point = {pool.place_of[code]: (row.latitude, row.longitude) for code, row in where.items()}
        self.place_of = pool.place_of
        engaged = set(
            session.scalars(sa.select(Placement.person_id).where(Placement.state.in_(ENGAGED_PLACEMENTS)))
        )
        everybody = [each for each in session.scalars(sa.select(Person.id)) if each not in engaged]
        standing = person_rights.standing(session, everybody, pool.inputs.book, on)
        entitled = standing.holding(str(need.programme), Verdict.YES).tolist()
        self.people = {
            row.id: row for row in session.scalars(sa.select(Person).where(Person.id.in_(entitled)))
        }
        wanted = pool.inputs.people.wanted
        row_of = {each: row for row, each in enumerate(pool.inputs.person_ids.tolist())}
        self.wanted = {
            each: tuple(
                (self.codes[wanted.code[at]], float(wanted.confidence[at]))
                for at in range(wanted.indptr[row_of[each]], wanted.indptr[row_of[each] + 1])
            )
            for each in entitled
        }
        self.without = self._without(session, need)

    def _without(self, session: Session, need: Need) -> list[int]:
        inputs = need.pool.inputs
        live = session.execute(
            sa.select(MatchProposal.person_id, MatchProposal.offer_id, MatchProposal.state)
        ).all()
        forward = {row.person_id for row in live if row.state in PURSUED_PROPOSALS}
        over = {(row.person_id, row.offer_id) for row in live if row.state not in LIVE_PROPOSALS}
        rights = {
            each: list(_spans(inputs.people.rights, row))
            for row, each in enumerate(inputs.person_ids.tolist())
        }
        taken = dict(
            session.execute(
                sa.select(Placement.offer_id, sa.func.count())
                .where(Placement.state.in_(PROMISED_PLACEMENTS))
                .group_by(Placement.offer_id)
            ).all()
        )
        offers = []
        sought = inputs.offers.occupations
        for row, each in enumerate(inputs.offer_ids.tolist()):
            offer = session.get_one(Offer, each)
            if offer.positions - offer.posts_filled - taken.get(each, 0) < 1:
                continue
            codes = tuple(
                (self.codes[sought.code[at]], float(sought.confidence[at]))
                for at in range(sought.indptr[row], sought.indptr[row + 1])
            )
            place = self.place_of.get(offer.insee_code, -1)
            programme, day = int(inputs.offers.programme[row]), int(inputs.offers.contract_day[row])
            offers.append((each, codes, place, bool(offer.needs_licence), programme, day))
        return [
            person
            for person in sorted(self.people)
            if person not in forward
            and not any(
                (person, each) not in over
                and _holds(rights[person], programme, day)
                and self.fits(person, codes, place, licence)
                for each, codes, place, licence, programme, day in offers
            )
        ]

    def fits(self, person: int, codes: tuple[tuple[str, float], ...], place: int, licence: bool) -> bool:
        """A wish above zero, within the person's radius, with the licence where one is asked."""
        row = self.people[person]
        if licence and row.driving_licence is False:
            return False
        here = self.place_of.get(row.insee_code, -1)
        radius = RADIUS if row.mobility_km is None else row.mobility_km
        if here >= 0 and place >= 0 and self._km(here, place) > radius:
            return False
        return any(
            (2 * self._affinity(mine, theirs) * sure - 1) * certain > 0.00005
            for mine, certain in self.wanted[person]
            for theirs, sure in codes
        )

    @cache  # noqa: B019 - one judge a base
    def _km(self, one: int, other: int) -> float:
        (north, east), (up, right) = (tuple(map(math.radians, self.point[place])) for place in (one, other))
        half = (
            math.sin((up - north) / 2) ** 2
            + math.cos(north) * math.cos(up) * math.sin((right - east) / 2) ** 2
        )
        return 2 * EARTH * math.asin(math.sqrt(half))

    @cache  # noqa: B019
    def _affinity(self, one: str, other: str) -> float:
        return self.referential.affinity(one, other)

    @cache  # noqa: B019
    def waiting(self, post: Post) -> frozenset[int]:
        """Who is without an offer and fits that post."""
        rome, place = post
        asks = rome in self.licensed
        return frozenset(each for each in self.without if self.fits(each, ((rome, 1.0),), place, asks))

    def served(self, posts: Sequence[Post]) -> int:
        """The most people without an offer whom the first lists of these posts can hold, each person once."""
        edges = [
            (seat, person)
            for at, post in enumerate(posts)
            for person in self.waiting(post)
            for seat in range(at * SEATS, (at + 1) * SEATS)
        ]
        if not edges:
            return 0
        known = {person: column for column, person in enumerate(sorted({person for _, person in edges}))}
        seats, people = zip(*((seat, known[person]) for seat, person in edges), strict=True)
        graph = csr_matrix((np.ones(len(edges)), (seats, people)), (len(posts) * SEATS, len(known)))
        return int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())

    def in_turn(self, options: Sequence[Sequence[Post]]) -> list[Post]:
        """For an order of organisations: each is asked for what serves most of those left at its turn."""
        left, asked = set(self.without), []
        for each in options:
            if not each:
                continue
            post = max(each, key=lambda one: min(len(self.waiting(one) & left), SEATS))
            asked.append(post)
            left -= set(sorted(self.waiting(post) & left)[:SEATS])
        return asked

    def alone(self, options: Sequence[Sequence[Post]]) -> list[Post]:
        """Each is asked for what would serve most if it were called alone; at equal count what more people wait for."""
        return [
            max(each, key=lambda one: (min(len(self.waiting(one)), SEATS), len(self.waiting(one))))
            for each in options
            if each
        ]


def _spans(rights: Any, row: int) -> Any:
    for at in range(rights.indptr[row], rights.indptr[row + 1]):
        yield int(rights.programme[at]), int(rights.start[at]), int(rights.end[at])


def _holds(spans: Sequence[tuple[int, int, int]], programme: int, day: int) -> bool:
    return programme < 0 or any(name == programme and start <= day < end for name, start, end in spans)


def register(session: Session, actor: Actor, purpose: OutreachPurpose, calls: int) -> list[call_list.Caller]:
    """The register of the base; where it is called to the end anyway, every organisation that it would hold."""
    found = call_list.callers(session, actor, purpose)
    if len(found) > calls:
        return found
    houses = session.scalars(sa.select(Organisation).order_by(Organisation.id))
    association = purpose is OutreachPurpose.AVENIR
    return [
        call_list.Caller(Outreach(id=house.id, purpose=purpose, state=OutreachState.LISTED), house, None)
        for house in houses
        if (house.field is not None) == association
    ]


def measure(
    session: Session, need: Need, callers: list[call_list.Caller], calls: int, shuffles: int, on: date
) -> dict[str, Any]:
    began = time.perf_counter()
    judge = Judge(session, need, on)
    judged = time.perf_counter() - began
    amounts = dict(
        session.execute(
            sa.select(Subsidy.organisation_id, sa.func.max(Subsidy.amount_cents)).group_by(
                Subsidy.organisation_id
            )
        ).all()
    )
    dice = Random(1)
    shuffled = [dice.sample(callers, len(callers)) for _ in range(shuffles)]
    took = []
    for _ in range(5):
        began = time.perf_counter()
        found = call_list.ordered(need, callers)
        took.append(time.perf_counter() - began)
    options = _options(need, callers, PLAUSIBLE)
    ours = [_asked(need, line) for line in found.lines[:calls] if line.rome is not None]
    peers: dict[str, Callable[[call_list.Caller], Any]] = {
        "by_subsidy": lambda each: -(amounts.get(each.organisation.id) or 0),
        "by_name": lambda each: each.organisation.name_key,
        "by_own_count": lambda each: (
            -max((min(len(judge.waiting(post)), SEATS) for post in options[each.outreach.id]), default=0)
        ),
    }
    by_name = sorted(callers, key=lambda each: (each.organisation.name_key, each.outreach.id))
    served = judge.served(ours)
    orders = {name: [sorted(by_name, key=key)] for name, key in peers.items()}
    orders["random"] = shuffled
    against = {}
    for name, some in orders.items():
        first = [[options[each.outreach.id] for each in order[:calls]] for order in some]
        alone, in_turn = (
            mean(judge.served(choose(each)) for each in first) for choose in (judge.alone, judge.in_turn)
        )
        against[name] = {
            "served": round(alone, 2),
            "ratio": _ratio(served, alone),
            "asked_in_turn": {"served": round(in_turn, 2), "ratio": _ratio(served, in_turn)},
        }
    servable = {person for each in options.values() for post in each for person in judge.waiting(post)}
    return {
        "bench": "calls",
        "purpose": str(need.purpose),
        "organisations": len(callers),
        "register": "as it is" if all(each.outreach.public_id for each in callers) else "every organisation",
        "entitled": len(judge.people),
        "without_offer": len(judge.without),
        "same_people": sorted(need.pool.inputs.person_ids[need.without].tolist()) == judge.without,
        "calls": calls,
        "seats": SEATS,
        "served": served,
        "said_by_the_list": sum(line.new for line in found.lines[:calls]),
        "servable": len(servable),
        "at_most": _ratio(len(servable), against["random"]["served"]),
        "against": against,
        "plausible_from": {
            str(share): _sensitivity(need, judge, callers, shuffled, calls, share) for share in SHARES
        },
        "whatever_is_asked": _drawn(need, judge, [each.caller for each in found.lines], shuffled, calls),
        "aim": AIM,
        "met": _met(against["random"]["ratio"]),
        "met_in_turn": _met(against["random"]["asked_in_turn"]["ratio"]),
        "seconds": {"order": round(median(took), 4), "judge": round(judged, 1)},
    }


def _options(need: Need, callers: Sequence[call_list.Caller], at_least: float) -> dict[int, list[Post]]:
    return {
        each.outreach.id: [_post(need, key) for key, _ in need.asked_for(each.organisation, at_least)]
        for each in callers
    }


def _sensitivity(
    need: Need,
    judge: Judge,
    callers: list[call_list.Caller],
    shuffled: list[list[call_list.Caller]],
    calls: int,
    share: float,
) -> dict[str, Any]:
    """The same against random orders, were a post plausible from another share on."""
    found = call_list.ordered(need, callers, at_least=share)
    served = judge.served([_asked(need, line) for line in found.lines[:calls] if line.rome is not None])
    options = _options(need, callers, share)
    random = mean(
        judge.served(judge.alone([options[each.outreach.id] for each in order[:calls]])) for order in shuffled
    )
    return {"served": served, "random": round(random, 2), "ratio": _ratio(served, random)}


def _drawn(
    need: Need,
    judge: Judge,
    ours: list[call_list.Caller],
    shuffled: list[list[call_list.Caller]],
    calls: int,
) -> dict[str, Any]:
    """Were no organisation to follow the advice: each makes the post that its like make, drawn by their shares."""
    options = {each.outreach.id: need.asked_for(each.organisation, 0.0) for each in ours}
    dice = Random(2)

    def served(order: list[call_list.Caller]) -> int:
        posts = []
        for each in order[:calls]:
            known = options[each.outreach.id]
            if known:
                (key,) = dice.choices([key for key, _ in known], [share for _, share in known])
                posts.append(_post(need, key))
        return judge.served(posts)

    mine, random = mean(served(ours) for _ in shuffled), mean(served(order) for order in shuffled)
    return {"served": round(mine, 2), "random": round(random, 2), "ratio": _ratio(mine, random)}


def _post(need: Need, key: Key) -> Post:
    return need.pool.inputs.referential.codes[key[0]], key[1]


def _asked(need: Need, line: call_list.Line) -> Post:
    insee_code = need.communes.only(line.caller.organisation.postcode, line.caller.organisation.commune)
    return str(line.rome), need.pool.place_of.get(insee_code, -1)


def _ratio(served: float, other: float) -> float | None:
    """None: the peer serves nobody."""
    return round(served / other, 2) if other else None


def _met(ratio: float | None) -> bool | None:
    """None: random orders serve nobody, and there is nothing to compare."""
    return None if ratio is None else ratio >= AIM


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--shuffles", type=int, default=200)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    on = date.fromisoformat(TODAY)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (chosen.folder or Path(temporary)).absolute() / f"times-{chosen.times}"
        prepare(folder, chosen.times)
        here = settings.load()
        book = book_of(here)
        with databases.opened(here) as opened, opened.reading() as session:
            user = session.scalars(sa.select(User).order_by(User.id)).first()
            actor = Actor.of(user, session.get(Agency, user.agency_id))
            began = time.perf_counter()
            pool = offer_estimate.pool(session, book, Referential.starter(), on=on)
            read = time.perf_counter() - began
            for purpose in OutreachPurpose:
                began = time.perf_counter()
                need = call_needs.need(session, pool, purpose, book)
                needed = time.perf_counter() - began
                found = measure(
                    session,
                    need,
                    register(session, actor, purpose, chosen.calls),
                    chosen.calls,
                    chosen.shuffles,
                    on,
                )
                found["seconds"] |= {"pool": round(read, 2), "need": round(needed, 2)}
                found |= {
                    "people": PEOPLE * chosen.times,
                    "offers": OFFERS * chosen.times,
                    "shuffles": chosen.shuffles,
                    "versions": {
                        "python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__,
                    },
                    "machine": {"cores": os.cpu_count(), "system": platform.platform()},
                }  # fmt: skip
                print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
