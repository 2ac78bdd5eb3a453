"""The scan: each offer meets the people of related occupations within reach, both sides keep their best.

Written for numba and run through `compiled`; it is plain Python all the same. Nothing but whole numbers is added, so
the order of offers, slices and workers cannot change a result. Pairs that cannot enter a list of either side are
counted and left before their skills are compared.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import factors
from .compiled import compiled
from .places import arc_metres
from .prepare import NOT_SAID

_closeness = compiled(factors.closeness)
_occupation = compiled(factors.occupation)
_wish = compiled(factors.wish)
_skills = compiled(factors.skills)
_distance = compiled(factors.distance)
_level = compiled(factors.level)
_availability = compiled(factors.availability)
_total = compiled(factors.total)
_pair_hash = compiled(factors.pair_hash)
_ranking = compiled(factors.ranking)
_arc_metres = compiled(arc_metres)
_UNKNOWN_DAY = int(NOT_SAID)
_FULL = factors.FULL
#: every bit below score and search: the best that a hash could add
_ANY_HASH = np.uint64((1 << int(factors.HASH_BITS)) - 1)


def first_at_least(values: Any, first: int, last: int, wanted: int) -> int:
    """The first position in values[first:last] (ascending) that holds `wanted` or more, else `last`."""
    while first < last:
        middle = (first + last) >> 1
        if values[middle] < wanted:
            first = middle + 1
        else:
            last = middle
    return first


def keep(ranks: Any, members: Any, count: int, rank: Any, member: int, keys: Any) -> int:
    """Put (rank, member) into a heap of fixed length whose head is the worst kept. Returns how many are kept.

    Equal ranks (same score, search and hash) are ordered by the member's stable key.
    """
    limit = len(ranks)
    if count < limit:
        at = count
        count += 1
        while at > 0:
            above = (at - 1) >> 1
            if ranks[above] < rank or (ranks[above] == rank and keys[members[above]] < keys[member]):
                break
            ranks[at], members[at] = ranks[above], members[above]
            at = above
    else:
        if rank < ranks[0] or (rank == ranks[0] and keys[member] < keys[members[0]]):
            return count
        at = 0
        while True:
            below = 2 * at + 1
            if below >= limit:
                break
            other = below + 1
            if other < limit and (
                ranks[other] < ranks[below]
                or (ranks[other] == ranks[below] and keys[members[other]] < keys[members[below]])
            ):
                below = other
            if rank < ranks[below] or (rank == ranks[below] and keys[member] < keys[members[below]]):
                break
            ranks[at], members[at] = ranks[below], members[below]
            at = below
    ranks[at], members[at] = rank, member
    return count


_first_at_least = compiled(first_at_least)
_keep = compiled(keep)


def scan(
    turns: Any,
    # offers: codes, then one row each
    o_indptr: Any, o_code: Any, o_confidence: Any,
    related_indptr: Any, related_code: Any, related_affinity: Any,
    o_point: Any, o_row: Any, o_x: Any, o_rung: Any, o_day: Any, o_programme: Any, o_licence: Any, o_key: Any,
    asked_indptr: Any, asked: Any, excluded_indptr: Any, excluded: Any,
    # people: fields of Index
    record: Any, key: Any, row_start: Any, x: Any, pointer: Any, posting_seat: Any, posting_confidence: Any,
    class_rows: Any, class_x: Any, serves_indptr: Any, serves: Any, rights_indptr: Any, rights: Any,
    skills: int, weight: Any,
    # what is kept
    offer_rank: Any, offer_seat: Any, offer_count: Any, seat_rank: Any, seat_offer: Any, seat_count: Any,
    offer_feasible: Any, seat_feasible: Any,
) -> int:  # fmt: skip
    """Scan the offers `turns` (rows, in the order given). Returns how many postings were read.

    Shapes are those of `Index`; `related_*` is a CSR by offered code of wanted codes with points; `o_row` is -1
    when the commune is unknown; `excluded` holds ascending seats by offer; `weight` six whole weights;
    `offer_*` one row an offer, `seat_*` one row a seat, ranks as `factors.ranking` makes them.
    """
    classes, rows = len(class_rows), len(row_start) - 1
    codes = len(related_indptr) - 1
    met = np.full(len(record), -1, dtype=np.int32)
    gain = np.zeros(len(record), dtype=np.int64)
    found = np.empty(len(record), dtype=np.int32)
    code_met = np.full(codes, -1, dtype=np.int32)
    code_close = np.zeros(codes, dtype=np.int32)
    code_list = np.empty(codes, dtype=np.int32)
    row_first = np.zeros((classes, rows), dtype=np.int32)
    row_last = np.zeros((classes, rows), dtype=np.int32)
    is_asked = np.zeros(skills, dtype=np.uint8)
    read = 0
    for turn in range(len(turns)):
        j = turns[turn]
        # 1. which wanted codes are close to this offer's, and how close
        related = 0
        for e in range(o_indptr[j], o_indptr[j + 1]):
            for t in range(related_indptr[o_code[e]], related_indptr[o_code[e] + 1]):
                code = related_code[t]
                close = _closeness(related_affinity[t], o_confidence[e])
                if code_met[code] != turn:
                    code_met[code], code_close[code], code_list[related] = turn, close, code
                    related += 1
                elif close > code_close[code]:
                    code_close[code] = close
        # 2. seats within reach, row by row
        row = o_row[j]
        if row >= 0:
            for c in range(classes):
                for r in range(max(row - class_rows[c], 0), min(row + class_rows[c], rows - 2) + 1):
                    first, last = row_start[r], row_start[r + 1]
                    row_first[c, r] = _first_at_least(x, first, last, o_x[j] - class_x[c])
                    row_last[c, r] = _first_at_least(x, row_first[c, r], last, o_x[j] + class_x[c] + 1)
        # 3. the people found there, each with the wanted code that serves best
        people = 0
        for n in range(related):
            code = code_list[n]
            close = code_close[code]
            for c in range(classes):
                box = (code * classes + c) * rows
                if row < 0:
                    low, high = 0, rows - 1
                else:
                    low, high = max(row - class_rows[c], 0), min(row + class_rows[c], rows - 2)
                if (
                    row >= 0
                    and pointer[box + low] == pointer[box + high + 1]
                    and (c > 0 or pointer[box + rows - 1] == pointer[box + rows])
                ):
                    continue
                # the last row (unknown communes) stands in class 0 only, and is always within reach
                for step in range(low, high + (2 if row >= 0 and c == 0 else 1)):
                    r = step if step <= high else rows - 1
                    first, last = pointer[box + r], pointer[box + r + 1]
                    if row >= 0 and r < rows - 1 and first < last:
                        first = _first_at_least(posting_seat, first, last, row_first[c, r])
                        last = _first_at_least(posting_seat, first, last, row_last[c, r])
                    read += last - first
                    for at in range(first, last):
                        sure = np.int64(posting_confidence[at])
                        part = _occupation(close, sure)
                        if part > 0:
                            worth = weight[0] * part + weight[5] * _wish(close, sure)
                            seat = posting_seat[at]
                            if met[seat] != turn:
                                met[seat], gain[seat], found[people] = turn, worth, seat
                                people += 1
                            elif worth > gain[seat]:
                                gain[seat] = worth
        # 4. rules apart from the score, then the score
        for e in range(asked_indptr[j], asked_indptr[j + 1]):
            is_asked[asked[e]] = 1
        asks = asked_indptr[j + 1] - asked_indptr[j]
        for n in range(people):
            seat = found[n]
            if o_licence[j] and record[seat, 6] == 0:
                continue
            weighted, applied = np.int64(gain[seat]), weight[0] + weight[5]
            radius = np.int64(record[seat, 3])
            if row >= 0 and radius >= 0:
                dx = np.int64(record[seat, 0]) - o_point[j, 0]
                dy = np.int64(record[seat, 1]) - o_point[j, 1]
                dz = np.int64(record[seat, 2]) - o_point[j, 2]
                metres = np.int64(_arc_metres(dx * dx + dy * dy + dz * dz))
                if metres > radius:
                    continue
                weighted += weight[2] * _distance(metres, radius)
                applied += weight[2]
            if o_programme[j] >= 0:
                holds = False
                for e in range(rights_indptr[seat], rights_indptr[seat + 1]):
                    if rights[e, 0] == o_programme[j] and rights[e, 1] <= o_day[j] < rights[e, 2]:
                        holds = True
                        break
                if not holds:
                    continue
            if excluded_indptr[j] < excluded_indptr[j + 1]:
                at = _first_at_least(excluded, excluded_indptr[j], excluded_indptr[j + 1], seat)
                if at < excluded_indptr[j + 1] and excluded[at] == seat:
                    continue
            offer_feasible[j] += 1
            seat_feasible[seat] += 1
            if o_rung[j] > 0 and record[seat, 4] >= 0:
                weighted += weight[3] * _level(np.int64(record[seat, 4]), np.int64(o_rung[j]))
                applied += weight[3]
            if record[seat, 5] != _UNKNOWN_DAY:
                weighted += weight[4] * _availability(np.int64(record[seat, 5]), np.int64(o_day[j]))
                applied += weight[4]
            search = np.uint64(record[seat, 7])
            if asks > 0:
                applied += weight[1]
                best = np.uint64(_total(weighted + weight[1] * _FULL, applied))
                ceiling = _ranking(best, search, _ANY_HASH)
                if _cannot_enter(ceiling, j, seat, offer_rank, offer_count, seat_rank, seat_count):
                    continue
                held = 0
                for e in range(serves_indptr[seat], serves_indptr[seat + 1]):
                    held += is_asked[serves[e]]
                weighted += weight[1] * _skills(np.int64(held), np.int64(asks))
            score = np.uint64(_total(weighted, applied))
            ceiling = _ranking(score, search, _ANY_HASH)
            if _cannot_enter(ceiling, j, seat, offer_rank, offer_count, seat_rank, seat_count):
                continue
            rank = _ranking(score, search, _pair_hash(key[seat], o_key[j]))
            offer_count[j] = _keep(offer_rank[j], offer_seat[j], offer_count[j], rank, seat, key)
            seat_count[seat] = _keep(seat_rank[seat], seat_offer[seat], seat_count[seat], rank, j, o_key)
        for e in range(asked_indptr[j], asked_indptr[j + 1]):
            is_asked[asked[e]] = 0
    return read


def cannot_enter(
    ceiling: Any, offer: int, seat: int, offer_rank: Any, offer_count: Any, seat_rank: Any, seat_count: Any
) -> bool:
    """Whether even this rank is below the worst of two full lists."""
    return bool(
        offer_count[offer] == offer_rank.shape[1]
        and ceiling < offer_rank[offer, 0]
        and seat_count[seat] == seat_rank.shape[1]
        and ceiling < seat_rank[seat, 0]
    )


_cannot_enter = compiled(cannot_enter)


def merge(
    seat_rank: Any,
    seat_offer: Any,
    seat_count: Any,
    more_rank: Any,
    more_offer: Any,
    more_count: Any,
    o_key: Any,
) -> None:
    """Bring the lists of another worker into ours, seat by seat."""
    for seat in range(len(seat_count)):
        for n in range(more_count[seat]):
            seat_count[seat] = _keep(
                seat_rank[seat],
                seat_offer[seat],
                seat_count[seat],
                more_rank[seat, n],
                more_offer[seat, n],
                o_key,
            )
