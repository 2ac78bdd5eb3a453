"""The trail speaks French: no act that the code notes is shown by its code."""

import re
from pathlib import Path

import pytest

from matching.placements import PlacementAction
from web.wording import audit

ROOT = Path(__file__).parents[3]
NOTED = re.compile(r"(?:action=|note_read\(\s*|_note\([^()\"]*)\"([a-z_]+\.[a-z.-]+)\"")


def test_every_act_noted_by_its_name_has_words():
    noted = {
        code
        for area in ("matching", "importers", "web")
        for module in (ROOT / area).rglob("*.py")
        for code in NOTED.findall(module.read_text())
    }
    assert {"person.read", "placement.read", "person.edit", "import.applied"} <= noted
    assert noted - set(audit.ACTIONS) == set()


def test_every_step_of_a_hire_has_words_of_its_own():
    assert {f"placement.{step}" for step in PlacementAction} <= set(audit.ACTIONS)
    assert len(set(audit.ACTIONS.values())) == len(audit.ACTIONS)


@pytest.mark.parametrize(
    ("action", "facts", "who"),
    [
        ("proposal.selected", {"to": "selected", "by": "link"}, "un employeur, par le lien d'un message"),
        ("offer.refresh", {"by": "link", "version": 2}, "un employeur, par le lien d'un message"),
        ("check_in.answered", {"kind": "job", "month": 3}, "un jeune, par son lien"),
        ("own.yes", {"from": "person_asked", "to": "agreed"}, "un jeune, par son lien"),
        ("own.birth-date-failed", {}, "personne inconnue"),
        ("offer.lapse", {}, "ligne de commande ou horloge"),
    ],
)
def test_an_answer_by_a_link_is_not_put_down_to_the_clock(action, facts, who):
    assert audit.nobody(action, facts) == who
