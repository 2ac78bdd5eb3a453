"""Signing in: the password, the second factor, a fresh proof, the way out; and the doors of the demo."""

from __future__ import annotations

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from matching import clock
from matching.errors import NotFound
from matching.store.accounts import User

from ...db import reading, transaction
from ...forms.accounts import CodeForm, ProofForm, SignInForm
from ...security import after_password, demo_doors, door, public, requires, sessions, totp
from ...security.addresses import safe_next
from ...security.sessions import SignedIn
from .blueprint import pages

WRONG = (
    "L'adresse ou le mot de passe ne convient pas. Vérifiez-les et recommencez ; si vous avez oublié le mot de passe, "
    "demandez un lien à votre administrateur."
)
WRONG_CODE = (
    "Ce code ne convient pas ou a déjà servi. Attendez le code suivant, ou prenez un code de secours."
)


def onward() -> Response:
    """To the page that was wanted before the door, else to the first one."""
    return redirect(_after(), 303)


def _after() -> str:
    return safe_next(request.args.get("next")) or url_for("home.index")


@pages.route("/connexion", methods=["GET", "POST"])
@public
def sign_in() -> Response | tuple[str, int]:
    signed_in = sessions.identify()
    if signed_in and signed_in.verified and request.method != "POST":
        return onward()
    form = SignInForm()
    if not form.is_submitted():
        return _sign_in_page(form), 200
    if not form.validate():
        return _sign_in_page(form), 422
    user = door.give_password(form.email.data.strip(), form.password.data)
    if user is None:
        return _sign_in_page(form, WRONG), 422
    if door.needs_second_factor(user):
        door.enter(user, verified=False)
        return redirect(url_for(".second_factor", next=safe_next(request.args.get("next"))), 303)
    door.enter(user, verified=True)
    return onward()


def _sign_in_page(form: SignInForm, *wrong: str) -> str:
    with reading() as session:
        doors = demo_doors.doors(session)
        nobody = session.scalar(sa.select(User.id).limit(1)) is None
    return render_template("accounts/sign_in.html", form=form, wrong=wrong, doors=doors, nobody=nobody)


@pages.post("/connexion/demo")
@public
def demo() -> Response:
    """Sign in as somebody of the demo, both factors taken as given. Not found wherever the doors are closed."""
    with reading() as session:
        found = [
            each.user
            for each in demo_doors.doors(session)
            if str(each.user.public_id) == request.form.get("person")
        ]
    if not found:
        raise NotFound("not-found")
    door.enter(found[0], verified=True, action="account.demo-door")
    return onward()


@pages.route("/second-facteur", methods=["GET", "POST"])
@after_password
def second_factor() -> Response | tuple[str, int]:
    signed_in = _here()
    if signed_in.verified:
        return onward()
    with reading() as session:
        enrolled = door.own(session, signed_in).totp_secret is not None
    return _code(signed_in) if enrolled else enrolment(signed_in, after=_after())


def _code(signed_in: SignedIn) -> Response | tuple[str, int]:
    form = CodeForm()
    wrong: tuple[str, ...] = ()
    if form.validate_on_submit():
        if door.give_code(signed_in, form.code.data, action="account.signed-in"):
            return onward()
        wrong = (WRONG_CODE,)
    page = render_template("accounts/second_factor.html", form=form, wrong=wrong)
    return page, 422 if form.is_submitted() else 200


def enrolment(signed_in: SignedIn, *, after: str) -> tuple[str, int]:
    """Show the secret of a telephone to be; once it answers with a code, the recovery codes, a single time."""
    form = CodeForm()
    wrong: tuple[str, ...] = ()
    if form.validate_on_submit():
        codes = door.enrol(signed_in, form.code.data)
        if codes is not None:
            return recovery_codes(codes, after=after), 200
        wrong = (WRONG_CODE,)
    with reading() as session:
        secret = door.offered_secret(session)
        replaces = door.own(session, signed_in).totp_secret is not None
    page = render_template(
        "accounts/enrolment.html",
        form=form,
        wrong=wrong,
        secret=totp.in_groups(secret),
        address=(address := totp.address(secret, email=signed_in.email)),
        qr=totp.qr_code(address),
        verified=signed_in.verified,
        replaces=replaces,
    )
    return page, 422 if form.is_submitted() else 200


def recovery_codes(codes: list[str], *, after: str) -> str:
    """The codes, this once; then `after`."""
    return render_template("accounts/recovery_codes.html", codes=codes, after=after)


@pages.route("/connexion/confirmation", methods=["GET", "POST"])
@requires("signed_in")
def confirm() -> Response | tuple[str, int]:
    """A fresh proof of who one is, for what asks for one of the last quarter of an hour."""
    signed_in = _here()
    with reading() as session:
        user = door.own(session, signed_in)
        own_door = [each for each in demo_doors.doors(session) if each.user.id == user.id]
    form = ProofForm(with_code=user.totp_secret is not None)
    wrong: tuple[str, ...] = ()
    if form.validate_on_submit():
        if door.prove(signed_in, form.password.data, form.code.data if "code" in form else None):
            return onward()
        wrong = ("Le mot de passe ou le code ne convient pas. Vérifiez-les et recommencez.",)
    page = render_template("accounts/confirm.html", form=form, wrong=wrong, own_door=own_door)
    return page, 422 if form.is_submitted() else 200


@pages.post("/deconnexion")
@after_password
def sign_out() -> Response:
    signed_in = _here()
    with transaction() as session:
        sessions.leave(session, at=clock.now())
        door.note(session, "account.signed-out", door.own(session, signed_in))
    return redirect(url_for(".sign_in"), 303)


def _here() -> SignedIn:
    found = sessions.identify()
    assert found is not None  # the policy of these pages
    return found
