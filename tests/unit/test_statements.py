"""Dated statements of files, by imports.md §3: what changes, and above all what does not."""

from __future__ import annotations

from datetime import date

import pytest

from matching import statements
from matching.edits import Edits
from matching.statements import Held, Said
from matching.store.seal import Seal
from matching.vocabulary import ResidenceKind, SituationValue

SEPTEMBER, OCTOBER, NOVEMBER = date(2013, 9, 2), date(2013, 10, 1), date(2013, 11, 4)
SEAL = Seal(b"a data key for tests only, 32 bytes long")


def held(**rows: list[dict]) -> Held:
    """A dossier of the base: every hanging row has an id."""
    for listed in rows.values():
        for number, row in enumerate(listed, 1):
            row.setdefault("id", number)
    return Held({"id": 1, "no_diploma_stated_on": None}, **rows)


def declared(start: date, end: date | None = None, place: str = "nord", kind=ResidenceKind.DECLARED) -> dict:
    return {"kind": kind, "declared_place": place, "insee_code": None, "start_on": start, "end_on": end}


def move(dossier: Held, on: date, *, moved: bool, place: str = "nord", since: date | None = None) -> Edits:
    edits = Edits(dossier.person)
    statements.home(dossier, edits, Said("autre", on), moved=moved, place=place, insee_code=None, since=since)
    return edits


def spells(rows: list[dict]) -> list[tuple]:
    return sorted((row["start_on"], row["end_on"], row["declared_place"]) for row in rows)


def test_a_home_without_a_date_is_known_from_the_day_of_the_import():
    dossier = held()
    move(dossier, SEPTEMBER, moved=False)
    assert spells(dossier.homes) == [(SEPTEMBER, None, "nord")]


def test_the_same_home_stated_later_without_a_date_keeps_its_start():
    dossier = held(homes=[declared(date(2005, 1, 1))])
    assert not move(dossier, OCTOBER, moved=False).any
    assert spells(dossier.homes) == [(date(2005, 1, 1), None, "nord")]


def test_the_same_home_stated_later_with_its_date_gets_that_start():
    dossier = held(homes=[declared(SEPTEMBER)])
    assert move(dossier, OCTOBER, moved=False, since=date(2005, 1, 1)).any
    assert spells(dossier.homes) == [(date(2005, 1, 1), None, "nord")]


def test_another_home_closes_the_former_on_the_eve():
    dossier = held(homes=[declared(date(2005, 1, 1))])
    move(dossier, OCTOBER, moved=True, place="etouvie", since=date(2013, 9, 15))
    assert spells(dossier.homes) == [
        (date(2005, 1, 1), date(2013, 9, 14), "nord"),
        (date(2013, 9, 15), None, "etouvie"),
    ]


def test_another_home_on_the_same_day_replaces_what_was_said_that_day():
    dossier = held(homes=[declared(SEPTEMBER)])
    move(dossier, SEPTEMBER, moved=True, place="etouvie")
    assert spells(dossier.homes) == [(SEPTEMBER, None, "etouvie")]


def test_the_home_of_now_stated_again_before_a_move_to_come_is_no_change():
    dossier = held(homes=[declared(SEPTEMBER), declared(NOVEMBER, place="etouvie")])
    move(dossier, OCTOBER, moved=True, place="sud_est")
    before = spells(dossier.homes)
    assert before == [
        (SEPTEMBER, date(2013, 9, 30), "nord"),
        (OCTOBER, date(2013, 11, 3), "sud_est"),
        (NOVEMBER, None, "etouvie"),
    ]
    assert not move(dossier, OCTOBER, moved=False, place="sud_est").any
    assert spells(dossier.homes) == before


def test_a_move_ends_the_confirmed_home_that_began_before_it_and_no_later_one():
    confirmed = declared(date(2005, 1, 1), kind=ResidenceKind.CONFIRMED)
    later = declared(NOVEMBER, kind=ResidenceKind.CONFIRMED)
    move(held(homes=[confirmed, later]), OCTOBER, moved=True, place="etouvie")
    assert confirmed["end_on"] == date(2013, 9, 30)
    assert later["end_on"] is None


def test_a_statement_made_earlier_than_a_known_home_ends_where_that_one_begins():
    dossier = held(homes=[declared(NOVEMBER, place="etouvie")])
    move(dossier, SEPTEMBER, moved=True, place="nord")
    assert spells(dossier.homes) == [
        (SEPTEMBER, date(2013, 11, 3), "nord"),
        (NOVEMBER, None, "etouvie"),
    ]


def say(dossier: Held, on: date, value: SituationValue, since: date | None = None) -> Edits:
    edits = Edits(dossier.person)
    statements.situation(dossier, edits, Said("autre", on), value=value, since=since)
    return edits


def stated(value: SituationValue, on: date, since: date | None = None) -> dict:
    return {"value": value, "since_on": since, "stated_on": on, "source": "autre"}


def timeline(dossier: Held) -> list[tuple]:
    return sorted((row["since_on"] or row["stated_on"], row["value"]) for row in dossier.situations)


NO_JOB, IN_JOB = SituationValue.NO_JOB, SituationValue.IN_JOB


def test_the_same_situation_stated_later_without_a_date_is_no_change():
    dossier = held(situations=[stated(NO_JOB, SEPTEMBER)])
    assert not say(dossier, OCTOBER, NO_JOB).any
    assert timeline(dossier) == [(SEPTEMBER, NO_JOB)]


