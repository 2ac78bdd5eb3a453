"""The rules in force on a day: figures, their texts and their history, addresses of each condition."""

import re

import pytest

from matching.eligibility.programme import load
from tests.markup import check_markup
from tests.web.doors import KINDS, account, sign_in
from web.wording import rules as words


@pytest.fixture
def client(app, database):
    with database.transaction() as session:
        user = account(session)
    return sign_in(app, user)


def section(page, programme):
    """The part of the page about that programme."""
    return page[page.index(f'aria-labelledby="{programme}"') :].split("</section>")[0]


def test_everybody_signed_in_reads_the_rules(app, database):
    with database.transaction() as session:
        users = [account(session, kind) for kind in KINDS]
    for user in users:
        assert sign_in(app, user).get("/regles").status_code == 200
    assert app.test_client().get("/regles").status_code == 302


def test_each_programme_says_whether_it_is_in_force_that_day(client):
    page = client.get("/regles").text
    check_markup(page)
    assert "Règles en vigueur au 4 novembre 2013" in page
    assert "en vigueur" in section(page, "emplois-avenir")
    assert "pas encore en vigueur" in section(page, "emplois-francs-2018")
    later = client.get("/regles?date=2021-02-01").text
    assert "n’est plus en vigueur" in section(later, "emplois-francs-2013")


def test_a_figure_is_said_with_its_unit_since_when_and_by_which_text(client):
    page = client.get("/regles").text
    part = section(page, "emplois-avenir")
    assert "26\u00a0ans" in part and "depuis le 1er novembre 2012, Code du travail, art. L5134-110" in part
    assert "9,43\u00a0€ par heure" in page and "75\u202f%" in part and "17,5\u00a0heures par semaine" in part
    assert "ZUS, ZRR, outre-mer" in part and "QPV, ZRR, outre-mer</b> (à venir)" in part


def test_on_another_day_the_figures_are_those_of_that_day(client):
    page = client.get("/regles?date=01/02/2015").text
    assert "Zones qui ouvrent cette voie&nbsp;: <b>QPV, ZRR, outre-mer</b>" in page
    assert "9,61\u00a0€ par heure" in page and "Revenir à aujourd’hui" in page


def test_a_day_that_cannot_be_read_shows_today_and_says_how_to_write_it(client):
    for said in ("demain", "31/02/2014", "2013-13-01", "<b>"):
        answer = client.get("/regles", query_string={"date": said})
        assert answer.status_code == 200 and "Indiquez une date" in answer.text
        assert "4 novembre 2013" in answer.text and "<b>>" not in answer.text
        check_markup(answer.text)


def test_every_condition_term_and_figure_has_an_address(client):
    page = client.get("/regles").text
    ids = set(re.findall(r' id="([^"]+)"', page))
    for programme in load().values():
        assert programme.id in ids
        named = [
            *(str(c.id) for c in programme.file.conditions.all_of),
            *(t.id for t in programme.file.contract),
        ]
        for name in (*named, *programme.file.figures):
            assert words.anchor(programme.id, name) in ids, name


def test_every_figure_and_unit_of_the_shipped_files_has_french_words():
    for programme in load().values():
        for name, table in {**programme.shared, **programme.file.figures}.items():
            assert name in words.FIGURES, name
            for dated in table.values.values():
                said = words.value(dated.value, table.unit, name)
                assert table.unit not in said or table.unit == "euros", (name, said)
