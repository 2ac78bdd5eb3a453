"""The rules of programmes.md once more, in plain Python, one person and one day at a time.

Written from the page and not from the engine: dates and booleans, None for unknown, no columns, no programme files.
Slow on purpose; the property tests compare it with `passerelle check`.
"""

from calendar import monthrange
from datetime import date, timedelta

DAY = timedelta(days=1)
YES, UNKNOWN, NO = 1, 0, -1
IN_FORCE = {
    "emplois-avenir": (date(2012, 11, 1), date(2017, 12, 31)),
    "emplois-francs-2013": (date(2013, 6, 29), date(2015, 7, 4)),
    "emplois-francs-2018": (date(2018, 4, 1), date(2024, 12, 31)),
}
#: First territories of 2018 that the programme file knows of; Hauts-de-France from 28 March 2019, then everywhere.
LILLE = {"59350", "59512", "59599"}
HAUTS_DE_FRANCE = ("02", "59", "60", "62", "80")


def add(day, months):
    """C1: the same day of the month, or the last one it has."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def all_of(*values):
    return min(values)


def any_of(*values):
    return max(values)


def said(value):
    return UNKNOWN if value is None else YES if value else NO


def day_of(text):
    return date.fromisoformat(text) if text else None


def covers(periods, day):
    return any(day_of(p["from"]) <= day and (p.get("to") is None or day <= day_of(p["to"])) for p in periods)


def aged(person, day, low, high):
    """C2: from the low-th birthday to the eve of the high-th."""
    born = day_of(person.get("birth_date"))
    if born is None:
        return UNKNOWN
    return said(add(born, 12 * low) <= day < add(born, 12 * high))


def searching(person, day, months, within):
    """C5, by counting the registered days of the window one by one."""
    periods = person.get("registrations")
    if periods is None:
        return UNKNOWN
    first, count = add(day, -within), 0
    while first < day:
        count += covers(periods, first)
        first += DAY
    return said(add(day - count * DAY, months) <= day)


def recognised(person, day):
    if person.get("rqth") is False:
        return NO
    until = day_of(person.get("rqth_until"))
    if until is not None and day > until:
        return NO
    return said(person.get("rqth"))


def lives(person, day, kinds, listed=lambda insee: True):
    """On that day, in a zone of one of the kinds, in a listed commune."""
    homes = person.get("residence")
    if homes is None:
        return UNKNOWN
    return said(
        any(
            h["zone_kind"] in kinds and listed(h.get("insee_code") or "80021") and covers([h], day)
            for h in homes
        )
    )


def lives_since(person, day, kinds, months, listed):
    """C3, C4: in the listed zones of one kind without a free day since `months` months."""
    if person.get("residence") is None:
        return UNKNOWN
    if lives(person, day, kinds, listed) != YES:
        return NO
    since = day
    floor = min(day_of(h["from"]) for h in person["residence"])
    while since > floor and lives(person, since - DAY, kinds, listed) == YES:
        since -= DAY
    return said(add(since, months) <= day)


def level(person):
    text = person.get("diploma_level")
    return None if text is None else 0 if text == "none" else int(text)


def without_diploma(person):
    return UNKNOWN if level(person) is None else said(level(person) == 0)


def only_cap(person):
    return UNKNOWN if level(person) is None else said(level(person) == 3)


def at_most_licence(person):
    held, years = level(person), person.get("bac_plus")
    if held is None:
        return UNKNOWN
    if held == 6:
        return UNKNOWN if years is None else said(years <= 3)
    return said(held < 6)


def avenir(person, day):
    """L5134-110, R5134-161."""
    waiver = said(person.get("prescriber_waiver")) if day >= date(2014, 2, 23) else NO
    zones = {"ZUS", "ZRR", "outre-mer"} if day <= date(2014, 12, 31) else {"QPV", "ZRR", "outre-mer"}
    age = any_of(aged(person, day, 16, 26), all_of(aged(person, day, 16, 30), recognised(person, day)))
    jobs = person.get("employment")
    free = UNKNOWN if jobs is None else said(not covers(jobs, day))
    diploma = any_of(
        without_diploma(person),
        all_of(only_cap(person), any_of(searching(person, day, 6, 12), waiver)),
        all_of(
            lives(person, day, zones), at_most_licence(person), any_of(searching(person, day, 12, 18), waiver)
        ),
    )
    return all_of(age, free, diploma)


def francs_2013(person, day):
    """Décret 2013-549, art. 2."""
    return all_of(
        aged(person, day, 0, 30),
        lives_since(person, day, {"ZUS"}, 6, lambda insee: insee == "80021"),
        searching(person, day, 12, 18),
    )


def francs_2018(person, day):
    """Décret 2018-230, art. 2, and the texts that widened it."""

    def listed(insee):
        if day >= date(2020, 1, 1):
            return True
        if day >= date(2019, 3, 28):
            return insee.startswith(HAUTS_DE_FRANCE)
        return insee in LILLE

    periods = person.get("registrations")
    registered = UNKNOWN
    if periods is not None:
        counted = [p for p in periods if p.get("category") in (None, 1, 2, 3, 6, 7, 8)]
        registered = said(covers(counted, day))
    csp = said(person.get("csp")) if day >= date(2019, 4, 27) else NO
    mission = said(person.get("mission_locale")) if day >= date(2020, 1, 1) else NO
    return all_of(lives(person, day, {"QPV"}, listed), any_of(registered, csp, mission))


RULES = {"emplois-avenir": avenir, "emplois-francs-2013": francs_2013, "emplois-francs-2018": francs_2018}


def person_on(programme, person, day):
    """The person's own criteria on that day, within the days in force."""
    first, last = IN_FORCE[programme]
    return RULES[programme](person, day) if first <= day <= last else NO


def terms(programme, contract):
    """C12."""
    if contract is None:
        return YES
    kind, months, hours = contract.get("kind"), contract.get("months"), contract.get("weekly_hours")
    low, high = {"emplois-avenir": (12, 36), "emplois-francs-2018": (6, 10_000)}.get(programme, (None, None))
    if kind is None:
        term = UNKNOWN
    elif kind == "CDI":
        term = YES
    elif kind == "CDD" and low is not None:
        term = UNKNOWN if months is None else said(low <= months <= high)
    else:
        term = NO
    if programme == "emplois-francs-2018":
        return term
    if programme == "emplois-francs-2013":
        return all_of(term, UNKNOWN if hours is None else said(hours >= 35))
    sector = {"non-marchand": YES}.get(contract.get("sector"), UNKNOWN)
    return all_of(term, UNKNOWN if hours is None else said(17.5 <= hours <= 35), sector)


def verdict(programme, person, contract, day):
    return all_of(person_on(programme, person, day), terms(programme, contract))
