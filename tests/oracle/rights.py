"""The rules of programmes.md once more, in plain Python: one person, one day at a time.

Written from programmes.md and interfaces.md and from nothing of the engine: dates, three values, lists of days; no
columns, no intervals, no programme files. `answer` takes the object of one line of `passerelle check`; `settles` and
`smallest` try every answer to a set of missing facts. C1… are the conventions of programmes.md.
"""

from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from itertools import combinations, product

DAY = timedelta(days=1)
YES, UNKNOWN, NO = 1, 0, -1
WORDS = {YES: "eligible", UNKNOWN: "unknown", NO: "not-eligible"}
#: C10: first and last day in force, anywhere.
IN_FORCE = {
    "emplois-avenir": (date(2012, 11, 1), date(2017, 12, 31)),
    "emplois-francs-2013": (date(2013, 6, 29), date(2015, 7, 4)),
    "emplois-francs-2018": (date(2018, 4, 1), date(2024, 12, 31)),
    "cui-cae": (date(2010, 1, 1), date(2017, 12, 31)),
    "cui-cie": (date(2010, 1, 1), date(2017, 12, 31)),
}
#: b2: the first territories (in Hauts-de-France the métropole de Lille, here its three towns), then the region, then France.
FIRST_TOWNS = ("59350", "59512", "59599")
HAUTS_DE_FRANCE = ("02", "59", "60", "62", "80")
#: The calendar is a strip with a cell a day; what began before it has lasted long enough for every rule.
STRIP = date(1990, 1, 1)
CELLS = (date(2027, 1, 1) - STRIP).days


@cache
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


class Days:
    """Periods laid on the strip: is a day in one, how many days of a stretch are, since when without a free day."""

    def __init__(self, periods):
        marks = bytearray(CELLS)
        for period in periods:
            first = max(0, cell(period["from"]))
            after = CELLS if period.get("to") is None else min(CELLS, cell(period["to"]) + 1)
            if first < after:
                marks[first:after] = b"\1" * (after - first)
        self.marks = marks

    def covers(self, day):
        return self.marks[cell(day)] == 1

    def count(self, first, after):
        """Days covered from `first` on, `after` itself left out."""
        return self.marks.count(1, cell(first), cell(after))

    def unbroken_since(self, day):
        """C4: the day after the last free day before this one, which is covered."""
        return STRIP + (self.marks.rfind(0, 0, cell(day)) + 1) * DAY


def cell(day):
    return ((date.fromisoformat(day) if isinstance(day, str) else day) - STRIP).days


def counted(registration):
    return registration.get("category") in (None, 1, 2, 3, 6, 7, 8)


#: How each fact of a line is laid out before days are asked of it.
LAID_OUT = {
    "birth_date": date.fromisoformat,
    "rqth_until": date.fromisoformat,
    "diploma_level": lambda level: 0 if level == "none" else int(level),
    "registrations": lambda periods: (Days(periods), Days(filter(counted, periods))),
    "employment": Days,
    "residence": lambda homes: {
        (kind, code): Days(h for h in homes if (h["zone_kind"], h.get("insee_code") or "80021") == (kind, code))
        for kind, code in {(h["zone_kind"], h.get("insee_code") or "80021") for h in homes}
    } | {"amiens": Days(h for h in homes if h["zone_kind"] == "ZUS" and (h.get("insee_code") or "80021") == "80021")},
}  # fmt: skip


def laid_out(person):
    """A person with every stated fact laid out; what is not stated is absent."""
    return {
        name: LAID_OUT.get(name, lambda value: value)(value)
        for name, value in person.items()
        if value is not None
    }


def aged(person, day, low, high):
    """C2: from the low-th birthday to the eve of the high-th."""
    born = person.get("birth_date")
    return UNKNOWN if born is None else said(add(born, 12 * low) <= day < add(born, 12 * high))


def searched(days, day, months, within):
    """C5: as if the days of the window had run without a break up to the eve."""
    return add(day - days.count(add(day, -within), day) * DAY, months) <= day


def searching(person, day, months, within):
    if "registrations" not in person:
        return UNKNOWN
    return said(searched(person["registrations"][0], day, months, within))


