"""Charts: the same numbers in the drawing and in its words, nothing of a hidden value, text of one size at both widths."""

from datetime import date

import pytest

from web.charts import (
    NARROW,
    WIDE,
    Bar,
    Series,
    Span,
    Track,
    grouped_bars,
    horizontal_bars,
    share,
    timeline,
)

MONTHS = ("avr.", "mai", "juin", "juil.", "août", "sept.", "oct.")


def signed(*values):
    return grouped_bars("signes", "Contrats signés", MONTHS, [Series("Emplois d’avenir", values)])


def rects(drawing, fill=None):
    return [shape for shape in drawing.shapes if shape.kind == "rect" and fill in (None, shape.fill)]


def test_columns_stand_in_proportion_and_say_their_value():
    wide, narrow = signed(6, 8, 9, 8, 6, 19, 27).drawings
    assert (wide.width, narrow.width) == (WIDE, NARROW)
    for drawing in (wide, narrow):
        bars = rects(drawing)
        assert bars[-1].height == pytest.approx(4.5 * bars[0].height, abs=0.5)
        texts = [shape.text for shape in drawing.shapes if shape.weight == "700"]
        assert texts == ["6", "8", "9", "8", "6", "19", "27"]


def test_nothing_is_drawn_outside_the_frame_and_text_has_one_size_at_both_widths():
    figures = [
        signed(0, 0, 0, 0, 0, 0, 0),
        signed(1200, None, 3, 4, 5, 6, 1),
        horizontal_bars("entonnoir", "Entonnoir", [Bar("Éligibles", 412), Bar("Proposés", 0, "0 %"), Bar("Reçus", None)]),
        timeline("droits", "Droits", [Track("Emploi d’avenir", [Span(None, date(2013, 12, 11))])],
                 start=date(2013, 9, 1), end=date(2015, 9, 1), on=date(2013, 11, 4)),
    ]  # fmt: skip
    for figure in figures:
        for drawing in figure.drawings:
            for shape in drawing.shapes:
                assert shape.x >= 0 and shape.y >= 0
                assert shape.x + shape.width <= drawing.width + 0.5
                assert shape.y + shape.height <= drawing.height + 0.5
                assert shape.kind != "text" or shape.size >= 12


def test_a_hidden_value_leaves_a_hatched_stub_and_no_number():
    figure = signed(6, None, 9, 8, 6, 19, 27)
    assert figure.hidden
    assert "mai : Emplois d’avenir masqué" in figure.description
    for drawing in figure.drawings:
        (stub,) = rects(drawing, "hatch")
        assert stub.height == 12
        assert [shape.text for shape in drawing.shapes if shape.text == "s"] == ["s"]
    other = horizontal_bars("x", "X", [Bar("Reçus", None), Bar("Embauchés", 36)])
    assert "Reçus : masqué" in other.description and rects(other.drawings[0], "hatch")[0].width == 18


def test_the_description_says_every_number():
    figure = grouped_bars(
        "deux", "Deux", ("sept.", "oct."), [Series("Avenir", (19, 1234)), Series("Francs", (5, 9.5))]
    )
    assert figure.description == "sept. : Avenir 19, Francs 5. oct. : Avenir 1\u202f234, Francs 9,5."
    assert figure.legend == [("Avenir", "#0b5563"), ("Francs", "#b4690e")]


def test_a_time_line_cuts_spans_at_its_ends_and_marks_today():
    figure = timeline(
        "droits", "Droits",
        [Track("Emploi d’avenir", [Span(date(2007, 5, 14), date(2013, 12, 11))]),
         Track("Emploi franc", [Span(date(2014, 3, 3), None, sure=False)]), Track("Club", [])],
        start=date(2013, 11, 1), end=date(2014, 10, 31), on=date(2013, 11, 4),
    )  # fmt: skip
    wide = figure.drawings[0]
    (sure,) = rects(wide, "#0b5563")
    (unsure,) = rects(wide, "hatch")
    assert (sure.x, round(sure.width)) == (0, round(WIDE * 41 / 365))
    assert unsure.x + unsure.width == pytest.approx(WIDE, abs=0.1)
    assert any(shape.text == "aujourd’hui" for shape in wide.shapes)
    assert "Emploi franc : à partir du 3 mars 2014, à confirmer" in figure.description
    assert "Club : aucun jour" in figure.description


@pytest.mark.parametrize(("value", "of", "wide"), [(83, 120, 69.2), (0, 0, 0.0), (5, 2, 100.0), (-1, 2, 0.0)])
def test_a_share_stays_between_nothing_and_all(value, of, wide):
    assert share(value, of) == wide
