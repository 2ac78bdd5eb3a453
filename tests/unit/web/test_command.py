"""The command as a newcomer meets it: help, wrong usage, one French sentence, an exit status."""

import json
import subprocess
import sys
from datetime import date

import pytest

from matching import errors
from web import cli


def test_help_lists_every_command_and_imports_nothing_heavy():
    heavy = ["numpy", "flask", "sqlalchemy", "sklearn", "numba", "openpyxl", "pydantic"]
    script = (
        "import sys, json\nfrom web import cli\nstatus = cli.status(['--help'])\n"
        f"print(json.dumps([status, [m for m in {heavy!r} if m in sys.modules]]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    *shown, last = done.stdout.strip().splitlines()
    assert json.loads(last) == [0, []]
    for name in cli.COMMANDS:
        assert any(line.strip().startswith(name) for line in shown), name


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["inconnu"],
        ["report", "2013-10", "--partners"],
        ["whatif", "x.y=1"],
        ["users", "rename"],
        ["people", "export", "1"],
        ["backup", "f"],
        ["audit", "erase"],
        ["doctor"],
        ["--wrong"],
        ["run", "--port", "abc"],
        ["run", "--port", "70000"],
        ["serve", "--port", "0"],
        ["init", "extra"],
    ],
)
def test_wrong_usage_is_one_french_sentence_and_status_2(arguments, capsys):
    assert cli.status(arguments) == cli.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "passerelle" in err and "--help" in err
    assert not any(word in err for word in ("Traceback", "Invalid", "No such", "Missing", "Usage"))


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (errors.InvalidInput("base-not-empty"), 4),
        (errors.InvalidInput("settings-today", value="x"), 78),
        (errors.NotFound("unknown-offer", reference="O-9"), 4),
        (errors.UnreadableFile("empty-file", message="Le fichier est vide."), 4),
        (errors.MissingParameter("unknown-figure"), 1),
        (errors.Unavailable("database-locked"), 1),
        (errors.PasserelleError("settings-key", name="PASSERELLE_SECRET_KEY"), 78),
    ],
)
def test_each_error_class_has_its_status(fault, status):
    assert cli.exit_status(fault) == status


def test_every_sentence_can_be_said_with_any_facts_it_names():
    from string import Formatter

    from web.wording import SENTENCES, sentence_for

    for code, template in SENTENCES.items():
        names = {name for _, name, _, _ in Formatter().parse(template) if name}
        said = sentence_for(errors.PasserelleError(code, **dict.fromkeys(names, "x")))
        assert said and "{" not in said, code


@pytest.mark.parametrize(
    ("code", "facts", "said"),
    [
        (
            "right-lapsed",
            {"until": date(2013, 12, 11), "day": date(2014, 1, 1)},
            "Le droit a pris fin le 11 décembre 2013, avant le 1er janvier 2014 : choisissez une autre offre ou une "
            "autre date.",
        ),
        (
            "no-right-then",
            {"programme": "emplois-avenir", "day": date(2013, 11, 18)},
            "La personne n'aura pas droit à ce contrat (emploi d'avenir) le 18 novembre 2013 : proposez-lui une autre offre.",
        ),
        (
            "month-not-over",
            {"month": "2013-11", "from_day": date(2013, 12, 1)},
            "Le mois 2013-11 n'est pas fini : son bilan se fait à partir du 1er décembre 2013.",
        ),
    ],
)
def test_a_sentence_says_days_and_programmes_as_people_do(code, facts, said):
    from web.wording import sentence_for

    assert sentence_for(errors.Conflict(code, **facts)) == said


def test_an_unexpected_fault_is_one_sentence_without_traceback(monkeypatch, capsys):
    from web.commands import init

    def broken():
        raise RuntimeError("secret detail")

    monkeypatch.setattr(init.command, "callback", broken)
    assert cli.status(["init"]) == cli.FAULT
    err = capsys.readouterr().err
    assert "secret detail" not in err
    assert "PASSERELLE_DEBUG" in err
