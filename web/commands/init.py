"""`passerelle init`: keys, database, reference tables, the first administrator. Run twice, changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..options import EMAIL

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from ..settings import Settings

#: Whose account the first link opens when nobody says.
FIRST_EMAIL, FIRST_NAME = "administration@passerelle.invalid", "Administration"


@click.command(
    "init",
    help="Crée les clés, la base, ses tables de référence et le lien du premier compte ; relancée, ne change rien.",
)
@click.option(
    "--admin-email",
    metavar="ADRESSE",
    type=EMAIL,
    help="Adresse du premier compte d'administration ; donne un nouveau lien tant que ce compte n'est pas ouvert.",
)
def command(admin_email: str | None) -> None:
    import sqlalchemy as sa

    from matching import reference
    from matching.store.organisations import Commune, Zone

    from .. import database, settings

    chosen = settings.load()
    chosen.refuse_unsafe()
    for name in ("SECRET_KEY", "DATA_KEY"):
        chosen.key(name)
    with database.opened(chosen) as opened, opened.transaction() as session:
        reference.write(session)
        zones, communes = (
            session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Zone, Commune)
        )
        said = _first_account(session, chosen, admin_email)
    click.echo(f"Clés prêtes, base à jour : {zones} versions de zones, {communes} communes.")
    if said:
        click.echo(said)


def _first_account(session: Session, chosen: Settings, email: str | None) -> str | None:
    """The one-time link to the first administrator's account, as long as the base has no account at all."""
    import sqlalchemy as sa

    from matching import accounts, clock
    from matching.store.accounts import User
    from matching.vocabulary import Role

    from ..links import invitation

    at = clock.now()
    if session.scalar(sa.select(User.id).limit(1)) is not None:
        return "Des comptes existent : « passerelle users invite » en ouvre d'autres." if email else None
    waiting = [link for link in accounts.waiting_links(session, at=at) if link.role is Role.ADMIN]
    if waiting and email is None:
        return (
            f"Un lien a déjà été donné pour {waiting[0].email} ; il n'est pas montré deux fois. Pour un nouveau lien : "
            f"« passerelle init --admin-email {waiting[0].email} »."
        )
    for link in waiting:
        accounts.close_link(session, link.public_id, by=None, at=at)
    token = accounts.invite(
        session,
        email=email or FIRST_EMAIL,
        name=FIRST_NAME,
        rights=accounts.Rights(Role.ADMIN),
        by=None,
        at=at,
    )
    hint = "" if email else " ; --admin-email pour donner la vôtre"
    return (
        f"Premier compte d'administration ({email or FIRST_EMAIL}{hint}).\n"
        "Ouvrez ce lien, une fois, dans les 72 heures :\n"
        f"  {invitation(chosen, token)}"
    )
