"""What needs me today."""

from __future__ import annotations

from flask import Blueprint, render_template

from ..db import today
from ..security import requires

pages = Blueprint("home", __name__)


@pages.get("/")
@requires("signed_in")
def index() -> str:
    return render_template("home/index.html", on=today())
