"""An attacker who shares no code with the rule: integer programming over everything that is printed."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from matching.disclosure import Group, chain, crossed, exposed, listed, protect

K, WIDTH = 5, 5
counts = st.one_of(st.integers(0, 6), st.integers(0, 40))


def attack(sums, printed, hidden):
    """Least and greatest value of each hidden count. `sums`: name -> names of the atoms that it is the sum of."""
    atoms = sorted({atom for parts in sums.values() for atom in parts}, key=repr)
    column = {atom: at for at, atom in enumerate(atoms)}
    lines = {name: [float(atom in parts) for atom in atoms] for name, parts in sums.items()}
    rows, low, high = [], [], []
    for name, value in printed.items():
        rows.append(lines[name])
        low.append(1 if name in hidden else value)
        high.append(np.inf if name in hidden else value)
    known = LinearConstraint(np.array(rows), np.array(low), np.array(high))
    assert len(column) == len(atoms)
    found = {}
    for name in hidden:
        ends = []
        for sign in (1, -1):
            answer = milp(
                sign * np.array(lines[name]),
                constraints=known,
                integrality=np.ones(len(atoms)),
                bounds=Bounds(0, 10_000),
            )
            assert answer.success, answer.message
            ends.append(sign * answer.fun)
        found[name] = (round(ends[0]), round(ends[1]))
    return found


def check(table, sums, true, weight=lambda name: 1):
    """What the rule promises of one table."""
    printed = {cell.name: cell.value for cell in table if cell.printed}
    assert printed == {name: value for name, value in true.items() if name in printed}, (
        "what is shown is true"
    )
    hidden = protect([table], k=K, width=WIDTH, weight=weight)
    assert hidden <= set(printed)
    assert all(printed[name] > 0 for name in hidden), "0 is shown"
    assert {name for name, value in printed.items() if 0 < value < K} <= hidden
    if not any(0 < value < K for value in printed.values()):
        assert not hidden, "nothing small, nothing hidden"
    assert exposed(table, hidden, width=WIDTH) == []
    for name, (least, greatest) in attack(sums, printed, hidden).items():
        assert greatest - least >= WIDTH - 1, f"{name} lies between {least} and {greatest}"
        assert least <= printed[name] <= greatest


@settings(deadline=None, max_examples=60)
@given(st.lists(counts, min_size=1, max_size=7))
def test_no_hidden_count_of_a_list_can_be_worked_out(values):
    keys = [f"c{at}" for at in range(len(values))]
    true = dict(zip(keys, values, strict=True)) | {"total": sum(values)}
    sums = {key: {key} for key in keys} | {"total": set(keys)}
    check(listed(Group("total", tuple(keys)), true, str), sums, true)


@settings(deadline=None, max_examples=60)
@given(st.lists(counts, min_size=4, max_size=6), st.booleans())
def test_nor_of_a_list_with_subtotals(values, shown):
    first, *others = [f"c{at}" for at in range(len(values))]
    inside = others[:2]
    true = dict(zip([first, *others], values, strict=True))
    parts = {"total": {first, *others}, "known": set(others), "inside": set(inside)}
    true |= {name: sum(true[key] for key in keys) for name, keys in parts.items()}
    sums = {key: {key} for key in (first, *others)} | parts
    root = Group("total", (first, Group("known", (Group("inside", tuple(inside)), *others[2:]))))
    check(listed(root, true, str, lambda key: shown or key != "known"), sums, true)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 4), st.integers(2, 4), st.booleans(), st.data())
def test_nor_of_a_crossed_table(height, width, grouped, data):
    rows, columns = [f"r{i}" for i in range(height)], [f"c{j}" for j in range(width)]
    atoms = {(r, c): data.draw(counts) for r in rows for c in columns}
    members = (Group("some", tuple(columns[1:])), columns[0]) if grouped else tuple(columns)
    table = crossed(rows, Group("sum", members), atoms, lambda row, column: (row, column), total="all")
    wide = {"sum": columns, **({"some": columns[1:]} if grouped else {}), **{c: [c] for c in columns}}
    sums = {
        (row, name): {(r, c) for r in (rows if row == "all" else [row]) for c in inner}
        for row in [*rows, "all"]
        for name, inner in wide.items()
    }
    true = {name: sum(atoms[atom] for atom in parts) for name, parts in sums.items()}
    dear = data.draw(st.dictionaries(st.sampled_from(sorted(sums)), st.integers(1, 400)))
    check(table, sums, true, lambda name: dear.get(name, 1))


@settings(deadline=None, max_examples=60)
@given(st.lists(counts, min_size=2, max_size=8))
def test_nor_of_a_funnel_and_its_differences(stops):
    """`stops`: how many went no further than each step."""
    steps = len(stops)
    sums = {("reached", step): set(range(step, steps)) for step in range(steps)}
    sums |= {("left", step): {step} for step in range(steps - 1)}
    true = {name: sum(stops[atom] for atom in parts) for name, parts in sums.items()}
    reached = [true["reached", step] for step in range(steps)]
    check(chain(reached, lambda step: ("reached", step), lambda step: ("left", step)), sums, true)


def test_the_attacker_finds_what_is_badly_hidden():
    """Otherwise the properties above would prove nothing."""
    sums = {"a": {"a"}, "b": {"b"}, "total": {"a", "b"}}
    assert attack(sums, {"a": 3, "b": 9, "total": 12}, {"a"}) == {"a": (3, 3)}
    assert attack(sums, {"a": 2, "b": 2, "total": 4}, {"a", "b"})["a"] == (1, 3)


@pytest.mark.parametrize("k", [5, 11])
@given(st.lists(counts, min_size=2, max_size=6))
@settings(deadline=None, max_examples=30)
def test_a_higher_threshold_hides_at_least_the_small_ones(k, values):
    keys = [f"c{at}" for at in range(len(values))]
    true = dict(zip(keys, values, strict=True))
    hidden = protect([listed(Group("total", tuple(keys)), true, str)], k=k)
    assert {key for key, value in true.items() if 0 < value < k} <= hidden
