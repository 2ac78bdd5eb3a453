"""`passerelle import` from the shell's side: report, status, rejects, and nothing written when nothing should be."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from matching.store.engine import open_database
from matching.store.intake import ImportBatch, ImportRow
from matching.store.people import Agency, Person
from matching.vocabulary import AgencyKind
from tests.conftest import KEY
from tests.counting import statements
from tests.importing import csv_bytes, xlsx_bytes
from web import cli

HEADER = "identifiant;nom;prenom;date_naissance"
GOOD = "A1;Dupont;Inès;02/03/1995"


@pytest.fixture
def here(empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test, with an empty database of each kind and a business day."""
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("PASSERELLE_DATA_KEY", KEY.decode())
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-11-04")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(here: Path, capsys: pytest.CaptureFixture[str]):
    """Import a file given by its content: (status, report)."""

    def command(kind: str, data: bytes, *options: str, name: str = "liste.csv"):
        (here / name).write_bytes(data)
        status = cli.status(["import", kind, str(here / name), "--json", *options])
        return status, json.loads(capsys.readouterr().out)

    return command


def stored(url: str, model) -> int:
    database = open_database(url, KEY)
    with database.reading() as session:
        found = session.scalar(sa.select(sa.func.count()).select_from(model))
    database.dispose()
    return found


def test_the_report_is_the_one_json_object_of_standard_output(run, empty_database_url):
    status, report = run("jeunes", csv_bytes(HEADER, GOOD, encoding="cp1252"))
    assert status == 0
    assert (report["kind"], report["source"], report["file_name"]) == ("jeunes", "autre", "liste.csv")
    assert (report["encoding"], report["header_row"], report["run_id"]) == ("cp1252", 1, 1)
    assert report["columns"][0] == {"header": "identifiant", "column": "identifiant"}
    assert (report["rows_read"], report["created"], report["refused"]) == (1, 1, None)
    assert len(report["file_sha256"]) == 64
    assert stored(empty_database_url, Person) == 1


def test_some_rows_refused_is_status_3_and_the_good_ones_are_kept(run, empty_database_url):
    status, report = run("jeunes", csv_bytes(HEADER, GOOD, "A2;;Léa;01/01/1990"))
    assert (status, report["created"], report["rejected"]) == (3, 1, 1)
    assert stored(empty_database_url, Person) == 1
    assert stored(empty_database_url, ImportRow) == 2


def test_a_dry_run_says_the_same_and_writes_nothing(run, empty_database_url):
    file = csv_bytes(HEADER, GOOD, "A2;;Léa;01/01/1990")
    status, tried = run("jeunes", file, "--dry-run")
    assert (status, tried["dry_run"], tried["run_id"]) == (3, True, None)
    for model in (Person, ImportBatch, ImportRow, Agency):
        assert stored(empty_database_url, model) == 0
    _, report = run("jeunes", file)
    assert {**tried, "dry_run": False, "run_id": report["run_id"]} == report


def test_the_same_file_twice_is_read_again_and_written_once(run, empty_database_url):
    file = csv_bytes(
        HEADER, GOOD, "A2;;Léa;01/01/1990", "A3;Dupont;Ines;02/03/1995", "A1;Autre;Nom;01/01/1991"
    )
    status, first = run("jeunes", file)
    again, second = run("jeunes", file)
    assert (status, again) == (3, 3)
    assert (second["unchanged"], second["created"], second["rejected"]) == (2, 0, 2)
    assert (second["errors"], second["duplicates"], second["run_id"]) == (first["errors"], [], None)
    assert len(first["duplicates"]) == 1
    told = [warning for warning in second["warnings"] if warning not in first["warnings"]]
    assert [(warning["row"], warning["code"]) for warning in told] == [(None, "already-imported")]
    assert stored(empty_database_url, ImportBatch) == 1
    other, third = run("jeunes", file, "--source", "i-milo")
    assert (other, third["created"]) == (3, 2)