def test_another_situation_begins_where_it_says_and_leaves_the_former_one_before_it():
    dossier = held(situations=[stated(NO_JOB, SEPTEMBER, date(2013, 1, 1))])
    say(dossier, SEPTEMBER, IN_JOB, date(2013, 3, 1))
    assert timeline(dossier) == [(date(2013, 1, 1), NO_JOB), (date(2013, 3, 1), IN_JOB)]


def test_a_job_that_starts_next_month_is_said_once_however_often_it_is_imported():
    dossier = held(situations=[stated(NO_JOB, SEPTEMBER)])
    assert say(dossier, OCTOBER, IN_JOB, NOVEMBER).any
    assert not say(dossier, OCTOBER, IN_JOB, NOVEMBER).any
    assert timeline(dossier) == [(SEPTEMBER, NO_JOB), (NOVEMBER, IN_JOB)]


def test_the_newest_statement_replaces_what_it_contradicts():
    dossier = held(situations=[stated(NO_JOB, SEPTEMBER), stated(IN_JOB, OCTOBER)])
    say(dossier, NOVEMBER, NO_JOB, date(2013, 9, 15))
    assert timeline(dossier)[-1] == (date(2013, 9, 15), NO_JOB)
    assert IN_JOB not in {value for _, value in timeline(dossier)}


def register(dossier: Held, start: date, end: date | None = None, category=None, source="autre") -> Edits:
    edits = Edits(dossier.person)
    statements.registration(dossier, edits, Said(source, NOVEMBER), start=start, end=end, category=category)
    return edits


def period(start: date, end: date | None = None, source: str = "autre") -> dict:
    return {"start_on": start, "end_on": end, "category": None, "source": source}


def periods(dossier: Held) -> list[tuple]:
    return sorted((row["start_on"], row["end_on"]) for row in dossier.registrations)


def test_a_registration_is_added_and_the_open_one_before_it_stays_open():
    dossier = held(registrations=[period(SEPTEMBER)])
    register(dossier, NOVEMBER)
    assert periods(dossier) == [(SEPTEMBER, None), (NOVEMBER, None)]


def test_the_open_registration_that_starts_the_same_day_is_closed():
    dossier = held(registrations=[period(SEPTEMBER)])
    assert register(dossier, SEPTEMBER, OCTOBER).any
    assert periods(dossier) == [(SEPTEMBER, OCTOBER)]


def test_a_blank_end_does_not_open_a_closed_registration_again():
    dossier = held(registrations=[period(SEPTEMBER, OCTOBER)])
    assert not register(dossier, SEPTEMBER).any
    assert periods(dossier) == [(SEPTEMBER, OCTOBER)]


def test_another_source_closing_the_same_day_differently_adds_its_own_period():
    dossier = held(registrations=[period(SEPTEMBER, OCTOBER, "i-milo")])
    register(dossier, SEPTEMBER, NOVEMBER)
    assert periods(dossier) == [(SEPTEMBER, OCTOBER), (SEPTEMBER, NOVEMBER)]


def attest(dossier: Held, level: int | None, bac_plus: int | None = None) -> Edits:
    edits = Edits(dossier.person)
    statements.diploma(dossier, edits, Said("autre", NOVEMBER), level=level, bac_plus=bac_plus)
    return edits


def test_no_diploma_is_a_statement_of_its_day_and_not_repeated():
    dossier = held()
    attest(dossier, None)
    assert dossier.person["no_diploma_stated_on"] == NOVEMBER
    assert not attest(dossier, None).any


def test_a_diploma_ends_the_statement_that_there_is_none_and_the_reverse():
    dossier = held()
    attest(dossier, None)
    attest(dossier, 3)
    assert (dossier.person["no_diploma_stated_on"], [d["level"] for d in dossier.diplomas]) == (None, [3])
    attest(dossier, None)
    assert (dossier.person["no_diploma_stated_on"], dossier.diplomas) == (NOVEMBER, [])


@pytest.mark.parametrize(
    ("level", "bac_plus", "changes"), [(6, None, False), (6, 3, False), (6, 4, True), (7, 5, True)]
)
def test_level_and_bac_plus_decide_whether_a_diploma_is_new(level, bac_plus, changes):
    row = {"level": 6, "bac_plus": 3, "source": "autre"}
    assert attest(held(diplomas=[row]), level, bac_plus).any is changes


def recognise(dossier: Held, recognised: bool | None, until: date | None = None) -> Edits:
    edits = Edits(dossier.person)
    statements.recognition(dossier, edits, Said("autre", NOVEMBER), SEAL, recognised=recognised, until=until)
    return edits


def test_a_recognition_is_sealed_and_its_journal_too():
    dossier = held()
    edits = recognise(dossier, True, date(2015, 6, 30))
    assert statements.opened(SEAL, dossier.recognition) == (True, date(2015, 6, 30))
    assert b"2015" not in dossier.recognition["valid_until"]
    assert "2015-06-30" not in str(edits.log)


def test_a_recognition_stated_again_is_no_change_and_a_blank_last_day_keeps_the_known_one():
    dossier = held()
    recognise(dossier, True, date(2015, 6, 30))
    dossier.recognition["id"] = 1
    assert not recognise(dossier, True).any
    assert recognise(dossier, False).any
    assert statements.opened(SEAL, dossier.recognition) == (False, None)
