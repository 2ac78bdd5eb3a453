"""What everybody may read: help, shortcuts, how the score is made, accessibility, personal data."""

from __future__ import annotations

from flask import Blueprint, render_template

from matching import silence
from matching.proposal_guards import (
    CAP,
    DEFER_DAYS,
    DISCLOSED_FIELDS,
    EMPLOYER_SILENCE,
    LIMITED_FIELDS,
    PERSON_SILENCE,
    UNDO_WITHIN,
)
from matching.proposals import REVIEW_WORKING_DAYS
from matching.scoring.columns import PARTS, Weights

from ..security import public, requires
from ..wording.parts import FACTORS, RELEASED

pages = Blueprint("help", __name__)


@pages.get("/aide")
@requires("signed_in")
def index() -> str:
    return render_template(
        "help/index.html",
        review_days=REVIEW_WORKING_DAYS,
        cap=CAP,
        defer_days=DEFER_DAYS,
        undo_hours=int(UNDO_WITHIN.total_seconds() // 3600),
        person_silence=PERSON_SILENCE,
        employer_silence=EMPLOYER_SILENCE,
        longest_silence=silence.LONGEST,
    )


@pages.get("/aide/score")
@requires("signed_in")
def score() -> str:
    """How the score is made, from the very weights that make it."""
    weights = Weights()
    parts = [(*FACTORS[part], round(getattr(weights, part) * 100)) for part in PARTS]
    return render_template("help/score.html", parts=parts)


@pages.get("/aide/raccourcis")
@requires("signed_in")
def shortcuts() -> str:
    return render_template("help/shortcuts.html")


@pages.get("/accessibilite")
@public
def accessibility() -> str:
    return render_template("help/accessibility.html")


@pages.get("/donnees-personnelles")
@public
def privacy() -> str:
    return render_template(
        "help/privacy.html",
        limited=[RELEASED[name] for name in LIMITED_FIELDS],
        disclosed=[RELEASED[name] for name in DISCLOSED_FIELDS],
    )
