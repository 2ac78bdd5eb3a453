"""Who gets which slot: a largest set of people that can all be served, then the best total score that serves them all.

Two plain loops over flat sequences (numpy arrays for numba, lists without it). People are numbered by urgency and
each one's edges stand best first, so that no result depends on the order of the input. Values are whole millionths.
"""

from __future__ import annotations

from typing import Any

#: a bid raises a price by at least this much (0.001): what is lost against the optimum is less, a slot
EPSILON = 1_000
#: what somebody with a single possible offer bids: more than any chain of scores is worth
ONLY_CHANCE = 10**15


def cover(
    indptr: Any, offer: Any, slots: Any, eligible: Any,
    served: Any, holder: Any, taken: Any, offer_seen: Any, came_from: Any, came_person: Any, line: Any,
) -> int:  # fmt: skip
    """Serve as many people as slots allow, the first ones first, by augmenting paths. Returns how many.

    Nobody served is dropped for a later one: among the largest sets this is the first in the people's order.
    `indptr`, `offer`: edges by person; `slots` by offer (pointers into `holder`); `eligible` by person.
    Work space and answer: `served` by person (offer or -1), `holder` by slot, `taken` by offer, and by offer
    `offer_seen` (-1), `came_from`, `came_person`, `line`. An offer that a failed search reached stays closed.
    """
    closed = len(eligible)
    count = 0
    for person in range(len(eligible)):
        if not eligible[person]:
            continue
        head = tail = 0
        free = -1
        for e in range(indptr[person], indptr[person + 1]):
            j = offer[e]
            if offer_seen[j] == closed or offer_seen[j] == person:
                continue
            offer_seen[j], came_from[j], came_person[j] = person, -1, person
            line[tail] = j
            tail += 1
            if taken[j] < slots[j + 1] - slots[j]:
                free = j
                break
        while free < 0 and head < tail:
            here = line[head]
            head += 1
            for s in range(slots[here], slots[here] + taken[here]):
                other = holder[s]
                for e in range(indptr[other], indptr[other + 1]):
                    j = offer[e]
                    if offer_seen[j] == closed or offer_seen[j] == person:
                        continue
                    offer_seen[j], came_from[j], came_person[j] = person, here, other
                    line[tail] = j
                    tail += 1
                    if taken[j] < slots[j + 1] - slots[j]:
                        free = j
                        break
                if free >= 0:
                    break
        if free < 0:
            for n in range(tail):
                offer_seen[line[n]] = closed
            continue
        holder[slots[free] + taken[free]] = came_person[free]
        taken[free] += 1
        served[came_person[free]] = free
        at = came_from[free]
        moved = came_person[free]
        while at >= 0:
            newcomer = came_person[at]
            for s in range(slots[at], slots[at] + taken[at]):
                if holder[s] == moved:
                    holder[s] = newcomer
                    break
            served[newcomer] = at
            moved, at = newcomer, came_from[at]
        count += 1
    return count


def bid(
    indptr: Any, offer: Any, value: Any, slots: Any, must: Any, room: Any, epsilon: int, most: int,
    held: Any, price: Any, cheapest: Any, owner: Any, owner_person: Any, waiting: Any, line: Any,
) -> bool:  # fmt: skip
    """Give out slots by auction: a best total value in which everybody in `must` has one, up to epsilon a slot.

    People bid for the slot where value less price is best, by what it is better than the next; they take up to
    `room` of them, the first at any price when they must. Prices only rise, a slot once given stays given, so
    that offers with a slot left are free and the total is within epsilon a slot of the optimum (Bertsekas'
    auction with similar objects). Answer: `held` by edge (0 or 1). False when `most` bids were not enough.

    Work space: `price` (0), `owner` (-1, an edge) and `owner_person` by slot; `cheapest` by offer, its first slot;
    `waiting` (0) by person, `line` one longer than people.
    """
    people = len(must)
    size = people + 1
    head = tail = 0
    for person in range(people):
        if room[person] > 0 and indptr[person] < indptr[person + 1]:
            line[tail] = person
            tail += 1
            waiting[person] = 1
    bids = 0
    while head != tail:
        person = line[head]
        head = (head + 1) % size
        waiting[person] = 0
        has = 0
        for e in range(indptr[person], indptr[person + 1]):
            has += held[e]
        while has < room[person]:
            forced = must[person] and has == 0
            floor = -ONLY_CHANCE if forced else 0
            best, best_margin, next_margin, best_slot = -1, floor - 1, floor, -1
            for e in range(indptr[person], indptr[person + 1]):
                j = offer[e]
                if held[e] or slots[j] == slots[j + 1]:
                    continue
                margin = value[e] - price[cheapest[j]]
                if margin > best_margin:
                    if best >= 0 and best_margin > next_margin:
                        next_margin = best_margin
                    best, best_margin, best_slot = e, margin, cheapest[j]
                elif margin > next_margin:
                    next_margin = margin
            if best < 0 or (best_margin <= 0 and not forced):
                break
            bids += 1
            if bids > most:
                return False
            outbid = owner_person[best_slot]
            if owner[best_slot] >= 0:
                held[owner[best_slot]] = 0
                if not waiting[outbid]:
                    waiting[outbid] = 1
                    line[tail] = outbid
                    tail = (tail + 1) % size
            price[best_slot] += best_margin - next_margin + epsilon
            # Read by every bid, so kept: only the offer bought from can have another cheapest slot.
            j = offer[best]
            cheapest[j] = slots[j]
            for s in range(slots[j] + 1, slots[j + 1]):
                if price[s] < price[cheapest[j]]:
                    cheapest[j] = s
            owner[best_slot], owner_person[best_slot] = best, person
            held[best] = 1
            has += 1
    return True
