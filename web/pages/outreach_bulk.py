"""Several lines of the register at once: shown before, answered line by line; employers added to the campaign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import offer_queries, outreach, outreach_queries as queries, outreach_register
from matching.errors import InvalidInput, PasserelleError
from matching.store import scope
from matching.store.campaign import Outreach
from matching.store.organisations import Organisation
from matching.vocabulary import OutreachPurpose

from ..db import note, reading, today, transaction
from ..forms.outreach import AssignForm, NotifiedForm
from ..lists import Column, Filter, Listing
from ..notices import done
from ..security import actor, allows, requires
from ..wording import outreach as words, sentence_for
from .outreach import KIND, PER_PAGE, list_address
from .outreach_letters import pages as pages, ticked

#: What may be done to several lines.
ACTS = ("attribuer", "notifier")


@pages.get(f"/{KIND}/lot")
@requires("outreach.note")
def together(kind: str) -> Response | str:
    """How many are meant and which, before anything is done."""
    act = request.args.get("pour", "")
    if act == "lettres" and allows(actor(), "outreach.people"):
        return redirect(url_for(".batch", kind=kind, ref=[str(each) for each in ticked()]))
    return _together(kind, act if act in ACTS else "attribuer", None)


def _together(kind: str, act: str, form: AssignForm | NotifiedForm | None) -> str:
    purpose = words.PURPOSES[kind]
    with reading() as session:
        lines = session.execute(_lines(purpose)).all()
        people = queries.owners(session, actor(), purpose)
    if act == "attribuer":
        form = (form if isinstance(form, AssignForm) else AssignForm(formdata=None)).among(people)
    else:
        form = form if isinstance(form, NotifiedForm) else NotifiedForm(formdata=None)
    return render_template(
        "campaign/together.html",
        kind=kind,
        act=act,
        able=[line for line in lines if scope.may_note(actor(), line.Outreach)],
        others=[line for line in lines if not scope.may_note(actor(), line.Outreach)],
        form=form,
        back=list_address(kind),
        words=words,
    )


def _lines(purpose: OutreachPurpose) -> sa.Select[Any]:
    return (
        scope.outreaches(actor())
        .add_columns(Organisation)
        .join(Organisation, Organisation.id == Outreach.organisation_id)
        .where(Outreach.public_id.in_(ticked()), Outreach.purpose == purpose)
        .order_by(Organisation.name_key, Outreach.id)
    )


@pages.post(f"/{KIND}/lot")
@requires("outreach.note")
def act_together(kind: str) -> str | tuple[str, int]:
    """Assign or note the letter of each ticked line; each has its own answer."""
    act = request.form.get("pour", "")
    purpose = words.PURPOSES[kind]
    form: AssignForm | NotifiedForm = AssignForm() if act == "attribuer" else NotifiedForm()
    with transaction() as session:
        people = queries.owners(session, actor(), purpose)
        if isinstance(form, AssignForm):
            form.among(people)
        owner = None
        if isinstance(form, AssignForm):
            owner = next((each for each in people if str(each.public_id) == form.owner.data), None)
        if not form.validate() or (isinstance(form, AssignForm) and owner is None):
            return _together(kind, act if act in ACTS else "attribuer", form), 422

        def one(row: Outreach) -> None:
            me, party, on = actor().id, actor().party, today()
            if isinstance(form, AssignForm):
                assert owner is not None
                outreach.assign(session, row, owner, form.day, actor_id=me, party=party, on=on)
            else:
                clause = form.clause.data == "oui"
                outreach.notify(session, row, form.day, with_clause=clause, actor_id=me, party=party, on=on)

        answers = _each(session, purpose, act, one)
    return render_template(
        "campaign/answers.html", kind=kind, act=act, answers=answers, back=list_address(kind), words=words
    )


def _each(
    session: Session, purpose: OutreachPurpose, act: str, one: Callable[[Outreach], None]
) -> list[tuple[Outreach, str, str | None]]:
    """(line, name, why not) of each ticked line."""
    found: list[tuple[Outreach, str, str | None]] = []
    for row, house in session.execute(_lines(purpose)).all():
        why = None
        if not scope.may_note(actor(), row):
            why = "Une autre agence suit cette ligne : elle seule y écrit."
        else:
            try:
                with session.begin_nested():
                    one(row)
                    note(session, f"outreach.{act}", "outreach", str(row.public_id))
            except PasserelleError as fault:
                why = sentence_for(fault)
        found.append((row, house.name, why))
    return found


# --- employers of the network

COLUMNS = (
    Column("choix", "Choisir", hidden=True),
    Column("nom", "Employeur", (Organisation.name_key,)),
    Column("naf", "Activité", (Organisation.naf,)),
    Column("commune", "Commune", (Organisation.commune,)),
    Column("effectif", "Effectif", (Organisation.workforce,)),
)


@pages.get("/employeurs/ajouter")
@requires("outreach.people")
def outside() -> str:
    """Employers of the market sector that the year's campaign does not have yet."""
    return _outside()


def _outside(unticked: bool = False) -> str:
    year = _year()
    with reading() as session:
        listing = Listing.read(
            COLUMNS,
            (
                Filter("q", "Nom ou SIRET", where=offer_queries.named),
                Filter("naf", "Code NAF (début)", where=_of_naf),
                Filter(
                    "commune",
                    "Commune",
                    tuple((name, name) for name in queries.communes(session)),
                    lambda value: Organisation.commune == value,
                    every="Toutes",
                ),
                Filter(
                    "effectif",
                    "Effectif",
                    tuple(words.WORKFORCES.items()),
                    lambda value: Organisation.workforce == value,
                    every="Tous",
                ),
            ),
            sort="nom",
            size=PER_PAGE,
            tie=(Organisation.id,),
            keep=("annee",),
        )
        rows = listing.scalars(session, queries.outside(actor(), year))
    return render_template(
        "campaign/outside.html", year=year, listing=listing, rows=rows, unticked=unticked, words=words
    )


@pages.post("/employeurs/ajouter")
@requires("outreach.people")
def add() -> Response | tuple[str, int]:
    """Put the ticked employers on the year's campaign."""
    year = _year()
    if not ticked():
        return _outside(unticked=True), 422
    try:
        with transaction() as session:
            chosen = queries.outside(actor(), year).where(Organisation.public_id.in_(ticked()))
            ids = [house.id for house in session.scalars(chosen)]
            made = outreach_register.add_employers(
                session, ids, year, actor_id=actor().id, party=actor().party, on=today()
            )
            note(session, "outreach.add", "outreach", None, year=year, count=made)
    except InvalidInput:
        return redirect(url_for(".outside"), 303)
    return redirect(
        done(url_for(".employers", annee=year), "lignes-ajoutees" if made > 1 else "ligne-ajoutee", n=made),
        303,
    )


def _of_naf(text: str) -> sa.ColumnElement[bool]:
    bare = "".join(sign for sign in text.upper() if sign.isalnum())[:5]
    return Organisation.naf.startswith(bare, autoescape=True)


def _year() -> int:
    text = request.values.get("annee", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else today().year