def recognised(person, day):
    if "rqth_until" in person and day > person["rqth_until"]:
        return NO
    return said(person.get("rqth"))


def lives(person, day, kinds, listed=lambda code: True):
    """Has a home on that day in a zone of one of the kinds, in a commune that counts."""
    if "residence" not in person:
        return UNKNOWN
    return said(
        any(
            key[0] in kinds and listed(key[1]) and days.covers(day)
            for key, days in person["residence"].items()
            if key != "amiens"
        )
    )


def avenir(person, day):
    """(a) L5134-110, R5134-161."""
    waiver = said(person.get("prescriber_waiver")) if day >= date(2014, 2, 23) else NO
    zones = {"ZUS" if day <= date(2014, 12, 31) else "QPV", "ZRR", "outre-mer"}
    level, years = person.get("diploma_level"), person.get("bac_plus")
    if level is None:
        none = only_cap = first_cycle = UNKNOWN
    else:
        none, only_cap = said(level == 0), said(level == 3)
        first_cycle = said(None if years is None else years <= 3) if level == 6 else said(level < 6)
    return all_of(
        any_of(aged(person, day, 16, 26), all_of(aged(person, day, 16, 30), recognised(person, day))),
        said(not person["employment"].covers(day)) if "employment" in person else UNKNOWN,
        any_of(
            none,
            all_of(only_cap, any_of(searching(person, day, 6, 12), waiver)),
            all_of(
                lives(person, day, zones), first_cycle, any_of(searching(person, day, 12, 18), waiver)
            ),
        ),
    )  # fmt: skip


def francs_2013(person, day):
    """(b1) Décret 2013-549, art. 2: six months running in the ZUS of the listed communes; no diploma either way."""
    settled = UNKNOWN
    if "residence" in person:
        homes = person["residence"]["amiens"]
        settled = said(homes.covers(day) and add(homes.unbroken_since(day), 6) <= day)
    return all_of(aged(person, day, 0, 30), settled, searching(person, day, 12, 18))


def francs_2018(person, day):
    """(b2) Décret 2018-230, art. 2, and the texts that widened it."""

    def listed(code):
        if day >= date(2020, 1, 1):
            return True
        return code.startswith(HAUTS_DE_FRANCE) if day >= date(2019, 3, 28) else code in FIRST_TOWNS

    registered = said(person["registrations"][1].covers(day)) if "registrations" in person else UNKNOWN
    csp = said(person.get("csp")) if day >= date(2019, 4, 27) else NO
    mission = said(person.get("mission_locale")) if day >= date(2020, 1, 1) else NO
    return all_of(lives(person, day, {"QPV"}, listed), any_of(registered, csp, mission))


def aided(person, day):
    """(d) L5134-20, L5134-65: out of work, and what the prescriber says."""
    working = said(not person["employment"].covers(day)) if "employment" in person else UNKNOWN
    return all_of(working, said(person.get("prescriber_diagnosis")))


RULES = {
    "emplois-avenir": avenir, "emplois-francs-2013": francs_2013, "emplois-francs-2018": francs_2018,
    "cui-cae": aided, "cui-cie": aided,
}  # fmt: skip
#: Facts that each text asks about.
PERSON_FACTS = {
    "emplois-avenir": ("birth_date", "rqth", "diploma_level", "bac_plus", "registrations", "employment",
                       "residence", "prescriber_waiver"),
    "emplois-francs-2013": ("birth_date", "registrations", "residence"),
    "emplois-francs-2018": ("registrations", "residence", "csp", "mission_locale"),
    "cui-cae": ("employment", "prescriber_diagnosis"),
    "cui-cie": ("employment", "prescriber_diagnosis"),
}  # fmt: skip
TERMS = {
    "emplois-avenir": ("kind", "months", "weekly_hours", "sector"),
    "emplois-francs-2013": ("kind", "weekly_hours"),
    "emplois-francs-2018": ("kind", "months"),
    "cui-cae": ("kind", "months", "weekly_hours", "sector"),
    "cui-cie": ("kind", "months", "weekly_hours", "sector"),
}


