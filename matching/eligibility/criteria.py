"""The closed vocabulary of conditions that programme files draw on. Each answers with the days on which it holds.

No criterion imports another; figures come in as values, already looked up. Source of the counting: programmes.md §0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .cohort import ZONE_KINDS, Cohort
from .days import FIRST, add_months, birthday
from .search import searching as search_days
from .spans import Spans, union
from .windows import Windows, known, unknown_for


def aged(cohort: Cohort, *, at_least: int, below: int) -> Windows:
    """Days from the `at_least`-th birthday to the eve of the `below`-th, in years (C2)."""
    everyone = np.arange(cohort.size)
    days = Spans.of(cohort.size, everyone, birthday(cohort.birth, at_least), birthday(cohort.birth, below))
    return unknown_for(known(days.of_these(~cohort.birth_missing)), cohort.birth_missing)


def recognised(cohort: Cohort) -> Windows:
    """Days of a recognition as disabled worker, to its last day when that is known."""
    days = Spans.of(cohort.size, np.arange(cohort.size), FIRST, cohort.rqth_until)
    holds = days.of_these(cohort.rqth.value & ~cohort.rqth.missing)
    return Windows(holds, days.of_these(cohort.rqth.value | cohort.rqth.missing))


def out_of_work(cohort: Cohort) -> Windows:
    """Days that no employment covers."""
    possible = ~cohort.in_job
    return Windows(possible - cohort.job_unknown, possible)


def without_diploma(cohort: Cohort) -> Windows:
    """Holds no diploma of initial education."""
    return _always(cohort, (cohort.level == 0) & ~cohort.level_missing, cohort.level_missing)


def level_is(cohort: Cohort, *, level: int) -> Windows:
    """The highest diploma is of exactly this level (RNCP, C11)."""
    return _always(cohort, (cohort.level == level) & ~cohort.level_missing, cohort.level_missing)


def at_most_level(cohort: Cohort, *, level: int, bac_plus: int) -> Windows:
    """Level below `level`, or of it with at most `bac_plus` years after the bac (a bare level leaves it open)."""
    same = (cohort.level == level) & ~cohort.level_missing
    yes = (cohort.level < level) & ~cohort.level_missing
    yes |= same & ~cohort.bac_plus_missing & (cohort.bac_plus <= bac_plus)
    return _always(cohort, yes, cohort.level_missing | (same & cohort.bac_plus_missing))


def searching(cohort: Cohort, *, months: int, within: int) -> Windows:
    """`months` of search within the last `within` (C5), read from the registrations (C7). Shared by programmes."""
    key = ("searching", months, within)
    if key not in cohort.cache:
        cohort.cache[key] = search_days(cohort.registered, months, within)
    days = cohort.cache[key]
    assert isinstance(days, Spans)
    return unknown_for(known(days), cohort.registrations_missing)


def registered(cohort: Cohort, *, categories: Sequence[int]) -> Windows:
    """Registered that day in one of the categories; a registration without category counts."""
    counted = (0, *categories)
    days = union(
        cohort.size, [spans for code, spans in cohort.registered_by_category.items() if code in counted]
    )
    return unknown_for(known(days), cohort.registrations_missing)


def lives_in(
    cohort: Cohort, *, kinds: Sequence[str], communes: Sequence[str] = (), since_months: int = 0
) -> Windows:
    """Days in a zone of one of the kinds, in one of the communes (INSEE codes or their beginnings; none = anywhere),
    for `since_months` consecutive months already (C3, C4: periods of one kind that touch are one)."""
    homes = cohort.homes
    there = np.isin(homes.kind, [ZONE_KINDS.index(kind) for kind in kinds])
    if communes:
        listed = np.zeros(len(there), np.bool_)
        for commune in communes:
            listed |= np.char.startswith(homes.insee, commune) if len(there) else False
        there = there & listed
    certain, possible = [], []
    for kind in kinds:
        mine = there & (homes.kind == ZONE_KINDS.index(kind))
        days = Spans.of(cohort.size, homes.owner[mine], homes.start[mine], homes.end[mine])
        certain.append(_since(days, since_months))
        possible.append(_since(union(cohort.size, [days, cohort.home_unknown]), since_months))
    return Windows(union(cohort.size, certain), union(cohort.size, possible))


def stated(cohort: Cohort, *, fact: str) -> Windows:
    """A fact that a person states (yes: every day holds; no: none; not stated: unknown)."""
    column = cohort.facts.get(fact)
    if column is None:
        nobody = np.zeros(cohort.size, np.bool_)
        return _always(cohort, nobody, ~nobody)
    return _always(cohort, column.value & ~column.missing, column.missing)


def _always(cohort: Cohort, yes: np.ndarray, unknown: np.ndarray) -> Windows:
    everywhere = Spans.everywhere(cohort.size)
    return Windows(everywhere.of_these(yes), everywhere.of_these(yes | unknown))


def _since(days: Spans, months: int) -> Spans:
    if not months:
        return days
    begun = np.where(days.start == FIRST, FIRST, add_months(days.start, months))
    return Spans.of(days.size, days.owner, begun, days.end)


#: name in a programme file -> function
VOCABULARY = {
    function.__name__: function
    for function in (
        aged, recognised, out_of_work, without_diploma, level_is, at_most_level, searching, registered, lives_in,
        stated,
    )
}  # fmt: skip
