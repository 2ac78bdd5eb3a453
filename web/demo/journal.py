"""The journal of the demo: what was done with the files, day by day, each line with its actor.

A line is one JSON object: {"day", "actor", "act", …}. Imports name their file, other acts the person's identifier and
the offer's reference. What the clock would have done stands in it as lines of the actor `clock`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from matching.eligibility.aid import after
from matching.offers import REVIEW_DAYS

from . import aided, contracts, stories
from .contracts import Under, working
from .employers import association, employer, post, reference
from .people import Young
from .words import PLACES, TRADES

Line = dict[str, Any]

#: Days of the demo, counted back from its last one: the first file, the summer's, September's of people, the autumn's
#: of offers, its last delivery, the matcher's runs.
FIRST, SUMMER, UPDATE, AUTUMN, DELIVERED, FIRST_RUN, LAST_RUN = 301, 125, 63, 31, 6, 11, 5
#: So many people have their home confirmed, of ten.
CONFIRMED = 8
NORTH, WEST, SOUTH = PLACES[0], PLACES[1], PLACES[2]
AVENIR, FRANCS = "emplois-avenir", "emplois-francs-2013"


def _way(began: int, rank: int, *steps: str, actor: str = "advisor") -> list[Act]:
    """A candidate taken from step to step, one a day."""
    with_them: dict[str, dict[str, Any]] = {"contact": {"channel": "phone"}, "selected": {"starts_in": 21}}
    return [(began - number, actor, rank, step, with_them.get(step, {})) for number, step in enumerate(steps)]


#: (days before the last one, who, rank among the offer's candidates whose right is sure, step, details)
Act = tuple[int, str, int, str, dict[str, Any]]

#: Offers whose candidates were looked at in the last days, by their number: some far, some half done, some not begun.
EXAMINED: dict[int, list[Act]] = {
    4: [],
    5: [],
    7: [*_way(7, 1, "approve", "contact", "yes", "send"), (7, "advisor", 2, "reject", {"reason": "skills"})],
    11: [
        *_way(7, 1, "approve", "contact", "yes"),
        (7, "advisor", 2, "reject", {"reason": "mobility"}),
        *_way(6, 3, "approve", "contact"),
        (6, "advisor", 4, "defer", {"wake_in": 1, "note": "En stage jusqu’à la fin de la semaine."}),
    ],
    16: [
        (6, "importer", 1, "reject", {"reason": "not_the_wish"}),
        (6, "importer", 2, "reject", {"reason": "already_in_a_path"}),
        *_way(6, 3, "approve", actor="importer"),
    ],
    22: [
        *_way(10, 1, "approve", "contact", "yes", "send", "interview", "selected"),
        *_way(7, 2, "approve", "contact"),
    ],
}


#: The association whose account the demo opens, and its offer that waits to be completed.
HOUSE, UNFINISHED = 9, 12
#: Of the cast: whose follow-up the mission locale took, and is asked to take on the last day.
TAKEN, ASKED = 31, 5


@dataclass(frozen=True, slots=True)
class Part:
    """A person of the journal: who they are made to be, which offer they go through, how it ends."""

    index: int
    offer: str
    programme: str
    began: int  # days before the last one
    ends: str  # signed_today, running, trial_passed, trial_broken, granted, declined, not_selected, rejected, deferred, aided
    changes: dict[str, object]


def parts(today: date) -> list[Part]:
    """The cast: the first people of the file."""

    def who(
        place: Any, level: str, diploma: str, age: int, trade: int, searching: int = 420
    ) -> dict[str, object]:
        return {
            "place": place,
            "address": f"{age} {place.streets[0]}",
            "level": level,
            "diploma": diploma,
            "born": after(today, -12 * age - 5),
            "registered_on": today - timedelta(days=searching),
            "home_since": today - timedelta(days=2_000),
            "working": False,
            "situation_since": today - timedelta(days=searching + 5),
            "trade": TRADES[trade],
            "rqth": False,
        }

    none, cap, master = ("none", "sans diplôme"), ("3", "CAP"), ("7", "master 2")
    cast: list[Part] = []

    def add(offer: str, programme: str, began: int, ends: str, changes: dict[str, object]) -> None:
        cast.append(Part(len(cast), offer, programme, began, ends, changes))

    # Signed on the last day: five of one zone and level, so that one more shows in the month's report.
    for number, trade in enumerate((0, 0, 0, 5, 5)):
        add(
            reference(0 if trade == 0 else 1),
            AVENIR,
            28,
            "signed_today",
            who(NORTH, *none, 18 + number, trade),
        )
    add(reference(2), AVENIR, 28, "signed_today", who(WEST, *cap, 20, 2))
    add(reference(2), AVENIR, 28, "signed_today", who(SOUTH, *none, 19, 2))
    add(reference(1), AVENIR, 28, "signed_today", who(NORTH, *cap, 22, 5))
    # Since the spring.
    for number, (place, level) in enumerate(
        ((NORTH, none), (NORTH, cap), (WEST, none), (SOUTH, none), (WEST, cap))
    ):
        add("P-1", AVENIR, 260 - 3 * number, "running", who(place, *level, 18 + number, 6, 700))
    add("P-2", AVENIR, 240, "trial_broken", who(SOUTH, *none, 21, 3, 700))
    # Emplois francs of the summer: graduates, and one who is none (the law asks for no diploma).
    add("F-1", FRANCS, 115, "trial_passed", who(NORTH, *master, 26, 24, 640))
    add("F-2", FRANCS, 110, "running", who(WEST, *master, 27, 25, 640))
    add("F-3", FRANCS, 30, "granted", who(SOUTH, *cap, 24, 13, 640))
    # What does not work out.
    add("F-1", FRANCS, 113, "not_selected", who(NORTH, *master, 25, 24, 640))
    add(reference(0), AVENIR, 25, "declined", who(NORTH, *none, 20, 0))
    add(reference(1), AVENIR, 24, "rejected", who(WEST, *none, 23, 5))
    add(reference(2), AVENIR, 13, "deferred", who(SOUTH, *cap, 21, 2))
    # Late summer and autumn: enough of them for the months' reports to say something.
    for number, place in enumerate((NORTH, NORTH, NORTH, WEST, NORTH, NORTH)):
        add("P-3", AVENIR, 80 - number, "running", who(place, *(none, cap)[number % 2], 18 + number, 4))
    for ends, level in (("declined", none), ("not_selected", cap), ("rejected", none), ("declined", cap)):
        add("P-3", AVENIR, 74, ends, who(WEST, *level, 19, 4))
    for number in range(12):
        place, level = (NORTH, WEST)[number % 2], (none, cap)[number // 2 % 2]
        add("P-4", AVENIR, 47 - number // 2, "running", who(place, *level, 18 + number % 5, 1))
    # Aided contracts, noted by hand.
    for number, trade in enumerate((7, 3, 5, 4, 2)):
        add("", aided.PROGRAMME, 0, "aided", who(SOUTH, *(none, cap)[number % 2], 24 + number, trade, 700))
    return cast


def roles(count: int, seed: int, today: date) -> dict[int, dict[str, str]]:
    """The offers of `offres.csv` that the cast goes through: complete, with posts enough."""
    start = f"{today + timedelta(days=11):%d/%m/%Y}"
    made = {}
    for index, (trade, club, posts) in enumerate(((0, 0, 5), (5, 3, 5), (2, 1, 4))):
        if index < count:
            made[index] = _avenir(TRADES[trade], association(club, seed), posts, start)
    if count > UNFINISHED:
        post = _avenir(TRADES[5], association(HOUSE, seed), 1, start)
        made[UNFINISHED] = {**post, "tuteur": "", "formation": ""}
    return made


def _avenir(trade: Any, by: Any, posts: int, start: str) -> dict[str, str]:
    return {
        "intitule": trade.offer, "employeur": by.name, "siret": by.siret, "type_contrat": "CDD",
        "description": post(trade, by),
        "code_postal": "80000", "commune": "Amiens", "code_rome": trade.rome, "date_debut": start, "date_limite": "",
        "duree_contrat": "36 mois", "duree_hebdo": "35", "niveau_requis": "", "nombre_postes": str(posts),
        "dispositif": "emploi d'avenir", "permis_b": "", "competences": "", "tuteur": "Mme Langlet",
        "formation": "BAFA, premiers secours", "salaire": "SMIC",
    }  # fmt: skip


def early_offers(seed: int, today: date) -> dict[str, list[dict[str, str]]]:
    """Offers of the later files' predecessors: the spring's and the summer's."""

    def started(days: int) -> str:
        return f"{today - timedelta(days=days):%d/%m/%Y}"

    def avenir(number: int, trade: int, club: int, posts: int, days: int) -> dict[str, str]:
        text = TRADES[trade]
        return {"reference": f"P-{number}", "contact_courriel": "",
                **_avenir(text, association(club, seed), posts, started(days))}  # fmt: skip

    def franc(number: int, trade: int, firm: int, days: int) -> dict[str, str]:
        made = employer(firm, seed)
        return {
            "reference": f"F-{number}", "description": "", "contact_courriel": "", "intitule": TRADES[trade].offer,
            "employeur": made.name, "siret": made.siret, "type_contrat": "CDI", "code_postal": "80000",
            "commune": "Amiens", "code_rome": TRADES[trade].rome, "date_debut": started(days), "date_limite": "",
            "duree_contrat": "", "duree_hebdo": "35", "salaire": "", "niveau_requis": "", "nombre_postes": "1",
            "dispositif": "emploi franc", "permis_b": "", "competences": "", "tuteur": "", "formation": "",
        }  # fmt: skip

    return {
        "offres-printemps.csv": [avenir(1, 6, 4, 5, 230), avenir(2, 3, 2, 1, 212)],
        "offres-ete.csv": [
            *(franc(1, 24, 7, 85), franc(2, 25, 8, 80), franc(3, 13, 6, -20)),
            *(avenir(3, 4, 5, 6, 45), avenir(4, 1, HOUSE, 12, 12)),
        ],
    }