def person_on(programme, person, day):
    """The person's own criteria on that day, within the days in force."""
    first, last = IN_FORCE[programme]
    return RULES[programme](person, day) if first <= day <= last else NO


def terms(programme, contract):
    """C12; without a contract nothing stands in the way."""
    if contract is None:
        return YES
    kind, months, hours = contract.get("kind"), contract.get("months"), contract.get("weekly_hours")
    longest = {
        "emplois-avenir": (12, 36), "emplois-francs-2018": (6, 10_000), "cui-cae": (6, 24), "cui-cie": (6, 24),
    }.get(programme)  # fmt: skip
    if kind == "CDD" and longest:
        term = said(None if months is None else longest[0] <= months <= longest[1])
    else:
        term = said(None if kind is None else kind == "CDI")
    if programme == "emplois-francs-2018":
        return term
    if programme.startswith("cui"):
        time = said(None if hours is None else 20 <= hours <= 35)
        sector = contract.get("sector")
        wanted = "non-marchand" if programme == "cui-cae" else "marchand"
        return all_of(term, time, said(None if sector is None else sector == wanted))
    full, most = (35, 10_000) if programme == "emplois-francs-2013" else (17.5, 35)
    time = said(None if hours is None else full <= hours <= most)
    sector = (
        YES if programme == "emplois-francs-2013" or contract.get("sector") == "non-marchand" else UNKNOWN
    )
    return all_of(term, time, sector)


def day_asked(line, today):
    signed = (line.get("contract") or {}).get("signature_date")
    return date.fromisoformat(signed) if signed else today


def verdict(line, today):
    person = person_on(line["programme"], laid_out(line["person"]), day_asked(line, today))
    return all_of(person, terms(line["programme"], line.get("contract")))


def answer(line, today):
    """What interfaces.md says of one line: verdict, windows and their ends, nearest change (None: never)."""
    programme, on = line["programme"], day_asked(line, today)
    person, contract = laid_out(line["person"]), terms(programme, line.get("contract"))
    first, last = IN_FORCE[programme]
    values = {
        first + n * DAY: RULES[programme](person, first + n * DAY) for n in range((last - first).days + 1)
    }
    windows = []
    for day, value in values.items():
        if value == YES and values.get(day - DAY) == YES:
            windows[-1][1] = day.isoformat()
        elif value == YES:
            windows.append([day.isoformat(), day.isoformat()])
    now = all_of(values.get(on, NO), contract)
    later = (on + n * DAY for n in range(1, (last - on).days + 2))
    change = next(
        (
            {"on": day.isoformat(), "verdict": WORDS[all_of(values.get(day, NO), contract)]}
            for day in later
            if all_of(values.get(day, NO), contract) != now
        ),
        None,
    )
    return {
        "verdict": WORDS[now],
        "on": on.isoformat(),
        "windows": windows,
        "first_eligible_on": windows[0][0] if windows else None,
        "eligible_until": next((b for a, b in windows if a <= on.isoformat() <= b), None),
        "nearest_change": change,
    }


# --- What to ask for: every answer to a set of missing facts, by brute force.


def askable(line):
    """Names of the facts that are not stated and that the text asks about; a contract's as `contract.kind`…"""
    programme, contract = line["programme"], line.get("contract")
    missing = [name for name in PERSON_FACTS[programme] if line["person"].get(name) is None]
    if contract is not None:
        missing += [f"contract.{name}" for name in TERMS[programme] if contract.get(name) is None]
    return missing


