"""Lists with their state in the address, notices after an act, and CSV that stays text in a spreadsheet."""

import csv
import io
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given, strategies as st
from werkzeug.datastructures import MultiDict

from matching.store.organisations import Organisation
from tests import build
from tests.counting import statements
from web import notices
from web.lists import Column, Filter, Listing
from web.tables import csv_text, plain, safe

COLUMNS = (
    Column("nom", "Nom", (Organisation.name,)),
    Column("ville", "Ville", (Organisation.postcode,)),
    Column("geste", "Geste"),
)
FILTERS = (
    Filter("q", "Nom", where=lambda text: Organisation.name.icontains(text, autoescape=True)),
    Filter("type", "Type", (("a", "Associations"), ("e", "Entreprises"))),
)


def listing(query="", **more):
    from urllib.parse import parse_qsl

    return Listing.read(
        COLUMNS,
        FILTERS,
        sort="nom",
        tie=(Organisation.id,),
        args=MultiDict(parse_qsl(query)),
        path="/x",
        **more,
    )


@pytest.mark.parametrize(
    "query",
    [
        "tri=inconnu",
        "tri=geste",
        "tri=-",
        "tri=--nom",
        "type=zzz",
        "page=x",
        "page=-1",
        "page=99999999999",
        "page=²",
        "tri=%00",
    ],
)
def test_what_the_list_does_not_know_is_the_default(query):
    made = listing(query)
    made.cut([])
    assert (made.sort, made.descending, made.page, made.values) == ("nom", False, 1, {"q": "", "type": ""})
    assert made.link() == "/x"


def test_links_keep_the_rest_of_the_state():
    made = listing("tri=-ville&type=a&q=club&page=2&autre=1")
    made.cut(range(120))
    assert made.at(3) == "/x?q=club&type=a&tri=-ville&page=3"
    assert made.at(1) == "/x?q=club&type=a&tri=-ville"
    assert made.link(type="e") == "/x?q=club&type=e&tri=-ville"
    assert made.sorted_by("ville") == "/x?q=club&type=a&tri=ville"
    assert made.sorted_by("nom") == "/x?q=club&type=a"
    assert made.cleared == "/x?tri=-ville" and made.csv.endswith("format=csv")
    assert made.kept() == [("tri", "-ville")]


def test_a_page_out_of_range_is_the_last_and_no_page_is_longer_than_50():
    made = listing("page=99", size=500)
    assert list(made.cut(range(120))) == list(range(100, 120))
    assert (made.page, made.last, made.size) == (3, 3, 50)


def test_rows_come_in_order_filtered_and_cut_with_two_queries(session):
    for number in range(60):
        build.organisation(session, name=f"Club 50% {number:02}", postcode="80080" if number % 2 else None)
    build.organisation(session, name="Jardins")
    made = listing("q=50%25&tri=-ville&page=2")
    with statements(session.connection()) as asked:
        found = made.scalars(session, sa.select(Organisation))
    assert len(asked) == 2
    assert (made.total, made.page, len(found)) == (60, 2, 10)
    assert {each.postcode for each in found} == {None}, "what is missing comes last, either way"
    assert len(made.every(session, sa.select(Organisation))) == 60
    assert listing("q=_").scalars(session, sa.select(Organisation)) == [], "wildcards are only signs"


def test_csv_is_quoted_with_decimal_commas_and_french_days():
    text = csv_text(["Nom", "Âge"], [["Morel; Inès", 35.5], [None, date(2013, 11, 4)], [True, -3]])
    assert text == '"Nom";"Âge"\r\n"Morel; Inès";"35,5"\r\n"";"04/11/2013"\r\n"oui";"-3"\r\n'


@pytest.mark.parametrize(
    "text", ["=1+1", "+33", "-2", "@a", "\t=1", " =1", "\u200b=1", "＝1", "\0=1", "\r=1"]
)
def test_a_text_that_a_spreadsheet_could_run_is_marked(text):
    assert safe(text) == "'" + text


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=20), min_size=1, max_size=5
    )
)
def test_csv_gives_back_what_was_written(cells):
    (back,) = list(csv.reader(io.StringIO(csv_text(cells, []), newline=""), delimiter=";"))
    assert [cell[1:] if cell != given_ else cell for cell, given_ in zip(back, cells, strict=True)] == cells


def test_a_file_name_is_only_letters_figures_and_dashes():
    assert plain('a"b\r\nSet-Cookie: x.csv') == "a-b--Set-Cookie--x.csv"
    assert plain("...") == "passerelle.csv"


def test_a_notice_says_only_what_we_wrote(monkeypatch):
    from flask import Flask

    monkeypatch.setitem(notices.NOTICES, "essai", "{n} offres ouvertes.")
    assert notices.done("/x?a=1", "essai", n=3) == "/x?a=1&fait=essai&n=3"
    with pytest.raises(KeyError):
        notices.done("/x", "inconnu")
    app = Flask("x")
    for query, said in [("fait=essai&n=3", "3 offres ouvertes."), ("fait=essai&n=<b>", None), ("fait=essai", None),
                        ("fait=non", None), ("", None), ("fait=essai&n=99999999999", None)]:  # fmt: skip
        with app.test_request_context(f"/?{query}"):
            assert notices.shown() == said
