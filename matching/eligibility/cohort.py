"""The facts of N people in columns. Missing is a mask, never a magic value.

Periods come in inclusive (as files write them) and are kept half-open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from .days import LAST, Days
from .spans import Spans

Mask = npt.NDArray[np.bool_]

#: Zone kinds a home may have; `none` = known to lie in no zone.
ZONE_KINDS = ("none", "ZUS", "ZRR", "QPV", "outre-mer", "ZFU")
AMIENS = "80021"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both included; no end = still running (C4)."""

    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Registration(Period):
    """Registered as a job seeker; category 1 to 8, None = one that counts."""

    category: int | None = None


@dataclass(frozen=True, slots=True)
class Residence(Period):
    """A home in a zone of this kind (see ZONE_KINDS), in this commune (INSEE)."""

    zone_kind: str = "none"
    insee_code: str = AMIENS


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known of one person. None = unknown; an empty tuple = known to be none (C6).

    `employment_known` and `residence_known`: the days over which those lists are complete (None = everywhere).
    `facts`: stated facts by name (prescriber_waiver, csp, mission_locale…); absent = unknown.
    """

    birth_date: date | None = None
    rqth: bool | None = None
    rqth_until: date | None = None
    diploma_level: int | None = None
    bac_plus: int | None = None
    registrations: Sequence[Registration] | None = None
    employment: Sequence[Period] | None = None
    residence: Sequence[Residence] | None = None
    employment_known: Sequence[Period] | None = None
    residence_known: Sequence[Period] | None = None
    facts: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Tristate:
    """A yes/no fact of each person; `value` means nothing where `missing`."""

    value: Mask
    missing: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Homes:
    """Residence spells: owner, half-open days, index into ZONE_KINDS, INSEE code (U5)."""

    owner: Days
    start: Days
    end: Days
    kind: npt.NDArray[np.int8]
    insee: npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Columns of `size` people; see the module. `cache` keeps what several programmes share (search duration)."""

    size: int
    birth: Days
    birth_missing: Mask
    level: npt.NDArray[np.int8]
    level_missing: Mask
    bac_plus: npt.NDArray[np.int8]
    bac_plus_missing: Mask
    rqth: Tristate
    rqth_until: Days
    registered: Spans
    registered_by_category: Mapping[int, Spans]
    registrations_missing: Mask
    in_job: Spans
    job_unknown: Spans
    homes: Homes
    home_unknown: Spans
    facts: Mapping[str, Tristate]
    cache: dict[object, object] = field(default_factory=dict)

    @classmethod
    def build(cls, people: Iterable[Dossier], *, as_known_on: date | None = None) -> Cohort:
        """Columns of these people, in their order. `as_known_on` is kept for callers that freeze what they knew."""
        return from_dossiers(list(people))

    def without_recognition(self) -> Cohort:
        """The same people as if nobody were a recognised disabled worker: priority is read on these windows (M4)."""
        nobody = np.zeros(self.size, np.bool_)
        return replace(self, rqth=Tristate(nobody, nobody), cache=self.cache)


def tristate(values: Iterable[bool | None]) -> Tristate:
    """A column of yes/no facts; None = missing."""
    listed = list(values)
    return Tristate(
        np.fromiter((bool(value) for value in listed), np.bool_, len(listed)),
        np.fromiter((value is None for value in listed), np.bool_, len(listed)),
    )


def _column(values: Sequence[int | None], dtype: type) -> tuple[npt.NDArray, Mask]:
    missing = np.fromiter((value is None for value in values), np.bool_, len(values))
    return np.fromiter((value or 0 for value in values), dtype, len(values)), missing


T = TypeVar("T", bound=Period)


def _spells(lists: Sequence[Sequence[T] | None]) -> tuple[Days, Days, Days, list[T]]:
    """(owner, start, end half-open, the spells themselves) of everybody's lists, flattened."""
    flat = [(owner, spell) for owner, spells in enumerate(lists) for spell in spells or ()]
    count = len(flat)
    owner = np.fromiter((owner for owner, _ in flat), np.int64, count)
    start = np.fromiter((spell.start.toordinal() for _, spell in flat), np.int64, count)
    end = np.fromiter(
        (spell.end.toordinal() + 1 if spell.end else LAST for _, spell in flat), np.int64, count
    )
    return owner, start, end, [spell for _, spell in flat]


def _unknown(size: int, lists: Sequence[object | None], known: Sequence[Sequence[Period] | None]) -> Spans:
    """Days on which a list says nothing: all of them when it is missing, else those outside what it covers."""
    everywhere = np.fromiter(
        (stated is not None and over is None for stated, over in zip(lists, known, strict=True)),
        np.bool_,
        size,
    )
    owner, start, end, _ = _spells(
        [over if stated is not None else None for stated, over in zip(lists, known, strict=True)]
    )
    covered = Spans.of(size, owner, start, end)
    return (~covered).of_these(~everywhere)


def registrations_of(
    size: int, owner: Days, start: Days, end: Days, category: npt.NDArray[np.int8]
) -> tuple[Spans, Mapping[int, Spans]]:
    """All registrations as one set of days, and the same by category (0 = one that counts)."""
    by_category = {
        int(code): Spans.of(size, owner[category == code], start[category == code], end[category == code])
        for code in np.unique(category)
    }
    return Spans.of(size, owner, start, end), by_category


def from_dossiers(people: Sequence[Dossier]) -> Cohort:
    """Columns of these people, in their order."""
    size = len(people)
    birth, birth_missing = _column(
        [p.birth_date.toordinal() if p.birth_date else None for p in people], np.int64
    )
    level, level_missing = _column([p.diploma_level for p in people], np.int8)
    bac_plus, bac_missing = _column([p.bac_plus for p in people], np.int8)
    until = np.fromiter(
        (p.rqth_until.toordinal() + 1 if p.rqth_until else LAST for p in people), np.int64, size
    )
    r_owner, r_start, r_end, spells = _spells([p.registrations for p in people])
    category = np.fromiter((spell.category or 0 for spell in spells), np.int8, len(spells))
    registered, by_category = registrations_of(size, r_owner, r_start, r_end, category)
    j_owner, j_start, j_end, _ = _spells([p.employment for p in people])
    h_owner, h_start, h_end, homes = _spells([p.residence for p in people])
    names = sorted({name for person in people for name in person.facts})
    return Cohort(
        size=size,
        birth=birth,
        birth_missing=birth_missing,
        level=level,
        level_missing=level_missing,
        bac_plus=bac_plus,
        bac_plus_missing=bac_missing,
        rqth=tristate(person.rqth for person in people),
        rqth_until=until,
        registered=registered,
        registered_by_category=by_category,
        registrations_missing=np.fromiter((p.registrations is None for p in people), np.bool_, size),
        in_job=Spans.of(size, j_owner, j_start, j_end),
        job_unknown=_unknown(size, [p.employment for p in people], [p.employment_known for p in people]),
        homes=Homes(
            h_owner,
            h_start,
            h_end,
            np.fromiter((ZONE_KINDS.index(home.zone_kind) for home in homes), np.int8, len(homes)),
            np.array([home.insee_code for home in homes], "U5"),
        ),
        home_unknown=_unknown(size, [p.residence for p in people], [p.residence_known for p in people]),
        facts={name: tristate(person.facts.get(name) for person in people) for name in names},
    )
