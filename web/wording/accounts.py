"""Accounts in French words."""

from __future__ import annotations

from matching.vocabulary import Role

#: How a role signs: the function, whoever holds it.
ROLES = {
    Role.ADVISOR: "conseil",
    Role.ANIMATOR: "animation du club",
    Role.OFFICER: "préfecture",
    Role.ADMIN: "administration",
    Role.EMPLOYER: "employeur",
}
#: What an account may do besides.
PERMISSIONS = {"import": "imports", "supervise": "encadrement"}