def test_the_same_content_in_another_file_is_unchanged_without_a_warning(run):
    rows = (GOOD, "A2;Petit;Léa;01/01/1990")
    run("jeunes", csv_bytes(HEADER, *rows))
    status, report = run("jeunes", xlsx_bytes(HEADER, *reversed(rows)), name="liste.xlsx")
    assert (status, report["unchanged"], report["warnings"]) == (0, 2, run_warnings(report))
    assert "already-imported" not in {warning["code"] for warning in report["warnings"]}


def run_warnings(report: dict) -> list:
    return [
        warning for warning in report["warnings"] if warning["code"] in ("missing-zone", "missing-diploma")
    ]


def test_more_than_half_refused_of_ten_is_the_wrong_file(run, empty_database_url):
    rows = [f"B{n};Nom{n};Léa;01/01/1990" for n in range(4)] + [f"C{n};;Léa;01/01/1990" for n in range(6)]
    status, report = run("jeunes", csv_bytes(HEADER, *rows))
    assert (status, report["refused"]["code"], report["run_id"]) == (4, "too-many-errors", None)
    assert (report["rows_read"], report["rejected"], report["created"]) == (10, 6, 0)
    assert len(report["errors"]) == 6
    assert stored(empty_database_url, Person) == 0


def test_half_refused_is_not_too_many(run):
    rows = [f"B{n};Nom{n};Léa;01/01/1990" for n in range(5)] + [f"C{n};;Léa;01/01/1990" for n in range(5)]
    status, report = run("jeunes", csv_bytes(HEADER, *rows))
    assert (status, report["created"], report["rejected"]) == (3, 5, 5)


def test_a_refused_file_reads_no_row_and_says_why_on_the_other_stream(here, capsys):
    (here / "liste.csv").write_bytes(b"a;b\n1;2\n")
    assert cli.status(["import", "jeunes", "liste.csv", "--json"]) == 4
    told = capsys.readouterr()
    report = json.loads(told.out)
    assert (report["refused"]["code"], report["rows_read"], report["errors"]) == ("header-not-found", 0, [])
    assert told.err.strip() == report["refused"]["message"]


