"""One's own account."""

from __future__ import annotations

from flask import render_template

from ...db import reading
from ...security import actor, door, requires, sessions, totp
from .blueprint import pages


@pages.get("/compte")
@requires("signed_in")
def show() -> str:
    signed_in = sessions.current()
    assert signed_in is not None
    with reading() as session:
        user = door.own(session, signed_in)
        left = totp.recovery_codes_left(session, user.id)
    return render_template("accounts/show.html", me=actor(), user=user, left=left)