def possible(fact, day):
    """Answers on every side of every threshold of the three texts on that day, many of them of one effect."""
    ago = {
        months: add(day, -months).isoformat()
        for months in (0, 1, 3, 5, 6, 7, 9, 11, 12, 13, 15, 17, 18, 19, 60)
    }
    eve = (day - DAY).isoformat()
    spans = [{"from": ago[a], "to": ago[b]} for a, b in product(ago, ago) if a >= b]
    spans += [{"from": start} for start in ago.values()] + [{"from": ago[60], "to": eve}]
    flag = [True, False]
    return {
        "birth_date": [add(day, -12 * years).isoformat() for years in range(14, 34)],
        "diploma_level": ["none", "3", "4", "5", "6", "7", "8"],
        "bac_plus": [0, 2, 3, 4, 5, 8],
        "registrations": [[]] + [[{**p, "category": c}] for p in spans for c in (None, 4)],
        "employment": [[], [{"from": ago[1]}], [{"from": ago[6], "to": eve}]],
        "residence": [[]] + [
            [{"zone_kind": kind, "insee_code": code, "from": since}]
            for kind in ("ZUS", "QPV", "ZRR", "outre-mer", "none")
            for code in ("80021", "59350", "35238") for since in (ago[60], ago[6], ago[5])
        ],
        "rqth": flag, "prescriber_waiver": flag, "csp": flag, "mission_locale": flag,
        "prescriber_diagnosis": flag,
        "contract.kind": ["CDI", "CDD", "MIS"], "contract.months": [5, 6, 11, 12, 24, 25, 36, 37],
        "contract.weekly_hours": [17, 17.5, 19, 20, 34, 35, 36], "contract.sector": ["non-marchand", "marchand"],
    }[fact]  # fmt: skip


def effect(programme, fact, value, day):
    """What the rules can see of one answer: two answers of one effect need not both be tried."""
    one = {fact: value}
    if fact == "birth_date":
        return tuple(aged(one, day, low, high) for low, high in ((16, 26), (16, 30), (0, 30)))
    if fact == "registrations":
        return searching(one, day, 6, 12), searching(one, day, 12, 18), value[1].covers(day)
    if fact == "residence":
        known = {
            "diploma_level": 4,
            "birth_date": add(day, -240),
            "employment": Days([]),
            "prescriber_waiver": True,
        }
        always = Days([{"from": STRIP}])
        return person_on(programme, {**known, "registrations": (always, always), **one}, day)
    return value


class Answers:
    """Every answer to the missing facts of one line, and the values each set of them can lead to."""

    def __init__(self, line, today):
        self.programme, self.day = line["programme"], day_asked(line, today)
        self.person, self.contract = laid_out(line["person"]), line.get("contract")
        self.names = askable(line)
        self.values, self.known = {}, {}
        for fact in self.names:
            laid = [LAID_OUT.get(fact, lambda value: value)(value) for value in possible(fact, self.day)]
            self.values[fact] = list({effect(self.programme, fact, v, self.day): v for v in laid}.values())

    def settle(self, facts):
        """Person and terms share no fact: the verdict stays open when some value of each leaves it open. Where a sure
        person meets terms of which only a sector list is wanting, no further answer can change anything."""
        asked = tuple(fact for fact in facts if fact.startswith("contract."))
        people, contracts = self.reached(tuple(set(facts) - set(asked)), self.of_person), {(YES, False)}
        if self.contract is not None:
            contracts = self.reached(("terms", *asked), self.of_terms)
        return all(
            all_of(person, terms_) != UNKNOWN or (person == YES and only_the_list)
            for person in people
            for terms_, only_the_list in contracts
        )

    def reached(self, facts, judge):
        facts = tuple(sorted(facts))
        if facts not in self.known:
            named = [fact for fact in facts if fact != "terms"]
            tried = product(*(self.values[fact] for fact in named))
            self.known[facts] = {judge(dict(zip(named, values, strict=True))) for values in tried}
        return self.known[facts]

    def of_person(self, given):
        return person_on(self.programme, {**self.person, **given}, self.day)

    def of_terms(self, given):
        """The value, and whether nothing but the regional list of market sectors keeps it open (C12)."""
        stated = {name.removeprefix("contract."): value for name, value in given.items()}
        contract = {**self.contract, **stated}
        value, listed = terms(self.programme, contract), {**contract, "sector": "non-marchand"}
        market = contract.get("sector") == "marchand" and value == UNKNOWN
        return value, market and terms(self.programme, listed) == YES


def settles(line, facts, today):
    """Whether every possible answer to all of these facts settles the verdict, or leaves nothing more to ask."""
    return Answers(line, today).settle(tuple(facts))


def smallest(line, today):
    """How many facts a smallest such set has."""
    answers = Answers(line, today)
    return next(
        size
        for size in range(len(answers.names) + 1)
        if any(answers.settle(facts) for facts in combinations(answers.names, size))
    )
