"""Small counts and their complements: cases worked out by hand."""

import pytest

from matching import disclosure
from matching.disclosure import Group, chain, crossed, exposed, listed, protect, single

ZONES = Group("total", ("nord", "sud", "ouest", "unknown"))


def of(**counts):
    return listed(ZONES, counts, lambda key: key)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        # Nothing small: nothing hidden.
        ({"nord": 12, "sud": 5, "ouest": 0, "unknown": 7}, set()),
        # One small count: the next smallest goes too, or the total would give it.
        ({"nord": 12, "sud": 3, "ouest": 0, "unknown": 7}, {"sud", "unknown"}),
        # Two small ones whose sum leaves them too few values (1 or 2): a third goes.
        ({"nord": 12, "sud": 1, "ouest": 2, "unknown": 7}, {"sud", "ouest", "unknown"}),
        # Two small ones with room enough between them.
        ({"nord": 12, "sud": 4, "ouest": 4, "unknown": 0}, {"sud", "ouest"}),
        # The only count that is not 0: the total goes with it.
        ({"nord": 3, "sud": 0, "ouest": 0, "unknown": 0}, {"nord", "total"}),
        ({"nord": 0, "sud": 0, "ouest": 0, "unknown": 0}, set()),
    ],
)
def test_a_list_with_its_total(counts, hidden):
    assert protect([of(**counts)]) == hidden


def test_a_small_total_is_hidden_even_when_its_parts_would_not_say_it():
    assert protect([single("alone", 4)]) == {"alone"}
    assert protect([single("alone", 5), single("none", 0)]) == frozenset()


def test_a_crossed_table_hides_a_rectangle():
    rows = ("avenir", "francs")
    columns = Group("total", ("nord", "sud", "ouest"))
    counts = {
        ("avenir", "nord"): 20, ("avenir", "sud"): 9, ("avenir", "ouest"): 30,
        ("francs", "nord"): 2, ("francs", "sud"): 12, ("francs", "ouest"): 8,
    }  # fmt: skip
    table = crossed(rows, columns, counts, lambda row, column: (row, column), total="all")
    hidden = protect([table])
    # Of the rectangles that hold the 2, this one loses the fewest people from sight (12 + 9 + 20).
    assert hidden == {("francs", "nord"), ("francs", "sud"), ("avenir", "nord"), ("avenir", "sud")}
    assert exposed(table, hidden) == []
    # With the small count alone hidden, its line and its column both give it away.
    assert exposed(table, frozenset({("francs", "nord")})) == [("francs", "nord")]


def test_a_funnel_does_not_show_how_few_stopped_at_a_step():
    table = chain([40, 40, 38, 20], lambda step: step, lambda step: f"left {step}")
    hidden = protect([table])
    assert "left 1" in hidden, "two persons stopped there"
    assert 1 in hidden or 2 in hidden, "the difference of two shown steps is a count"
    assert exposed(table, hidden) == []


def test_a_funnel_with_a_small_end_keeps_its_beginning():
    table = chain([60, 30, 3], lambda step: step, lambda step: f"left {step}")
    hidden = protect([table])
    assert {2, "left 1"} <= hidden
    assert not {0, 1, "left 0"} & hidden


def test_a_count_that_stands_in_two_tables_is_hidden_in_both():
    months = listed(Group("year", ("sept", "oct")), {"sept": 9, "oct": 3}, lambda key: key)
    october = listed(Group("oct", ("women", "men")), {"women": 3, "men": 0}, lambda key: key)
    assert protect([october]) == {"women", "oct"}
    assert protect([months, october]) >= {"oct", "women", "sept"}


def test_a_subtotal_that_is_not_printed_protects_nothing_and_needs_nothing():
    root = Group("total", (Group("known", ("nord", "sud")), "unknown"))
    counts = {"nord": 30, "sud": 20, "unknown": 8}
    assert protect([listed(root, counts, str)]) == frozenset()
    small = {"nord": 30, "sud": 3, "unknown": 8}
    assert protect([listed(root, small, str)]) == {"sud", "nord"}, "the printed subtotal takes its neighbour"
    unprinted = listed(root, small, str, lambda key: key != "known")
    assert protect([unprinted]) == {"sud", "unknown"}


def test_the_threshold_is_a_parameter():
    assert protect([of(nord=8, sud=30, ouest=40)]) == frozenset()
    assert protect([of(nord=8, sud=30, ouest=40)], k=11) == {"nord", "sud"}


def test_what_does_not_add_up_is_refused():
    with pytest.raises(ValueError, match="a count is not negative"):
        protect([single("x", -1)])
    with pytest.raises(ValueError, match="step"):
        chain([3, 4], str, str)
    with pytest.raises(ValueError, match="adds up"):
        protect([[disclosure.Cell("x", "here", "there", 3)]])
