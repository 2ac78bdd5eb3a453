"""One's own account: what it is, its password, its second factor, its other sessions, its shortcuts."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from matching import accounts, clock

from ...db import reading, transaction
from ...forms.accounts import NewPasswordForm, PhoneForm
from ...mail.to_house import PREFERENCE
from ...notices import done
from ...security import actor, door, requires, sessions, totp
from ...security.passwords import passwords
from ...security.sessions import SignedIn
from ...wording import phone
from ...wording.accounts import PASSWORD_HINT, PERMISSIONS
from .blueprint import pages
from .door import enrolment, recovery_codes


@pages.get("/compte")
@requires("signed_in")
def show() -> str:
    return _page()


def _page(typed: PhoneForm | None = None) -> str:
    signed_in = _here()
    with reading() as session:
        user = door.own(session, signed_in)
        left = totp.recovery_codes_left(session, user.id)
        others = sessions.others(session, signed_in, at=clock.now())
    return render_template(
        "accounts/show.html",
        me=actor(),
        user=user,
        may=[PERMISSIONS[each] for each in user.permissions],
        left=left,
        others=others,
        here=signed_in,
        phone_form=typed or PhoneForm(formdata=None, data={"phone": phone(user.phone)}),
    )


@pages.post("/compte/telephone")
@requires("signed_in")
def telephone() -> Response | tuple[str, int]:
    """The number that messages, letters and the pages of young people give."""
    form = PhoneForm()
    if not form.validate():
        return _page(form), 422
    with transaction() as session:
        user = door.own(session, _here())
        user.phone = form.read
        door.note(session, "account.telephone", user)
    return redirect(done(url_for(".show"), "telephone-set" if form.read else "telephone-none"), 303)


@pages.post("/compte/raccourcis")
@requires("signed_in")
def shortcuts() -> Response:
    """Keep whether single keys act on pages (WCAG 2.1.4)."""
    wanted = request.form.get("shortcuts") == "on"
    with transaction() as session:
        user = door.own(session, _here())
        user.preferences = {**(user.preferences or {}), "shortcuts": wanted}
    return redirect(done(url_for(".show"), "shortcuts-on" if wanted else "shortcuts-off"), 303)


@pages.post("/compte/recapitulatif")
@requires("signed_in")
def digest() -> Response:
    """Keep whether the morning's message is wanted."""
    wanted = request.form.get("digest") == "on"
    with transaction() as session:
        user = door.own(session, _here())
        user.preferences = {**(user.preferences or {}), PREFERENCE: wanted}
    return redirect(done(url_for(".show"), "digest-on" if wanted else "digest-off"), 303)


@pages.post("/compte/autres-sessions")
@requires("signed_in")
def other_sessions() -> Response:
    signed_in, at = _here(), clock.now()
    with transaction() as session:
        accounts.end_sessions(session, signed_in.actor.id, at=at, keep=signed_in.session_id)
        door.note(session, "account.other-sessions-ended", door.own(session, signed_in))
    return redirect(done(url_for(".show"), "sessions-ended"), 303)


@pages.route("/compte/mot-de-passe", methods=["GET", "POST"])
@requires("signed_in", fresh=True)
def change_password() -> Response | tuple[str, int]:
    """A new password; every other session of the account ends."""
    signed_in = _here()
    form = NewPasswordForm(signed_in.email, signed_in.actor.name)
    if not form.validate_on_submit():
        page = render_template("accounts/password.html", form=form, hint=PASSWORD_HINT, email=signed_in.email)
        return page, 422 if form.is_submitted() else 200
    kept, at = passwords().hash(form.password.data), clock.now()
    with transaction() as session:
        user = door.own(session, signed_in)
        accounts.set_password(session, user, kept, at=at, keep=signed_in.session_id)
        sessions.renew(session, signed_in, at=at)
    return redirect(done(url_for(".show"), "password-changed"), 303)


@pages.route("/compte/second-facteur", methods=["GET", "POST"])
@requires("signed_in", fresh=True)
def new_factor() -> tuple[str, int]:
    """Another telephone in the place of the present one, or a first one where it is not compulsory."""
    return enrolment(_here(), after=url_for(".show"))


@pages.route("/compte/codes-de-secours", methods=["GET", "POST"])
@requires("signed_in", fresh=True)
def new_recovery_codes() -> Response | str:
    signed_in = _here()
    with reading() as session:
        enrolled = door.own(session, signed_in).totp_secret is not None
    if not enrolled:
        return redirect(url_for(".new_factor"), 302)
    if request.method != "POST":
        return render_template("accounts/new_recovery_codes.html")
    with transaction() as session:
        user = door.own(session, signed_in)
        codes = totp.renew_recovery_codes(session, user)
        door.note(session, "account.recovery-codes-renewed", user)
    return recovery_codes(codes, after=url_for(".show"))


def _here() -> SignedIn:
    found = sessions.current()
    assert found is not None  # the policy of these pages
    return found