def lines(people: Iterator[Young], count: int, offers: int, seed: int, today: date) -> Iterator[Line]:
    """Every line in the order of days. `people` is read once; homes are confirmed in its order."""
    first = today - timedelta(days=FIRST)
    later = sorted(_later(count, offers, seed, today), key=lambda line: (line["day"], line["order"]))
    for kind, file in (
        ("associations", "associations.csv"), ("employeurs", "employeurs.csv"), ("jeunes", "jeunes.csv"),
        ("offres", "offres-printemps.csv"),
    ):  # fmt: skip
        yield _line(
            first,
            "importer",
            "import",
            kind=kind,
            file=file,
            source="pole-emploi" if kind == "jeunes" else "autre",
        )
    cast = {part.index for part in parts(today)}
    for young in people:
        if young.index not in cast and (young.index * 7) % 10 >= CONFIRMED:
            continue
        since = min(young.home_since, first)
        yield _line(first, "advisor", "home", person=young.identifier, zone=young.place.zone, since=since.isoformat(),
                    proof="quittance de loyer")  # fmt: skip
    for line in later:
        del line["order"]
        yield line


def _line(day: date, actor: str, act: str, **what: Any) -> Line:
    return {"day": day.isoformat(), "actor": actor, "act": act, **what}


def _later(count: int, offers: int, seed: int, today: date) -> Iterator[Line]:
    """Everything after the first day; `order` keeps causes before effects within one day."""
    from .people import cast as fit, person

    order, missing = 0, {reference(index) for index in range(offers, 3)}

    def line(days: date, actor: str, act: str, **what: Any) -> Line:
        nonlocal order
        order += 1
        return {**_line(days, actor, act, **what), "order": order}

    yield line(
        today - timedelta(days=SUMMER),
        "importer",
        "import",
        kind="offres",
        file="offres-ete.csv",
        source="autre",
    )
    yield line(
        today - timedelta(days=AUTUMN),
        "importer",
        "import",
        kind="offres",
        file="offres-automne.csv",
        source="autre",
    )
    # The same offers again, and those that came since.
    yield line(
        today - timedelta(days=DELIVERED),
        "importer",
        "import",
        kind="offres",
        file="offres.csv",
        source="autre",
    )
    yield line(today - timedelta(days=UPDATE), "importer", "import", kind="jeunes", file="jeunes-septembre.csv",
               source="pole-emploi")  # fmt: skip
    # Some offers were matched first, and part of their candidates looked at, before the run over all of them.
    for index in EXAMINED:
        if index < offers:
            yield line(today - timedelta(days=FIRST_RUN), "clock", "match", offer=reference(index))
    yield line(today - timedelta(days=LAST_RUN), "clock", "match")
    for index, acts in EXAMINED.items():
        for days, actor, rank, step, what in acts if index < offers else ():
            yield line(working(today - timedelta(days=days)), actor, "examine", offer=reference(index), rank=rank,
                       step=step, **what)  # fmt: skip
    yield line(working(today - timedelta(days=45)), "advisor", "refresh", offer="F-3")
    club = 0
    for part in parts(today):
        if part.index >= count:
            break
        if part.offer in missing:
            continue
        young = fit(person(part.index, seed, today), **part.changes)
        if part.ends == "aided":
            yield from aided.story(line, club, part.index, young.identifier, seed, today)
            club += 1
        else:
            yield from _story(line, part, young.identifier, today)
    for tell in stories.STORIES:
        yield from tell(line, count, seed, today)


