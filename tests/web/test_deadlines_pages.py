"""The list of deadlines: rights that close, the aid, the contracts, each line with the one thing to do."""

from datetime import date

import pytest

from tests import build, hires
from tests.markup import check_markup
from tests.web.doors import account, an_agency, sign_in


@pytest.fixture
def client(app, database):
    with database.transaction() as session:
        made = account(session)
    return sign_in(app, made)


def test_nothing_to_do_says_so(client):
    page = client.get("/echeances").text
    assert "Aucune échéance dans les 30" in page
    check_markup(page)


def test_each_kind_of_deadline_is_there_by_its_day(client, database):
    with database.transaction() as session:
        agency = an_agency(session)
        closing = hires.person(session, agency=agency, birth_date=date(1987, 11, 21), family_name="Férat")
        build.proposal(session, person=closing)
        hires.person(session, agency=agency, birth_date=date(1988, 1, 10), family_name="Plus tard")
        hires.hired(session, agency=agency)
    page = client.get("/echeances").text
    check_markup(page)
    assert "Férat" in page and "possible jusqu’au 20 novembre 2013" in page and "Examiner" in page
    assert (
        "tuteur nommé" in page and "aide de novembre 2013" in page and "début du contrat à confirmer" in page
    )
    assert "Plus tard" not in page
    assert (
        page.index("début du contrat")
        < page.index("possible jusqu’au 20 novembre")
        < page.index("aide de novembre")
    )
    assert "Plus tard" in client.get("/echeances?jours=90").text
    only = client.get("/echeances?type=droits").text
    assert "Férat" in only and "tuteur" not in only
    assert "Férat" in client.get("/echeances?q=ferat").text
    assert "Aucune échéance ne répond" in client.get("/echeances?q=personne").text
    assert client.get("/echeances?type=x&jours=7&page=0").status_code == 200


def test_the_list_as_a_spreadsheet(client, database):
    with database.transaction() as session:
        hires.hired(session, agency=an_agency(session), on=date(2013, 10, 14))
    lines = client.get("/echeances?type=aides&format=csv").data.decode("utf-8-sig").splitlines()
    assert lines[0].startswith('"Échéance";"Dans (jours)"')
    assert any('"30/11/2013";"26"' in line and '"464,82"' in line for line in lines)
