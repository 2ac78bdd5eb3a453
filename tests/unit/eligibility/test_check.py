"""The contract of `passerelle check` (interfaces.md): shape, errors a line, statuses, words."""

import json
from datetime import date

import pytest

from matching.eligibility import programme
from web import cli
from web.check import answer, answers

BOOK = programme.load()
TODAY = date(2013, 11, 4)
PERSON = {
    "birth_date": "1991-05-14", "rqth": False, "diploma_level": "3",
    "registrations": [{"from": "2012-03-01", "to": None}], "employment": [{"from": "2011-06-01", "to": "2011-12-31"}],
    "residence": [{"zone_kind": "ZUS", "from": "2005-01-01", "to": None}],
}  # fmt: skip
CONTRACT = {
    "signature_date": "2013-03-15", "kind": "CDI", "months": None, "weekly_hours": 35, "sector": "non-marchand",
}  # fmt: skip


def line(**changes):
    return {"id": "c-001", "programme": "emplois-avenir", "person": PERSON, "contract": CONTRACT, **changes}


def ask(today=TODAY, **changes):
    return answer(line(**changes), BOOK, None, today)


def test_the_example_of_the_interface_comes_out_as_written():
    said = ask()
    assert {key: said[key] for key in ("id", "programme", "verdict", "on", "windows")} == {
        "id": "c-001",
        "programme": "emplois-avenir",
        "verdict": "eligible",
        "on": "2013-03-15",
        "windows": [["2012-11-01", "2017-05-13"]],
    }
    assert (said["first_eligible_on"], said["eligible_until"]) == ("2012-11-01", "2017-05-13")
    age = next(criterion for criterion in said["criteria"] if criterion["id"] == "age")
    assert (age["holds"], age["windows"]) == ("yes", [["2007-05-14", "2017-05-13"]])
    assert age["because"].startswith("21 ans")
    assert age["source"] == "Code du travail, art. L5134-110"
    assert said["missing_facts"] == [] and said["next_question"] is None
    assert said["nearest_change"] == {"on": "2017-05-14", "verdict": "not-eligible", "because": "26 ans"}


def test_without_a_signature_the_day_is_today():
    assert ask(contract=None)["on"] == "2013-11-04"
    assert ask(contract={**CONTRACT, "signature_date": None})["on"] == "2013-11-04"


def test_null_and_absent_are_the_same_unknown():
    absent = {key: value for key, value in PERSON.items() if key != "employment"}
    assert ask(person=absent) == ask(person={**PERSON, "employment": None})
    assert ask(person=absent)["missing_facts"] == ["employment"]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"person": {**PERSON, "age": 22}}, "unknown-key", "person.age"),
        ({"surplus": 1}, "unknown-key", "surplus"),
        ({"person": {**PERSON, "birth_date": "14/05/1991"}}, "bad-date", "person.birth_date"),
        ({"person": {**PERSON, "birth_date": "1991-02-30"}}, "bad-date", "person.birth_date"),
        ({"person": {**PERSON, "birth_date": "0001-01-01"}}, "date-out-of-range", "person.birth_date"),
        ({"person": {**PERSON, "rqth": "oui"}}, "bad-type", "person.rqth"),
        ({"person": {**PERSON, "rqth": 1}}, "bad-type", "person.rqth"),
        ({"person": {**PERSON, "diploma_level": "9"}}, "bad-choice", "person.diploma_level"),
        ({"person": {**PERSON, "diploma_level": 3}}, "bad-choice", "person.diploma_level"),
        ({"person": {**PERSON, "bac_plus": 9}}, "out-of-range", "person.bac_plus"),
        ({"person": {**PERSON, "registrations": {}}}, "bad-type", "person.registrations"),
        (
            {"person": {**PERSON, "registrations": [{"from": "2013-01-02", "to": "2013-01-01"}]}},
            "ends-before-start",
            "person.registrations.0",
        ),
        ({"person": {**PERSON, "registrations": [{"to": None}]}}, "missing", "person.registrations.0.from"),
        (
            {"person": {**PERSON, "registrations": [{"from": "2013-01-02", "category": 9}]}},
            "out-of-range",
            "person.registrations.0.category",
        ),
        (
            {"person": {**PERSON, "residence": [{"zone_kind": "ZFU", "from": "2013-01-02"}]}},
            "bad-choice",
            "person.residence.0.zone_kind",
        ),
        ({"contract": {**CONTRACT, "kind": "CDX"}}, "bad-choice", "contract.kind"),
        ({"contract": {**CONTRACT, "sector": "public"}}, "bad-choice", "contract.sector"),
        ({"contract": {**CONTRACT, "weekly_hours": "35"}}, "bad-type", "contract.weekly_hours"),
        ({"person": None}, "bad-type", "person"),
        ({"programme": None}, "missing-programme", "programme"),
        ({"programme": "emplois-verts"}, "unknown-programme", "programme"),
    ],
)
def test_a_line_that_cannot_be_read_says_where_and_what_to_do(changes, code, field):
    said = ask(**changes)
    assert said["id"] == "c-001"
    assert (said["error"]["code"], said["error"]["field"]) == (code, field)
    assert len(said["error"]["message"]) > 15
    assert not any(word in said["error"]["message"] for word in ("Input", "should", "valid "))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "bad-json"),
        ("[]", "not-an-object"),
        ("3", "not-an-object"),
        ('{"id": 1, "id": 2, "person": {}}', "duplicate-key"),
        ('{"person": {"bac_plus": NaN}}', "bad-json"),
        (b"\xff\xfe{}", "bad-encoding"),
        ("[" * 5000, "bad-json"),
    ],
)
def test_text_that_is_no_line_is_answered_in_its_place(text, code):
    good = json.dumps(line())
    said = list(answers([good, text, "\n", good], BOOK, None, TODAY))
    assert [each.get("error", {}).get("code") for each in said] == [None, code, None]


