"""What people and employers read of themselves: no word of ours, days only where they tell something."""

from datetime import date

from matching.employer_rights import SchemeRight
from matching.vocabulary import Verdict
from web.wording import own_offers, personal

ON = date(2013, 11, 4)


def test_days_are_counted_as_long_as_they_tell_something():
    assert personal.until(ON, date(2013, 11, 5)).endswith("(demain)")
    assert personal.until(ON, date(2013, 12, 11)) == "mercredi 11 décembre (dans 37 jours)"
    assert personal.until(ON, date(2017, 12, 31)) == "31 décembre 2017 (dans plus de 4 ans)"


def test_nobody_is_a_prescriber_to_a_young_person():
    said = personal.plain("Difficultés d'accès à l'emploi, constatées par le prescripteur ; RQTH")
    assert "prescripteur" not in said and "RQTH" not in said and "la personne qui vous suit" in said


def test_what_an_employer_may_propose_is_one_line():
    def right(label, verdict):
        return SchemeRight("", "", label, verdict, "", "")

    rights = [right("Emploi d'avenir", Verdict.YES), right("CUI-CIE", Verdict.UNKNOWN)]
    assert own_offers.entitled(rights) == "Vous avez droit à : emploi d'avenir. À vérifier : CUI-CIE."
    assert "contrat ordinaire" in own_offers.entitled([right("Emploi franc", Verdict.NO)])
