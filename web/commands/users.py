"""`passerelle users`: invite, close and list accounts, and give links when a door is lost."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from matching.vocabulary import AgencyKind, Role

from ..options import EMAIL

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from matching.store.accounts import User

    from ..settings import Settings


@click.group("users", help="Les comptes : inviter, fermer, rouvrir, lister, remettre un accès.")
def command() -> None:
    """Groups what is done with accounts."""


@command.command("invite", help="Donne le lien (une fois, 72 heures) qui ouvre un compte à ADRESSE.")
@click.argument("email", metavar="ADRESSE", type=EMAIL)
@click.option("--name", "name", metavar="NOM", required=True, help="Prénom et nom.")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True, help="Fonction.")
@click.option(
    "--may",
    "permissions",
    type=click.Choice(["import", "supervise"]),
    multiple=True,
    help="Droit en plus, pour un compte de conseil ; à répéter.",
)
@click.option("--agency", metavar="NOM", help="Agence, pour le conseil et le club.")
@click.option(
    "--new-agency",
    type=click.Choice([str(kind) for kind in AgencyKind]),
    help="Crée l'agence, de ce réseau, si aucune ne porte ce nom.",
)
@click.option("--organisation", metavar="SIRET", help="SIRET ou RNA de l'organisation, pour un employeur.")
def invite(
    email: str,
    name: str,
    role: str,
    permissions: tuple[str, ...],
    agency: str | None,
    new_agency: str | None,
    organisation: str | None,
) -> None:
    from matching import accounts, clock

    from ..links import invitation

    with _base() as (chosen, session):
        token = accounts.invite(
            session,
            email=email,
            name=name.strip()[:100],
            rights=accounts.Rights(
                Role(role),
                tuple(sorted(set(permissions))),
                _agency(session, agency, new_agency),
                accounts.organisation_id(session, organisation) if organisation else None,
            ),
            by=None,
            at=clock.now(),
        )
    click.echo(f"Lien pour {email}, à remettre par un moyen sûr (une fois, dans les 72 heures) :")
    click.echo(f"  {invitation(chosen, token)}")


@command.command("password", help="Donne un lien (une fois, une heure) vers un nouveau mot de passe.")
@click.argument("email", metavar="ADRESSE", type=EMAIL)
def password(email: str) -> None:
    from matching import accounts, clock

    from ..links import new_password

    with _base() as (chosen, session):
        token = accounts.new_password_link(session, _user(session, email), by=None, at=clock.now())
    click.echo(f"Lien pour {email}, à remettre par un moyen sûr (une fois, dans l'heure) :")
    click.echo(f"  {new_password(chosen, token)}")


@command.command(
    "reset-second-factor", help="Téléphone perdu : la prochaine connexion en installera un autre."
)
@click.argument("email", metavar="ADRESSE", type=EMAIL)
def reset_second_factor(email: str) -> None:
    from matching import accounts, clock

    with _base() as (_, session):
        accounts.forget_second_factor(session, _user(session, email), by=None, at=clock.now())
    click.echo(f"Second facteur de {email} remis à zéro.")


@command.command("disable", help="Ferme un compte : ses sessions et ses liens se ferment aussi.")
@click.argument("email", metavar="ADRESSE", type=EMAIL)
def disable(email: str) -> None:
    from matching import accounts, clock

    with _base() as (_, session):
        accounts.disable(session, _user(session, email), by=None, at=clock.now())
    click.echo(f"Compte de {email} fermé.")


@command.command("enable", help="Rouvre un compte fermé.")
@click.argument("email", metavar="ADRESSE", type=EMAIL)
def enable(email: str) -> None:
    from matching import accounts, clock

    with _base() as (_, session):
        accounts.enable(session, _user(session, email), by=None, at=clock.now())
    click.echo(f"Compte de {email} rouvert.")


@command.command("list", help="Les comptes, par nom.")
@click.option("--json", "as_json", is_flag=True, help="Un document JSON.")
def list_(as_json: bool) -> None:
    import sqlalchemy as sa

    from matching.store.accounts import User
    from matching.store.people import Agency

    with _base() as (_, session):
        rows = session.execute(
            sa.select(User, Agency.name)
            .outerjoin(Agency, Agency.id == User.agency_id)
            .order_by(User.name, User.id)
        ).all()
    if as_json:
        click.echo(json.dumps([_facts(user, agency) for user, agency in rows], ensure_ascii=False))
        return
    if not rows:
        click.echo("Aucun compte : « passerelle init » donne le lien du premier.")
    for user, agency in rows:
        click.echo(_line(user, agency))


def _facts(user: User, agency: str | None) -> dict[str, object]:
    return {
        "email": user.email,
        "name": user.name,
        "role": str(user.role),
        "permissions": sorted(user.permissions),
        "agency": agency,
        "active": user.active,
        "second_factor": user.totp_secret is not None,
    }


def _line(user: User, agency: str | None) -> str:
    from ..wording.accounts import PERMISSIONS, ROLES

    what = ", ".join([ROLES[user.role], *(PERMISSIONS[each] for each in user.permissions)])
    where = f", {agency}" if agency else ""
    return f"{user.name} <{user.email}> : {what}{where}{'' if user.active else ' (fermé)'}"


@contextlib.contextmanager
def _base() -> Iterator[tuple[Settings, Session]]:
    """The settings and one transaction on the base."""
    from .. import database, settings

    chosen = settings.load()
    with database.opened(chosen) as opened, opened.transaction() as session:
        yield chosen, session


def _user(session: Session, email: str) -> User:
    from matching import accounts
    from matching.errors import NotFound

    found = accounts.by_email(session, email)
    if found is None:
        raise NotFound("unknown-account", email=email)
    return found


def _agency(session: Session, name: str | None, kind: str | None) -> int | None:
    from matching import accounts
    from matching.errors import NotFound

    if name is None:
        return None
    known = {each: key for key, each in accounts.agencies(session)}
    if name in known:
        return known[name]
    if kind is None:
        raise NotFound("agency-unknown", name=name)
    return accounts.ensure_agency(session, name, AgencyKind(kind)).id