def test_rejects_mended_can_be_imported(run, here):
    rows = (GOOD, "A2;Petit;=1+1;01/01/1990", "A3;Roux;Zoé;31/02/1990")
    status, _ = run("jeunes", csv_bytes(HEADER, *rows), "--rejects", "refus.csv")
    assert status == 3
    data = (here / "refus.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(data.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert table[0] == [*HEADER.split(";"), "_ligne", "_erreurs"]
    assert [line[:5] for line in table[1:]] == [
        ["A2", "Petit", "'=1+1", "01/01/1990", "3"],
        ["A3", "Roux", "Zoé", "31/02/1990", "4"],
    ]
    assert "bad-date" in table[2][5]
    mended = data.replace(b"'=1+1", "Léa".encode()).replace(b"31/02/1990", b"28/02/1990")
    status, report = run("jeunes", mended, name="refus2.csv")
    assert (status, report["created"]) == (0, 2)
    assert {warning["column"] for warning in report["warnings"]} >= {"_ligne", "_erreurs"}


def test_the_rejects_may_not_replace_the_file_itself_nor_go_nowhere(here, capsys):
    (here / "liste.csv").write_bytes(csv_bytes(HEADER, GOOD))
    assert cli.status(["import", "jeunes", "liste.csv", "--rejects", "liste.csv"]) == 2
    assert cli.status(["import", "jeunes", "liste.csv", "--rejects", "nulle/part.csv"]) == 2
    assert (here / "liste.csv").read_bytes() == csv_bytes(HEADER, GOOD)


@pytest.mark.parametrize("arguments", [
    ["jeunes"], ["inconnu", "liste.csv"], ["jeunes", "liste.csv", "--source", "x"],
    ["jeunes", "liste.csv", "--today", "4/11/2013"], ["jeunes", "liste.csv", "--nomenclature", "2001"],
    ["--undo", "1"], ["jeunes", "liste.csv", "--bulk"], ["offres", "--from", "france-travail", "--commune", "80021"],
])  # fmt: skip
def test_wrong_usage_is_status_2_and_one_sentence(here, capsys, arguments):
    (here / "liste.csv").write_bytes(csv_bytes(HEADER, GOOD))
    assert cli.status(["import", *arguments]) == 2
    told = capsys.readouterr()
    assert (told.out, len(told.err.strip().splitlines())) == ("", 1)


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(here, capsys, name):
    assert cli.status(["import", "jeunes", name]) == 4
    told = capsys.readouterr()
    assert (told.out, len(told.err.strip().splitlines())) == ("", 1)
    assert name in told.err
    assert cli.status(["import", "jeunes", name, "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["refused"]["code"] == "no-file"


def test_several_agencies_and_none_named_is_refused_and_says_which_there_are(run, empty_database_url):
    run("jeunes", csv_bytes(HEADER, GOOD))
    database = open_database(empty_database_url, KEY)
    with database.transaction() as session:
        session.add(Agency(name="Mission locale", kind=AgencyKind.MISSION_LOCALE))
    database.dispose()
    file = csv_bytes(HEADER, "A2;Petit;Léa;01/01/1990")
    status, report = run("jeunes", file)
    assert (status, report["refused"]["code"]) == (4, "agency-needed")
    assert "Mission locale" in report["refused"]["message"]
    status, report = run("jeunes", file, "--agency", "Mission locale")
    assert (status, report["created"]) == (0, 1)


def test_today_decides_what_is_in_the_future_and_who_is_of_age(run):
    status, report = run("jeunes", csv_bytes(HEADER, "A1;Dupont;Inès;02/03/2010"), "--today", "2023-01-01")
    assert (status, report["errors"][0]["code"]) == (3, "age-out-of-range")
    status, report = run("jeunes", csv_bytes(HEADER, "A1;Dupont;Inès;02/03/2010 "), "--today", "2024-03-02")
    assert (status, report["created"]) == (0, 1)


def test_rqth_turned_off_by_its_setting_is_a_sensitive_column(run, monkeypatch):
    monkeypatch.setenv("PASSERELLE_RQTH", "off")
    _, report = run("jeunes", csv_bytes(HEADER + ";rqth", GOOD + ";oui"))
    assert ("rqth", "sensitive-column") in [(w["column"], w["code"]) for w in report["warnings"]]


def test_for_people_the_summary_names_counts_first_errors_and_what_to_do(here, capsys):
    (here / "liste.csv").write_bytes(
        csv_bytes(HEADER, GOOD, "A2;Dupont;Ines;02/03/1995", "A3;Roux;Zoé;31/02/1990")
    )
    assert cli.status(["import", "jeunes", "liste.csv"]) == 3
    told = capsys.readouterr()
    assert "3 lignes lues : 2 créées, 0 modifiée, 0 inchangée, 1 refusée." in told.out
    assert "ligne 4, date_naissance : " in told.out
    assert "--rejects" in told.out
    assert "ligne 3 et la ligne 2 : même nom" in told.out
    assert told.err == ""


def test_a_terminal_sees_a_bar_on_standard_error_only(here, capsys, monkeypatch):
    (here / "liste.csv").write_bytes(csv_bytes(HEADER, GOOD))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert cli.status(["import", "jeunes", "liste.csv", "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["created"] == 1


def test_what_somebody_adds_between_reading_and_writing_is_not_doubled(here, empty_database_url, monkeypatch):
    from importers import batches
    from importers.checking import check
    from matching.vocabulary import ImportKind, Source
    from tests.importing import TODAY
    from web import database as connection, settings

    database = connection.connect(settings.load())
    checked = check(
        ImportKind.YOUNG_PEOPLE, csv_bytes(HEADER, GOOD), "a.csv", source=Source.OTHER, today=TODAY
    )
    other = check(
        ImportKind.YOUNG_PEOPLE, csv_bytes(HEADER, GOOD, ""), "b.csv", source=Source.OTHER, today=TODAY
    )
    judge = batches.judge
    intruder = [lambda: batches.take(database, other)]

    def judged_then_overtaken(session, file, agency):
        found = judge(session, file, agency)
        if file is checked and intruder:
            session.rollback()
            intruder.pop()()
        return found

    monkeypatch.setattr(batches, "judge", judged_then_overtaken)
    report = batches.take(database, checked)
    database.dispose()
    assert (report.created, report.unchanged) == (0, 1)
    assert stored(empty_database_url, Person) == 1


def test_the_report_is_utf_8_whatever_the_terminal_speaks(here, monkeypatch):
    (here / "liste.csv").write_bytes(csv_bytes(HEADER, GOOD, "A2;Ноа;Zoë;31/02/1990"))
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", screen)
    assert cli.status(["import", "jeunes", "liste.csv", "--json"]) == 3
    assert "date" in json.loads(screen.buffer.getvalue().decode("utf-8"))["errors"][0]["message"]


def test_half_a_character_in_json_is_an_error_of_its_row(run):
    offer = {"id": "1", "intitule": "Vendeur", "typeContrat": "CDI"}
    file = json.dumps([offer, {**offer, "id": "2", "intitule": "a\ud800"}]).encode()
    status, report = run("offres", file)
    assert (status, report["created"]) == (3, 1)
    assert [(e["row"], e["code"], e["value"]) for e in report["errors"]] == [(2, "control-character", "a?")]


def test_a_cell_of_signs_nobody_sees_is_blank(run):
    status, report = run(
        "jeunes", csv_bytes(HEADER + ";commune", GOOD + ";\u200b", "A2;\u200b;Zoé;01/01/1990;")
    )
    assert (status, report["created"]) == (3, 1)
    assert [(e["row"], e["column"], e["code"]) for e in report["errors"]] == [(3, "nom", "missing-required")]


#: A row of each kind whose texts are as long as they may be, in letters that take two bytes.
LONGEST = {
    "jeunes": {
        "identifiant": "A1" * 20, "nom": "é" * 100, "prenom": "œ" * 100, "date_naissance": "02/03/1995", "adresse": "é" * 255,
        "commune": "é" * 255, "courriel": "e" * 247 + "@test.fr", "telephone": "+" + "1" * 15, "niveau": "bac+99",
        "competences": "é" * 255, "metier": "é" * 255, "observations": "é" * 4000, "mobilite": "200",
    },
    "offres": {
        "reference": "é" * 255, "intitule": "œ" * 255, "employeur": "œ" * 255, "type_contrat": "CDI", "code_postal": "80000",
        "commune": "é" * 255, "description": "é" * 10_000, "salaire": "é" * 255, "tuteur": "é" * 255, "formation": "é" * 255,
        "contact_courriel": "e" * 247 + "@test.fr", "contact_telephone": "+" + "1" * 15, "nombre_postes": "500",
    },
    "associations": {
        "nom": "œ" * 255, "code_postal": "80000", "adresse": "é" * 255, "commune": "é" * 255, "objet": "é" * 4000,
        "contact_nom": "é" * 255, "contact_courriel": "e" * 247 + "@test.fr", "montant": "999 999 999,99", "annee": "2100",
    },
    "employeurs": {"nom": "œ" * 255, "code_postal": "80000", "objet": "é" * 4000, "naf": "8551Z", "effectif": "NN"},
    "zones": {
        "zone_kind": "QPV", "local_id": "z" * 60, "official_code": "Q" * 12, "name": "é" * 200, "commune_insee": "80021",
        "valid_from": "2024-01-01", "confidence": "é" * 255, "source": "é" * 255,
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", LONGEST)
def test_the_longest_values_fit_into_either_database(run, kind):
    cells = LONGEST[kind]
    status, report = run(kind, csv_bytes(";".join(cells), ";".join(cells.values())))
    assert (status, report["created"], report["errors"]) == (0, 1, [])
    status, report = run(kind, xlsx_bytes(";".join(cells), ";".join(cells.values())), name="liste.xlsx")
    assert (status, report["unchanged"]) == (0, 1)


NIR = "1 85 05 78 006 084 91"


def test_a_social_security_number_reaches_neither_the_base_nor_the_rejects(run, here, empty_database_url):
    header = HEADER + f";quartier;observations;secu {NIR.replace(' ', '')}"
    rows = [
        f"A1;Dupont;Inès;02/03/1995;{NIR};2 {NIR} à vérifier;{NIR}",
        f"A2;Roux;Zoé;31/02/1990;nord;{NIR.replace(' ', chr(0x200B))};{NIR}",
        f"{NIR};Petit;Léa;01/01/1990;nord;;",
    ]
    status, report = run("jeunes", csv_bytes(header, *rows), "--rejects", "refus.csv")
    assert (status, report["created"], report["rejected"]) == (3, 2, 1)
    database = open_database(empty_database_url, KEY)
    with database.reading() as session:
        tables = sa.inspect(database.engine).get_table_names()
        kept = [
            str(row)
            for name in tables
            for row in session.execute(sa.select(sa.text("*")).select_from(sa.table(name)))
        ]
        observations = session.scalars(sa.select(Person.remarks).order_by(Person.family_name)).all()
    database.dispose()
    told = "".join([*kept, json.dumps(report), (here / "refus.csv").read_text("utf-8-sig")])
    assert "185057800608491" not in "".join(letter for letter in told if letter.isalnum())
    assert observations == ["2 *** à vérifier", None]


def test_a_formula_of_the_rejects_comes_back_as_the_text_it_was(run, here):
    header = HEADER + ";commune;code_postal;telephone"
    rows = ('A1;Dupont;Inès;31/02/1995;\tAmiens;"=""08000""";+33639980001',)
    run("jeunes", csv_bytes(header, *rows), "--rejects", "refus.csv")
    mended = (here / "refus.csv").read_bytes().replace(b"31/02", b"28/02")
    assert b"'+33639980001" in mended
    status, report = run("jeunes", mended, name="mieux.csv")
    assert (status, report["created"], report["errors"]) == (0, 1, [])
    assert {w["code"] for w in report["warnings"]} == {"missing-zone", "missing-diploma", "unknown-column"}


@pytest.mark.parametrize("kind", ["jeunes", "offres", "associations"])
def test_the_number_of_queries_does_not_grow_with_the_rows(here, empty_database_url, kind):
    from importers import batches
    from matching.vocabulary import ImportKind
    from tests.importing import TODAY
    from web import database as connection, settings

    header, line = {
        "jeunes": (HEADER + ";adresse;situation;diplome;date_inscription", "{0};Nom{0};Inès;02/03/1995;{0} rue X;sans emploi;CAP;01/01/2013"),
        "offres": ("reference;intitule;employeur;type_contrat;code_postal", "{0};Vendeur;Club {0};CDI;80000"),
        "associations": ("nom;code_postal;montant;annee", "Club {0};80000;{0};2012"),
    }[kind]  # fmt: skip
    database = connection.connect(settings.load())
    # SQLite hands out the numbers of new offers one INSERT at a time; on PostgreSQL they go together.
    alone = ("INSERT INTO offer",) if database.engine.dialect.name == "sqlite" else ()
    spent = []
    for start, rows in ((1, 10), (1001, 1000)):
        lines = [line.format(number) for number in range(start, start + rows)]
        for twice in (lines, [*reversed(lines)]):
            with statements(database.engine) as asked:
                batches.run(database, ImportKind(kind), csv_bytes(header, *twice), "l.csv", today=TODAY)
            spent.append(sum(not each.startswith(alone) for each in asked))
    database.dispose()
    # Keys are looked up by the nine hundred, hence a second statement here and there; never one a row.
    assert max(spent[2] - spent[0], spent[3] - spent[1]) <= 40


def test_a_file_named_in_another_character_set_is_read(here, capsys):
    path = os.fsdecode(b"liste-\xe9.csv")
    (here / path).write_bytes(csv_bytes(HEADER, GOOD))
    assert cli.status(["import", "jeunes", path, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["file_name"] == "liste-\ufffd.csv"
