"""`passerelle report`: exit statuses, the document of interfaces.md, the same bytes for the same data."""

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest

from matching import published
from matching.eligibility import programme
from matching.report_model import Month
from matching.store.engine import open_database
from matching.store.migrate import upgrade
from matching.store.scope import Actor
from matching.vocabulary import PlacementState, Role
from tests import build
from tests.conftest import KEY
from web.cli import status
from web.reports.csv import CUTS

DAY = date(2013, 11, 4)


@pytest.fixture
def base(tmp_path, monkeypatch):
    """A base of its own with six emplois d'avenir and two emplois francs signed in October."""
    url = f"sqlite:///{tmp_path}/own.db"
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", url)
    monkeypatch.setenv("PASSERELLE_DATA_KEY", KEY.decode())
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-11-04")
    monkeypatch.chdir(tmp_path)
    made = open_database(url, KEY)
    upgrade(made.engine)
    with made.transaction() as session:
        employer = build.organisation(session)
        for number in range(8):
            build.placement(
                session,
                organisation_id=employer.id,
                programme="emplois-avenir" if number < 6 else "emplois-francs-2013",
                signed_on=date(2013, 10, 14),
                state=PlacementState.RUNNING,
            )
    yield made
    made.dispose()


def said(capsys, *arguments):
    code = status(["report", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_document_has_the_shape_that_scripts_rely_on(base, capsys):
    code, out, err = said(capsys, "2013-10", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert {"month", "version", "frozen_at", "known_as_of", "programmes", "indicators", "revisions"} <= set(
        document
    )
    assert (document["month"], document["version"], document["frozen_at"]) == ("2013-10", 0, None)
    assert document["programmes"] == ["emplois-avenir", "emplois-francs-2013"]
    assert document["revisions"] == []
    for indicator in document["indicators"]:
        assert {
            "id", "label", "definition", "period", "value", "numerator", "denominator", "unknown_share", "breakdowns",
        } <= set(indicator)  # fmt: skip
        for cut in indicator["breakdowns"]:
            for row in cut["rows"]:
                assert len(row["key"]) == len(cut["by"])
                assert (row["value"] is None) is row["suppressed"]
    signed = next(each for each in document["indicators"] if each["id"] == "D1")
    by = {
        tuple(cut["by"]): {tuple(row["key"]): row["value"] for row in cut["rows"]}
        for cut in signed["breakdowns"]
    }
    assert set(by) == {("programme",), ("zone",), ("level",), ("programme", "zone"), ("programme", "level")}
    assert [key for (key,) in by["level",]] == ["none", "3", "4", "5", "6", "7", "8", "unknown"]
    assert by["zone",]["unknown",] == signed["value"] == 8
    # Two emplois francs are too few, and the sum would give them with the six others.
    assert by["programme",] == {
        ("emplois-avenir",): None, ("emplois-francs-2013",): None, ("no-programme",): 0,
    }  # fmt: skip


def test_the_same_data_gives_the_same_bytes_on_any_later_day(base, capsys):
    first = said(capsys, "2013-10", "--json")
    assert (
        first
        == said(capsys, "2013-10", "--json")
        == said(capsys, "2013-10", "--json", "--today", "2014-06-02")
    )


def test_a_month_that_is_not_over_is_refused_and_nothing_written(base, capsys, tmp_path):
    code, out, err = said(capsys, "2013-11", "--csv", str(tmp_path / "bilan.csv"))
    assert (code, out) == (4, "")
    assert "1er décembre 2013" in err and err.count("\n") == 1
    assert not (tmp_path / "bilan.csv").exists()
    assert said(capsys, "2013-11", "--today", "2013-12-01", "--json")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("2013-13",), ("octobre",), ("2013-1",), ("2013-10-04",), ("0001-01",), (), ("2013-10", "2013-09"),
        ("2013-10", "--partners"), ("2013-10", "--xlsx", "x"), ("2013-10", "--pdf", "x"),
        ("2013-10", "--json", "--csv", "x.csv"),
    ],
)  # fmt: skip
def test_wrong_usage(capsys, arguments):
    code, out, err = said(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and "--help" in err


def test_the_csv_opens_in_a_french_spreadsheet_and_hides_the_same(base, capsys, tmp_path):
    target = tmp_path / "bilan.csv"
    assert said(capsys, "2013-10", "--csv", str(target))[0] == 0
    content = target.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    found = {(row["Indicateur"], row["Ventilation"], row["Clé"]): row["Valeur"] for row in rows}
    document = json.loads(said(capsys, "2013-10", "--json")[1])
    cells = 0
    for indicator in document["indicators"]:
        for cut in indicator["breakdowns"]:
            for row in cut["rows"]:
                by = " × ".join(CUTS[key] for key in cut["by"])
                written = found[indicator["id"], by, " ".join(row["key"])]
                cells += 1
                assert written == ("s" if row["suppressed"] else str(row["value"]))
    assert cells > 50


def test_a_file_that_cannot_be_written_is_a_fault_of_the_surroundings(base, capsys, tmp_path):
    code, _, err = said(capsys, "2013-10", "--csv", str(tmp_path / "nowhere" / "bilan.csv"))
    assert code == 1 and "nowhere" in err and err.count("\n") == 1


def test_on_the_terminal_hidden_counts_are_s_with_their_legend(base, capsys):
    code, out, _ = said(capsys, "2013-10")
    assert code == 0
    assert "Bilan d'octobre 2013 (non publié)" in out
    assert "s : nombre masqué" in out


def test_a_published_month_gives_its_frozen_version(base, capsys):
    with base.transaction() as session:
        row = build.user(session, permissions=["supervise"])
        who = Actor(row.id, row.public_id, row.name, Role.ADVISOR, frozenset({"supervise"}))
        published.publish(
            session, Month(2013, 10), ["Huit contrats."], actor=who, on=DAY,
            at=datetime(2013, 11, 4, 9, tzinfo=UTC), book=programme.load(),
        )  # fmt: skip
        employer = build.organisation(session)
        for _ in range(9):
            build.placement(
                session,
                organisation_id=employer.id,
                signed_on=date(2013, 10, 2),
                state=PlacementState.RUNNING,
            )
    document = json.loads(said(capsys, "2013-10", "--json")[1])
    assert (document["version"], document["frozen_at"]) == (1, "2013-11-04T09:00:00+00:00")
    assert document["highlights"] == [{"text": "Huit contrats.", "by": "Claire Delmotte", "on": "2013-11-04"}]
    assert document["indicators"][0]["value"] == 8
