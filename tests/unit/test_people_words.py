"""Rights in words: every condition of every programme has some, and they say what the engine found."""

from datetime import date, timedelta

import pytest

from matching.eligibility.cohort import Cohort, Dossier, Registration, Residence
from matching.eligibility.contract import Contract
from matching.eligibility.explain import explain
from matching.eligibility.missing import questions
from matching.eligibility.programme import load
from matching.person_facts import Dated
from matching.vocabulary import SituationValue
from web.typography import french
from web.wording import conditions, rights
from web.wording.explained import view

BOOK = load()
DAY = date(2013, 11, 14)
AVENIR, FRANC = BOOK["emplois-avenir"], BOOK["emplois-francs-2013"]


def said(programme, on=DAY, *, told=None, recognition=False, civility=None, contract=None, **facts):
    known = {"employment": (), "residence": (), "registrations": (), "diploma_level": 0, **facts}
    assessment = programme.assess(Cohort.build([Dossier(**known)], as_known_on=on), contract)
    found = explain(assessment, 0, on)
    asked = questions(assessment, 0, on) if found.verdict == 0 else None
    return view(
        found, programme, today=on, questions=asked, told=told, recognition=recognition, civility=civility
    )


def rule(seen, name):
    return next(each for each in seen.rules if each.id == name)


@pytest.mark.parametrize("programme", BOOK.values(), ids=list(BOOK))
def test_every_condition_and_term_of_every_programme_has_a_title(programme):
    known = {str(each.id) for each in programme.file.conditions.all_of}
    known |= {term.id for term in programme.file.contract}
    assert known <= set(conditions.TITLES)


@pytest.mark.parametrize("programme", BOOK.values(), ids=list(BOOK))
def test_every_fact_that_a_programme_may_ask_for_has_a_question(programme):
    start, _ = programme.in_force()
    day = date.fromordinal(start + 400)
    assessment = programme.assess(Cohort.build([Dossier()], as_known_on=day))
    assert set(questions(assessment, 0, day).facts) <= set(rights.QUESTIONS)


def test_the_last_day_stands_with_the_days_left_and_the_reason():
    seen = said(AVENIR, birth_date=date(1987, 12, 12), rqth=False)
    assert (seen.lead, seen.headline) == ("Éligible jusqu'au", "mercredi 11 décembre 2013")
    assert seen.detail == "encore 27 jours : 26 ans le 12 décembre"
    assert seen.tone == "warn"


@pytest.mark.parametrize(
    ("left", "tone"), [(0, "error"), (7, "error"), (8, "warn"), (30, "warn"), (31, "ok")]
)
def test_the_colour_presses_with_the_days_left(left, tone):
    born = (DAY + timedelta(days=left + 1)).replace(year=DAY.year - 26)
    seen = said(AVENIR, birth_date=born, rqth=False)
    assert (seen.days_left, seen.tone) == (left, tone)


def test_what_must_be_checked_comes_first_then_what_is_not_met():
    seen = said(FRANC, birth_date=date(1990, 1, 1), residence=None)
    assert [each.sign for each in seen.rules] == ["check", "no", "yes"]
    assert seen.badge == "Non éligible"
    home = rule(seen, "residence")
    assert home.next == "À demander : Où habite la personne ce jour-là, et depuis quand ?"


def test_a_home_only_declared_says_what_proof_to_ask_for():
    told = {"declared": Dated("declared", date(2011, 10, 26), None, "pole-emploi", value="nord")}
    seen = said(FRANC, birth_date=date(1990, 1, 1), residence=None, told=told)
    assert rule(seen, "residence").next == (
        "Déclaré : Amiens Nord depuis le 26/10/2011, fichier de Pôle emploi. Demandez un justificatif de domicile."
    )


