"""Links that open once: to a new account, to a new password (A7). Looking at one consumes nothing."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from matching import accounts, clock
from matching.store.accounts import Invitation

from ...db import reading, transaction
from ...forms.accounts import ForgottenForm, NewPasswordForm
from ...notices import done
from ...security import public, throttle
from ...security.passwords import passwords
from ...wording.accounts import PASSWORD_HINT
from .blueprint import pages


@pages.route("/invitation/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> Response | tuple[str, int]:
    return _link(token, to_account=True)


@pages.route("/mot-de-passe/<token>", methods=["GET", "POST"])
@public
def new_password(token: str) -> Response | tuple[str, int]:
    return _link(token, to_account=False)


@pages.route("/mot-de-passe", methods=["GET", "POST"])
@public
def forgotten() -> tuple[str, int]:
    """Says how to get a link, and says the same to everybody: no account is looked up (A6)."""
    form = ForgottenForm()
    asked = form.validate_on_submit()
    page = render_template("accounts/forgotten.html", form=form, asked=asked)
    return page, 422 if form.is_submitted() and not asked else 200


def _link(token: str, *, to_account: bool) -> Response | tuple[str, int]:
    at = clock.now()
    with reading() as session:
        link = accounts.open_link(session, token, at=at)
    if link is None or (link.user_id is None) is not to_account:
        return render_template("accounts/link_over.html", to_account=to_account), 404
    form = NewPasswordForm(link.email, link.name)
    if not form.validate_on_submit():
        return _page(link, form), 422 if form.is_submitted() else 200
    kept = passwords().hash(form.password.data)
    with transaction() as session:
        accounts.use_link(session, link, kept, at=at)
        throttle.forgive(session, link.email)
    return redirect(done(url_for(".sign_in"), "password-set"), 303)


def _page(link: Invitation, form: NewPasswordForm) -> str:
    return render_template("accounts/link.html", link=link, form=form, hint=PASSWORD_HINT)
