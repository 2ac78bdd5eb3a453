"""The README says what there is, and each command answers a wrong call with one French sentence."""

import re
from pathlib import Path

import pytest

from web import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `passerelle (\S+)([^`]*)` \|", README, re.MULTILINE)


def test_its_table_names_every_command_and_no_other():
    assert {name for name, _ in ROWS} == set(cli.COMMANDS)


@pytest.mark.parametrize(("name", "rest"), [row for row in ROWS if "--" in row[1]])
def test_the_options_it_names_exist(name, rest, capsys):
    words = [name, *(word for word in rest.split() if word.isalpha() and word.islower())]
    assert cli.status([*words, "--help"]) == cli.DONE
    shown = capsys.readouterr().out
    for option in re.findall(r"--[a-z-]+", rest):
        assert option in shown


def test_its_targets_are_those_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z-]+)", README)) <= targets


CALLS = [
    ["run", "--jour"], ["run", "x"], ["serve", "--demo"], ["work", "x"], ["init", "--force"], ["demo"], ["demo", "x"],
    ["demo", "load", "x"], ["demo", "load", "--edition", "2026"], ["demo", "write"],
    ["demo", "write", "d", "--people", "0"], ["demo", "write", "d", "e"], ["import"], ["import", "jeunes"],
    ["import", "voitures", "f.csv"], ["import", "jeunes", "f.csv", "--source", "x"],
    ["import", "jeunes", "f.csv", "--today", "4/11/2013"], ["check", "--programme"], ["check", "a", "b"], ["programmes"],
    ["programmes", "gaps"], ["programmes", "verify", "x"], ["occupation", "--rome"], ["match", "--workers", "0"],
    ["users"], ["users", "invite"], ["users", "list", "x"], ["audit"], ["audit", "verify", "x"],
    ["match", "--offer"], ["match", "--today", "demain"], ["match", "x"], ["report"], ["report", "octobre"],
    ["clock", "x"], ["clock", "--today", "demain"], ["clock", "--jour"], ["report", "2013-10", "--partners"], ["report", "2013-10", "--json", "--csv", "f.csv"],
]  # fmt: skip


@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_a_wrong_call_is_one_french_sentence_and_status_2(arguments, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert cli.status(arguments) == cli.USAGE
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    assert "--help" in err
    assert not re.search(r"Traceback|Invalid|No such|Missing|Usage|Got|Error", err)
    assert list(tmp_path.iterdir()) == []


def test_no_call_is_without_a_test():
    assert {arguments[0] for arguments in CALLS} == set(cli.COMMANDS)
