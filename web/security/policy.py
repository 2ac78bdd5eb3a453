"""Who may call which function (security.md §2, Z1): an endpoint without a policy keeps the application from starting.

Which *rows* they may see is the business of `matching.store.scope`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask

from matching.store.scope import IMPORT, SUPERVISE, Actor
from matching.vocabulary import Role

View = TypeVar("View", bound=Callable[..., Any])

ADVISOR, ANIMATOR, OFFICER, ADMIN, EMPLOYER = (
    Role.ADVISOR,
    Role.ANIMATOR,
    Role.OFFICER,
    Role.ADMIN,
    Role.EMPLOYER,
)
EVERYBODY = frozenset(Role)

#: permission -> the roles that hold it; a pair is a role whose account needs that permission besides.
PERMISSIONS: dict[str, frozenset[Role | tuple[Role, str]]] = {
    "signed_in": EVERYBODY,
    "own.day": frozenset({ADVISOR, ANIMATOR, OFFICER}),
    "people.read": frozenset({ADVISOR}),
    "people.edit": frozenset({ADVISOR}),
    "offers.read": frozenset({ADVISOR}),
    "offers.edit": frozenset({ADVISOR}),
    "offers.any": frozenset({ADVISOR, EMPLOYER}),
    "own.offers": frozenset({EMPLOYER}),
    "organisations.read": frozenset({ADVISOR}),
    "organisations.edit": frozenset({ADVISOR}),
    "organisations.invite": frozenset({ADVISOR}),
    "proposals.read": frozenset({ADVISOR}),
    "proposals.review": frozenset({ADVISOR}),
    "placements.read": frozenset({ADVISOR}),
    "placements.edit": frozenset({ADVISOR}),
    "placements.cancel": frozenset({(ADVISOR, SUPERVISE)}),
    "released.read": frozenset({EMPLOYER}),
    "released.answer": frozenset({EMPLOYER}),
    "aids.read": frozenset({EMPLOYER}),
    "aids.declare": frozenset({EMPLOYER}),
    "messages.read": frozenset({ADVISOR, ADMIN}),
    "messages.handle": frozenset({ADVISOR}),
    "club.read": frozenset({ADVISOR, ANIMATOR}),
    "club.edit": frozenset({ANIMATOR}),
    "club.set_up": frozenset({(ADVISOR, SUPERVISE)}),
    "sessions.read": frozenset({ADVISOR, ANIMATOR}),
    "sessions.attend": frozenset({ADVISOR, ANIMATOR}),
    "sessions.edit": frozenset({ADVISOR}),
    "sessions.reopen": frozenset({(ADVISOR, SUPERVISE)}),
    "outreach.read": frozenset({ADVISOR, OFFICER}),
    "outreach.note": frozenset({ADVISOR, OFFICER}),
    "outreach.people": frozenset({ADVISOR}),
    "graduates.read": frozenset({ADVISOR}),
    "graduates.edit": frozenset({ADVISOR}),
    "clauses.read": frozenset({ADVISOR}),
    "clauses.edit": frozenset({ADVISOR}),
    "imports.journal": frozenset({(ADVISOR, IMPORT), ADMIN}),
    "imports.run": frozenset({(ADVISOR, IMPORT)}),
    "report.read": frozenset({ADVISOR, OFFICER, ADMIN}),
    "report.publish": frozenset({(ADVISOR, SUPERVISE)}),
    "accounts.manage": frozenset({ADMIN}),
    "audit.read": frozenset({ADMIN}),
    "jobs.read": frozenset({(ADVISOR, IMPORT), ADMIN}),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """`permission` None: public. `half`: the password is enough. `fresh`: who they are was proved lately."""

    permission: str | None
    half: bool = False
    fresh: bool = False


def public(view: View) -> View:
    """Anybody, signed in or not."""
    return _declare(view, Policy(None))


def after_password(view: View) -> View:
    """Whoever gave the right password: the pages of the second factor itself."""
    return _declare(view, Policy("signed_in", half=True))


def requires(permission: str, *, fresh: bool = False) -> Callable[[View], View]:
    """Whoever holds the permission; `fresh`: having proved who they are in the last quarter of an hour (A4)."""
    if permission not in PERMISSIONS:
        raise LookupError(permission)
    return lambda view: _declare(view, Policy(permission, fresh=fresh))


def allows(actor: Actor, permission: str) -> bool:
    """Whether that account holds the permission."""
    granted = PERMISSIONS[permission]
    return actor.role in granted or any((actor.role, held) in granted for held in actor.permissions)


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    if endpoint == "static" or endpoint.endswith(".static"):
        return Policy(None)
    return getattr(app.view_functions.get(endpoint), "passerelle_policy", None)


def require_all(app: Flask) -> None:
    """Refuse to start when an endpoint says nothing about who may call it. Raises LookupError naming it."""
    bare = sorted({rule.endpoint for rule in app.url_map.iter_rules() if not policy_of(app, rule.endpoint)})
    if bare:
        raise LookupError(f"no policy on: {', '.join(bare)}")


def _declare(view: View, policy: Policy) -> View:
    view.passerelle_policy = policy  # type: ignore[attr-defined]
    return view