def _story(line: Any, part: Part, who: str, today: date) -> Iterator[Line]:
    """One person's way through an offer, from the proposal added by hand to what became of it."""
    pair = {"person": who, "offer": part.offer}
    start = today - timedelta(days=part.began)

    def at(days: int) -> date:
        return min(working(start + timedelta(days=days)), today)

    yield line(at(0), "advisor", "propose", **pair)
    if part.ends == "rejected":
        yield line(at(1), "advisor", "reject", **pair, reason="mobility", note="Horaires du soir sans bus.")
        return
    if part.ends == "deferred":
        wake = working(today + timedelta(days=10))
        yield line(
            at(1), "advisor", "defer", **pair, wake=wake.isoformat(), note="Attend la fin d’une formation."
        )
        return
    yield line(at(1), "advisor", "approve", **pair)
    yield line(at(2), "advisor", "contact", **pair, channel="phone")
    if part.ends == "declined":
        yield line(at(3), "advisor", "no", **pair, reason="hours")
        return
    yield line(at(3), "advisor", "yes", **pair)
    yield line(at(4), "advisor", "send", **pair)
    yield line(at(8), "advisor", "interview", **pair)
    if part.ends == "not_selected":
        yield line(at(10), "advisor", "not_selected", **pair, reason="chose_another")
        return
    signed = today if part.ends == "signed_today" else at(22)
    starts = working(signed + timedelta(days=11))
    yield line(at(10), "advisor", "selected", **pair, starts=starts.isoformat())
    placed = {**pair, "programme": part.programme}
    yield line(at(11), "advisor", "open", **placed)
    yield line(at(11), "advisor", "promise", **placed)
    follower = "advisor"
    if part.index == TAKEN:
        yield line(at(12), "advisor", "hand_over", **placed, step="ask")
        yield line(at(13), "local", "hand_over", **placed, step="accept")
        follower = "local"
    yield line(at(14), follower, "request_aid", **placed)
    yield line(at(17), follower, "grant", **placed, number=f"80-{part.index + 101}")
    if part.ends == "granted":
        return
    trial = (
        working(after(starts, 2) - timedelta(days=1))
        if part.ends in ("trial_passed", "trial_broken")
        else None
    )
    yield line(
        signed,
        follower,
        "sign",
        **placed,
        starts=starts.isoformat(),
        trial_end=trial.isoformat() if trial else None,
    )
    if part.index == ASKED:
        yield line(signed, "advisor", "hand_over", **placed, step="ask")
    if starts > today:
        return
    yield line(starts, follower, "start", **placed)
    under = Under(part.index, placed, follower, starts, 36 if part.programme == AVENIR else None)
    if part.ends == "trial_broken":
        broken = working(starts + timedelta(days=24))
        yield from contracts.papers(line, under, today, broken)
        yield line(broken, "advisor", "break_trial", **placed, reason="resigned")
        yield from contracts.last_month(line, under, broken, today)
        yield from contracts.after_the_end(line, under, broken, today)
        # The post is free again; nobody says that it still is, so the clock takes the offer down.
        lapsed = broken + timedelta(days=REVIEW_DAYS + 1)
        if lapsed <= today:
            yield line(lapsed, "clock", "lapse", offer=part.offer)
        return
    if trial is not None and trial < today:
        yield line(trial, "advisor", "pass_trial", **placed)
        yield line(trial + timedelta(days=1), "clock", "run", **placed)
    elif trial is None:
        yield line(starts, "advisor", "run", **placed)
    sure = trial or starts
    if part.programme == FRANCS and sure <= today:
        yield from contracts.payment(line, under, "trial-end", 1, sure, today)
    yield from contracts.lived(line, under, today, monthly=part.programme == AVENIR)
