"""The officer's home: the last report published, and of the register what waits for them."""

from __future__ import annotations

from flask import render_template

from matching import officer_day, published

from ..db import reading, today
from ..security import actor
from ..wording import outreach as words


def page() -> str:
    """Called by the home page for whoever follows the register and sees no person."""
    me, on = actor(), today()
    with reading() as session:
        day = officer_day.of(session, me, on)
        months = published.published(session)
        last = next(iter(months.values()), None)
        report = published.read(session, last.month) if last is not None else None
    return render_template("home/officer.html", day=day, last=last, report=report, on=on, words=words)
