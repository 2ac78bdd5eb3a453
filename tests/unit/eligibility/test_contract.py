"""Terms of a contract against the rules a programme file sets for them (C12): each bound, on it and beside it."""

import pytest

from matching.eligibility.contract import RULES, Contract
from matching.vocabulary import Verdict

KINDS = {"CDI": {}, "CDD": {"months_from": 12, "months_to": 36}}


def kind(**terms):
    return RULES["kind"](Contract(**terms), allowed=KINDS)


@pytest.mark.parametrize(
    ("terms", "holds", "missing"),
    [
        ({}, Verdict.UNKNOWN, "contract.kind"),
        ({"kind": "CDI"}, Verdict.YES, None),
        ({"kind": "CDI", "months": 3}, Verdict.YES, None),
        ({"kind": "MIS"}, Verdict.NO, None),
        ({"kind": "CDD"}, Verdict.UNKNOWN, "contract.months"),
        ({"kind": "CDD", "months": 11}, Verdict.NO, None),
        ({"kind": "CDD", "months": 12}, Verdict.YES, None),
        ({"kind": "CDD", "months": 36}, Verdict.YES, None),
        ({"kind": "CDD", "months": 37}, Verdict.NO, None),
    ],
)
def test_kinds_and_lengths(terms, holds, missing):
    found = kind(**terms)
    assert (found.holds, found.missing) == (holds, missing)


def test_a_bound_that_is_not_written_does_not_bind():
    from_twelve = {"CDD": {"months_from": 12}}
    to_six = {"CDD": {"months_to": 6}}
    assert RULES["kind"](Contract(kind="CDD", months=10_000), allowed=from_twelve).holds is Verdict.YES
    assert RULES["kind"](Contract(kind="CDD", months=0), allowed=to_six).holds is Verdict.YES
    assert RULES["kind"](Contract(kind="CDD", months=7), allowed=to_six).holds is Verdict.NO
    assert RULES["kind"](Contract(kind="CDD"), allowed={"CDD": {}}).holds is Verdict.YES


@pytest.mark.parametrize(
    ("hours", "bounds", "holds"),
    [
        (None, {"at_least": 35}, Verdict.UNKNOWN),
        (34.9, {"at_least": 35}, Verdict.NO),
        (35, {"at_least": 35}, Verdict.YES),
        (60, {"at_least": 35}, Verdict.YES),
        (39, {"at_least": 17.5, "at_most": 39}, Verdict.YES),
        (39.5, {"at_least": 17.5, "at_most": 39}, Verdict.NO),
        (17, {"at_least": 17.5, "at_most": 39}, Verdict.NO),
    ],
)
def test_hours(hours, bounds, holds):
    found = RULES["hours"](Contract(weekly_hours=hours), **bounds)
    assert found.holds is holds
    assert found.missing == ("contract.weekly_hours" if hours is None else None)


@pytest.mark.parametrize(
    ("sector", "holds", "missing"),
    [
        (None, Verdict.UNKNOWN, "contract.sector"),
        ("non-marchand", Verdict.YES, None),
        ("marchand", Verdict.UNKNOWN, None),  # a list decides, that nobody has here: nothing to ask for
        ("autre", Verdict.NO, None),
    ],
)
def test_sectors(sector, holds, missing):
    found = RULES["sector"](Contract(sector=sector), accepted=("non-marchand",), open=("marchand",))
    assert (found.holds, found.missing) == (holds, missing)


def test_a_sector_is_accepted_or_not_where_none_is_open():
    assert RULES["sector"](Contract(sector="marchand"), accepted=("marchand",)).holds is Verdict.YES
    assert RULES["sector"](Contract(sector="marchand"), accepted=("non-marchand",)).holds is Verdict.NO


@pytest.mark.parametrize("rule", ["kind", "hours", "sector"])
def test_a_rule_leaves_its_name_to_the_file(rule):
    arguments = {"kind": {"allowed": KINDS}, "hours": {"at_least": 1}, "sector": {"accepted": ("x",)}}[rule]
    for terms in ({}, {"kind": "CDI", "weekly_hours": 2, "sector": "x"}, {"kind": "X", "weekly_hours": 0, "sector": "y"},
                  {"kind": "CDD"}, {"kind": "CDD", "months": 12}):  # fmt: skip
        assert RULES[rule](Contract(**terms), **arguments).id == ""
