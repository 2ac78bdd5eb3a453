"""`passerelle occupation`: what a script or a person at a terminal gets."""

import contextlib
import io
import json
import sqlite3
import sys

import pytest

from web import cli


@pytest.fixture
def said(capsys, monkeypatch):
    """Runs the command; status, lines of stdout, stderr."""

    def run(*arguments: str, stdin: bytes = b"") -> tuple[int, list[str], str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        status = cli.status(["occupation", *arguments])
        out, err = capsys.readouterr()
        return status, out.splitlines(), err

    return run


def test_one_title_is_one_object_of_the_contract(said):
    status, lines, err = said("--json", "Agent d'entretien (H/F) urgent")
    assert (status, err, len(lines)) == (0, "", 1)
    answer = json.loads(lines[0])
    assert list(answer) == ["title", "occupations"]
    assert answer["title"] == "Agent d'entretien (H/F) urgent"
    assert answer["occupations"][0] == {
        "rome": "K2205",
        "label": "Agent / Agente de propreté de locaux",
        "score": 1.0,
    }


def test_several_titles_are_an_object_a_line_in_order(said):
    _, lines, _ = said("--json", "maçon", "xyzzy qwrtp", "maçon")
    assert [json.loads(line)["title"] for line in lines] == ["maçon", "xyzzy qwrtp", "maçon"]
    assert json.loads(lines[1])["occupations"] == []
    assert lines[0] == lines[2]


def test_a_person_reads_codes_labels_and_what_to_do_when_nothing_resembles(said):
    status, lines, _ = said("maçonne", "xyzzy qwrtp")
    assert status == 0
    assert lines[0] == "maçonne" and "F1703" in lines[1] and "Maçon / Maçonne" in lines[1]
    assert lines[-2] == "xyzzy qwrtp" and "précisez" in lines[-1]


def test_standard_input_is_a_title_a_line_and_bytes_that_are_no_text_are_answered(said):
    stdin = "Secrétaire\r\n\nChef de cuisine\n".encode() + b"\xff\xfe\x00\x80\n" + b"x" * 100_000
    status, lines, err = said(stdin=stdin)
    answers = [json.loads(line) for line in lines]
    assert (status, err) == (0, "")
    assert [answer["title"] for answer in answers[:3]] == ["Secrétaire", "", "Chef de cuisine"]
    assert [bool(answer["occupations"]) for answer in answers] == [True, False, True, False, False]
    assert all(len(answer["occupations"]) <= 5 for answer in answers)


def test_no_database_is_needed_and_none_is_made(said, tmp_path):
    status, lines, _ = said("--json", "serveur")
    assert status == 0 and json.loads(lines[0])["occupations"][0]["rome"] == "G1803"
    assert not (tmp_path / "var").exists()


def test_a_base_that_cannot_be_read_is_told_in_a_sentence_and_the_starter_table_answers(said, tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "passerelle.db").write_bytes(b"not a database" * 100)
    status, lines, err = said("--json", "serveur")
    assert status == 0 and json.loads(lines[0])["occupations"][0]["rome"] == "G1803"
    assert err.count("\n") == 1 and "table de départ" in err


def test_a_base_without_tables_is_no_referential_and_gets_none(said, tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "passerelle.db").write_bytes(b"")
    status, lines, err = said("--json", "serveur")
    assert (status, err) == (0, "") and json.loads(lines[0])["occupations"][0]["rome"] == "G1803"
    with contextlib.closing(sqlite3.connect(tmp_path / "var" / "passerelle.db")) as base:
        assert base.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_a_database_url_that_means_nothing_is_refused(said, monkeypatch):
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", "::nothing::")
    status, lines, err = said("serveur")
    assert (status, lines) == (cli.SETTINGS, []) and err.count("\n") == 1


def test_an_imported_referential_gives_its_codes_and_labels_and_usual_titles_of_its_occupations(
    said, tmp_path
):
    titles = tmp_path / "appellations.csv"
    titles.write_text(
        "code_ogr,libelle_appellation_long,libelle_appellation_court,code_rome,code_rome_parent,classification\n"
        "1,Souffleur / Souffleuse de bulles,Souffleur(se) de bulles,B1602,B1602,PRINCIPALE\n"
        "2,Agent / Agente de propreté,Agent(e) de propreté,K2205,K2204,SYNONYME\n",
        encoding="utf-8",
    )
    names = tmp_path / "metiers.csv"
    names.write_text(
        "code_rome,libelle_rome,code_grand_domaine,libelle_grand_domaine,code_domaine_professionel,libelle_domaine_professionel\n"
        "B1602,Souffleur / Souffleuse,B,Arts,B16,Verre\nK2205,Propreté des lieux,K,Services,K22,Nettoyage\n",
        encoding="utf-8",
    )
    assert cli.status(["init"]) == 0
    for file in (titles, names):
        assert cli.status(["import", "metiers", str(file)]) == 0
    said("--json", "")  # what the imports printed is read
    _, lines, _ = said("--json", "souffleuse de bulles", "femme de ménage", "serveur")
    found = [[(each["rome"], each["label"]) for each in json.loads(line)["occupations"]] for line in lines]
    assert found == [[("B1602", "Souffleur / Souffleuse")], [("K2205", "Propreté des lieux")], []]
