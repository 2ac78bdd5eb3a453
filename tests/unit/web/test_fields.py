"""Fields read what people type in French, and give it back as typed when it cannot be read."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form

from web.forms import fields
from web.forms.fields import DayField, DecimalCommaField, WholeField, cleaned


class Typed(Form):
    day = DayField("Jour")
    figure = DecimalCommaField("Heures")
    whole = WholeField("Mois")


def read(monkeypatch, **typed):
    monkeypatch.setattr(fields, "today", lambda: date(2013, 11, 4))
    with Flask("x").test_request_context():
        form = Typed(MultiDict(typed))
        form.validate()
    return form


@pytest.mark.parametrize(
    "typed",
    ["2/12/2013", "02/12/13", "02.12.2013", "2-12-2013", "2013-12-02", "2 décembre 2013", " 02/12/2013 "],
)
def test_a_day_is_read_as_it_is_said(monkeypatch, typed):
    form = read(monkeypatch, day=typed)
    assert (form.day.data, form.day.errors) == (date(2013, 12, 2), [])


@pytest.mark.parametrize("typed", ["32/12/2013", "29/02/2013", "bientôt", "41610", "2/13/2013", "٢/١٢/٢٠١٣"])
def test_a_day_that_cannot_be_is_refused_and_kept_as_typed(monkeypatch, typed):
    form = read(monkeypatch, day=typed)
    assert form.day.data is None and form.day._value() == typed
    assert form.day.errors == ["Indiquez une date, par exemple 02/12/2013."]


@pytest.mark.parametrize(
    ("typed", "value"),
    [("35,5", "35.5"), ("35.5", "35.5"), ("1 430,22", "1430.22"), ("1\u202f430 €", "1430"), ("-3", "-3")],
)
def test_a_figure_has_a_decimal_comma(monkeypatch, typed, value):
    assert read(monkeypatch, figure=typed).figure.data == Decimal(value)


@pytest.mark.parametrize("typed", ["douze", "1,2,3", "NaN", "Infinity", "1e99", "９", "9" * 40])
def test_what_is_no_figure_is_refused(monkeypatch, typed):
    form = read(monkeypatch, figure=typed)
    assert form.figure.data is None and form.figure.errors


def test_a_whole_number_has_no_rest(monkeypatch):
    assert read(monkeypatch, whole="36").whole.data == 36
    assert read(monkeypatch, whole="36,5").whole.errors == ["Indiquez un nombre entier, par exemple 12."]


def test_an_empty_field_is_unknown(monkeypatch):
    form = read(monkeypatch, day=" ", figure="", whole="")
    assert (form.day.data, form.figure.data, form.whole.data, form.errors) == (None, None, None, {})


def test_stored_values_are_written_back_in_french():
    with Flask("x").test_request_context():
        form = Typed(data={"day": date(2013, 12, 2), "figure": Decimal("35.50"), "whole": 36})
        assert (form.day._value(), form.figure._value(), form.whole._value()) == ("02/12/2013", "35,5", "36")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  a\u0301 ", "á"),
        ("a\0b", "ab"),
        ("a\u202eb", "ab"),
        ("l1\nl2", "l1\nl2"),
        (None, ""),
        ("\ud800x", "x"),
    ],
)
def test_text_is_cleaned_of_what_could_fool_its_reader(typed, kept):
    assert cleaned(typed) == kept