def test_order_is_kept_over_many_lines_of_several_programmes():
    names = sorted(BOOK)
    asked = [line(id=number, programme=names[number % 3], contract=None) for number in range(5_000)]
    said = list(answers((json.dumps(each) for each in asked), BOOK, None, TODAY))
    assert [each["id"] for each in said] == list(range(5_000))
    assert said[7] == answer(asked[7], BOOK, None, TODAY)


def test_reservations_say_what_somebody_must_agree_to():
    said = ask(contract={**CONTRACT, "kind": "CDD", "months": 12, "weekly_hours": 20})
    assert said["verdict"] == "eligible"
    assert [text.split(" :")[0] for text in said["reservations"]] == [
        "Temps partiel",
        "CDD de moins de 36 mois",
    ]


def test_the_command_fills_in_the_programme_and_tells_partial_success(tmp_path, capsys):
    path = tmp_path / "lignes.jsonl"
    path.write_text(json.dumps(line(programme=None)) + "\n{\n", encoding="utf-8")
    assert (
        cli.status(["check", str(path), "--programme", "emplois-avenir", "--today", "2013-11-04"])
        == cli.PARTLY
    )
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["verdict"] == "eligible"
    assert second["error"]["code"] == "bad-json"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--programme", "nope"], cli.USAGE),
        (["--today", "4/11/2013"], cli.USAGE),
        (["absent.jsonl"], cli.REFUSED),
        (["."], cli.REFUSED),
    ],
)
def test_wrong_use_of_the_command_is_one_sentence(arguments, status, capsys):
    assert cli.status(["check", *arguments]) == status
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1


def test_explain_speaks_french_and_stays_json_for_programs(tmp_path, capsys, monkeypatch):
    path = tmp_path / "lignes.jsonl"
    path.write_text(json.dumps(line(person={**PERSON, "employment": None})), encoding="utf-8")
    assert cli.status(["check", str(path), "--explain"]) == cli.DONE
    said = json.loads(capsys.readouterr().out)
    assert said["verdict"] == "unknown"
    for words in ("À VÉRIFIER", "À demander : La personne est-elle sans emploi"):
        assert words in said["explanation"]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert cli.status(["check", str(path), "--explain"]) == cli.DONE
    assert capsys.readouterr().out.strip() == said["explanation"]


def test_shipped_programmes_pass_their_law_cases(capsys):
    assert cli.status(["programmes", "verify"]) == cli.DONE
    assert capsys.readouterr().err == ""


SMALL = """
id: essai
label: Essai
in_force: {from: 2020-01-01, reference: "Texte d'essai"}
judged_on: signature
figures:
  low: {unit: years, values: {2020-01-01: {value: 16, reference: "Texte"}}}
conditions:
  all_of:
    - {id: age, requires: "16 ans", source: "Texte", aged: {at_least: low, below: 26}}
cases:
  - {id: one, because: "test", day: 2020-06-01, person: {birth_date: 2000-01-01}, verdict: eligible}
"""