def test_an_unmet_condition_says_from_when_it_would_hold():
    seen = said(
        FRANC,
        birth_date=date(1990, 1, 1),
        registrations=(Registration(date(2013, 3, 3)),),
        residence=(Residence(date(2000, 1, 1), None, "ZUS"),),
    )
    assert rule(seen, "search").next == "Possible à partir du lundi 3 mars 2014, si rien ne change."
    assert (seen.lead, seen.headline) == ("Éligible à partir du", "lundi 3 mars 2014")


def test_a_right_that_is_over_says_since_when():
    seen = said(AVENIR, birth_date=date(1987, 11, 1), rqth=False)
    assert (seen.lead, seen.headline) == ("Plus éligible depuis le", "vendredi 1er novembre 2013")


def test_a_programme_to_come_and_one_that_is_over_say_their_dates():
    person = {"birth_date": date(1995, 1, 1)}
    assert said(BOOK["emplois-francs-2018"], **person).lead == "Dispositif ouvert à partir du"
    assert said(FRANC, date(2016, 1, 4), **person).headline == "dimanche 5 juillet 2015"


def test_a_fact_carries_its_date_and_who_said_it():
    told = {
        "work": Dated(
            "work", date(2012, 3, 11), date(2013, 10, 1), "pole-emploi", value=SituationValue.NO_JOB
        )
    }
    work = rule(said(AVENIR, birth_date=date(1992, 5, 14), told=told), "out-of-work")
    assert work.fact == "Sans emploi depuis le 11/03/2012."
    assert work.told == "Dit le 01/10/2013, fichier de Pôle emploi"
    assert work.source == "C. trav., art. L. 5134-110"


def test_the_way_that_opens_the_right_is_the_title_of_the_diploma():
    search = (Registration(date(2013, 1, 3)),)
    by_cap = said(AVENIR, birth_date=date(1992, 5, 14), diploma_level=3, registrations=search)
    assert rule(by_cap, "diploma").title == "CAP ou BEP, et 6 mois de recherche sur 12"
    assert rule(said(AVENIR, birth_date=date(1992, 5, 14)), "diploma").title == "N'avoir aucun diplôme"


def test_a_recognition_is_not_told_to_who_may_not_read_it():
    facts = {"birth_date": date(1986, 5, 14), "rqth": True, "rqth_until": date(2014, 6, 30)}
    hidden, shown = said(AVENIR, **facts), said(AVENIR, **facts, recognition=True)
    words = [rule(hidden, "age").fact, rule(hidden, "age").told, hidden.detail, hidden.change]
    assert not any("RQTH" in each for each in words)
    assert "RQTH jusqu'au 30/06/2014" in rule(shown, "age").fact


def test_missing_facts_are_asked_the_most_telling_first():
    seen = said(AVENIR, birth_date=None, diploma_level=None)
    assert seen.asked[0].first
    assert {each.fact for each in seen.asked} >= {"birth_date", "diploma_level"}
    assert seen.headline == "2 points à vérifier"


def test_a_term_that_holds_as_long_as_the_programme_says_no_day_of_its_own():
    seen = said(
        AVENIR, birth_date=date(1991, 5, 14), contract=Contract(kind="CDD", months=36, weekly_hours=35)
    )
    terms = [rule(seen, name) for name in ("contract-kind", "contract-hours")]
    assert [(each.sign, each.next) for each in terms] == [("yes", "")] * 2
    assert rule(seen, "age").next == "Signature possible jusqu'au 13/05/2017."


def test_the_person_s_own_form_is_used_where_it_is_known():
    born = {"birth_date": date(1992, 5, 14)}
    assert rule(said(AVENIR, civility="Mme", **born), "age").fact.startswith("Née le 14/05/1992")
    assert rule(said(AVENIR, **born), "age").fact.startswith("Naissance le 14/05/1992 : 21 ans aujourd'hui")


def test_words_take_french_spaces():
    assert french("encore 27 jours : 26 ans") == "encore 27\u00a0jours\u00a0: 26\u00a0ans"