@pytest.mark.parametrize(
    ("old", "new", "line_", "word"),
    [
        ("low, below", "lo, below", 10, "lo"),
        ("aged:", "agedd:", 10, "agedd"),
        ("below: 26", "under: 26", 10, "under"),
        ('value: 16, reference: "Texte"', "value: 16", 7, "reference"),
        ("unit: years, ", "", 7, "unit"),
        ("label: Essai", "label: Essai\nlabel: Essai", 4, "deux fois"),
        ("verdict: eligible", "verdict: perhaps", 12, "verdict"),
        ("judged_on", "judge_on", 5, "judge"),
        ("conditions:", "conditions: [", 9, "YAML"),
    ],
)
def test_a_fault_of_a_programme_file_names_file_line_and_key(
    tmp_path, monkeypatch, capsys, old, new, line_, word
):
    (tmp_path / "essai.yaml").write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setenv("PASSERELLE_PROGRAMMES_DIR", str(tmp_path))
    assert cli.status(["programmes", "verify"]) == cli.FAULT
    err = capsys.readouterr().err
    assert "essai.yaml" in err and "ligne" in err and word in err
    assert err.count("\n") == 1


RULES_OF_SMALL = """
contract:
  - {id: kind, requires: "CDI ou CDD", source: "Texte", kind: {allowed: {CDD: {months_from: TERM}}}}
reservations:
  - {id: part-time, text: "Temps partiel.", hours_below: HOURS}
aid:
  reference: "Texte"
  events:
    - {kind: bonus, paper: "Demande", amount: AMOUNT, reference: "Texte"}
"""


@pytest.mark.parametrize("name", ["TERM", "HOURS", "AMOUNT"])
def test_a_figure_that_a_term_a_reservation_or_the_aid_names_must_be_defined(
    tmp_path, monkeypatch, capsys, name
):
    rules = RULES_OF_SMALL
    for other in {"TERM", "HOURS", "AMOUNT"} - {name}:
        rules = rules.replace(other, "low")
    (tmp_path / "essai.yaml").write_text(SMALL + rules, encoding="utf-8")
    monkeypatch.setenv("PASSERELLE_PROGRAMMES_DIR", str(tmp_path))
    assert cli.status(["programmes", "verify"]) == cli.FAULT
    err = capsys.readouterr().err
    assert "essai.yaml, ligne" in err and f"« {name} »" in err and "pas définie" in err


def test_a_figure_that_says_when_must_say_yes_or_no(tmp_path, monkeypatch, capsys):
    (tmp_path / "essai.yaml").write_text(
        SMALL.replace("aged: {at_least: low, below: 26}", "when: {figure: low}"), encoding="utf-8"
    )
    monkeypatch.setenv("PASSERELLE_PROGRAMMES_DIR", str(tmp_path))
    assert cli.status(["programmes", "verify"]) == cli.FAULT
    assert "oui ou non" in capsys.readouterr().err


def test_a_shared_figure_that_changes_changes_which_rules_they_are(tmp_path):
    (tmp_path / "figures").mkdir()
    before = programme.load(tmp_path).digest
    (tmp_path / "figures" / "mine.yaml").write_text(
        'figures: {mine: {unit: euros, values: {2020-01-01: {value: 1, reference: "Texte"}}}}',
        encoding="utf-8",
    )
    assert programme.load(tmp_path).digest != before == programme.load().digest


def test_a_programme_of_ones_own_is_configured_not_coded(tmp_path, monkeypatch, capsys):
    (tmp_path / "essai.yaml").write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv("PASSERELLE_PROGRAMMES_DIR", str(tmp_path))
    assert cli.status(["programmes", "verify"]) == cli.DONE
    assert "essai : 1 cas de droit sur 1" in capsys.readouterr().out


def test_a_law_case_that_fails_is_named_and_fails_the_command(tmp_path, monkeypatch, capsys):
    (tmp_path / "essai.yaml").write_text(
        SMALL.replace("verdict: eligible", "verdict: unknown"), encoding="utf-8"
    )
    monkeypatch.setenv("PASSERELLE_PROGRAMMES_DIR", str(tmp_path))
    assert cli.status(["programmes", "verify"]) == cli.FAULT
    assert "cas « one »" in capsys.readouterr().err
