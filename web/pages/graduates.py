"""Residents with a bac+4 or more: the list, one of them with employers to approach, what an employer can be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import clock, graduate_queries as queries, graduates, person_rights
from matching.graduate_queries import Card, Sheet
from matching.graduates import Band, Graduate, Where
from matching.person_rights import Now, Standing
from matching.store import scope
from matching.vocabulary import ApproachState as State

from ..db import book, note, note_read, reading, today, transaction
from ..forms.graduates import ANSWERS, ApproachForm, VersionForm
from ..lists import Column, Filter, Listing
from ..occupations import coder
from ..security import actor, requires
from ..tables import csv_response
from ..wording import graduates as words, number, phone

pages = Blueprint("graduates", __name__)

PER_PAGE = 25
#: Sorted in memory.
_SORTED: tuple[Any, ...] = (sa.null(),)
COLUMNS = (
    Column("nom", "Nom", _SORTED),
    Column("metier", "Métier recherché", _SORTED),
    Column("niveau", "Diplôme", _SORTED),
    Column("domicile", "Domicile"),
    Column("droit", "Emploi franc", _SORTED),
    Column("demarches", "Démarches", _SORTED),
    Column("dernier", "Dernier contact", _SORTED),
)


@pages.get("/diplomes")
@requires("graduates.read")
def index() -> Response | str:
    """Everybody of the caseload, counted by field, level and occupation, those without an approach first."""
    on = today()
    with reading() as session:
        lines = graduates.listed(session, scope.people(actor()), coder(session), on)
        standing = person_rights.kept_standing(session, [each.id for each in lines], book(), on)
    listing = _listing(lines)
    listing.filters = [_counted(listing, lines, each) for each in listing.filters]
    kept = [each for each in lines if _passes(listing, each)]
    kept.sort(key=_order(listing, standing), reverse=listing.descending)
    if listing.wants_csv:
        return _csv(listing, kept, standing)
    return render_template(
        "graduates/index.html",
        listing=listing,
        lines=listing.cut(kept),
        total=len(lines),
        sure=sum(each.where is Where.CONFIRMED for each in lines),
        without=sum(not each.approached.made and not each.under_contract for each in lines),
        francs={each.id: franc_of(standing, each.id) for each in lines},
        on=on,
        words=words,
    )


def franc_of(standing: Standing, person_id: int) -> Now | None:
    """The right that the measure is for, that day."""
    schemes = {name for name, each in book().items() if each.file.scheme == queries.SCHEME}
    return next((now for now in standing.of(person_id) if now.programme in schemes), None)


#: filter -> the value that a line has under it
VALUES: Mapping[str, Callable[[Graduate], str]] = {
    "domicile": lambda each: each.where,
    "domaine": lambda each: each.domain or "-",
    "niveau": lambda each: each.band,
    "metier": lambda each: each.rome or "-",
    "demarches": lambda each: words.step_of(each.approached),
    "contrat": lambda each: "oui" if each.under_contract else "non",
}


def _listing(lines: Sequence[Graduate]) -> Listing:
    occupations = sorted(
        {(each.rome, each.occupation or "") for each in lines if each.rome}, key=lambda o: o[1]
    )
    domains = sorted({each.domain for each in lines if each.domain})
    unread = [("-", words.NO_DOMAIN)] if any(each.rome is None for each in lines) else []
    filters = (
        Filter("domicile", "Domicile", tuple((str(key), said) for key, said in words.WHERE.items())),
        Filter(
            "domaine",
            "Domaine",
            (*((key, words.DOMAINS.get(key, key)) for key in domains), *unread),
            every="Tous les domaines",
        ),
        Filter(
            "niveau",
            "Diplôme",
            tuple((str(key), said) for key, said in words.BANDS.items()),
            every="Tous les niveaux",
        ),
        Filter("metier", "Métier recherché", (*occupations, *unread), every="Tous les métiers"),
        Filter("demarches", "Démarches", words.STEPS, every="Avec ou sans"),
        Filter("contrat", "Contrat", words.CONTRACTS, every="Avec ou sans"),
    )
    return Listing.read(COLUMNS, filters, sort="demarches", size=PER_PAGE)


def _passes(listing: Listing, each: Graduate, but: str = "") -> bool:
    return all(
        not wanted or key == but or VALUES[key](each) == wanted for key, wanted in listing.values.items()
    )


def _counted(listing: Listing, lines: Sequence[Graduate], each: Filter) -> Filter:
    """The filter with, beside each choice, how many of those that the other filters leave; the chosen one and what
    somebody has alone."""
    found = Counter(VALUES[each.key](line) for line in lines if _passes(listing, line, but=each.key))
    choices = tuple(
        (value, f"{label} ({number(found[value])})")
        for value, label in each.choices or ()
        if found[value] or listing.values[each.key] == value
    )
    return replace(each, choices=choices, every=f"{each.every} ({number(found.total())})")


def _order(listing: Listing, standing: Standing) -> Callable[[Graduate], tuple[Any, ...]]:
    """The key of a column; names decide between equals. First those whom no employer was asked for."""
    levels = list(Band)

    def last(each: Graduate) -> int:
        now = franc_of(standing, each.id)
        return now.last.toordinal() if now is not None and now.last is not None else 9_999_999

    keys: Mapping[str, Callable[[Graduate], tuple[Any, ...]]] = {
        "metier": lambda each: (each.occupation or "\uffff",),
        "niveau": lambda each: (levels.index(each.band),),
        "droit": lambda each: (last(each),),
        "demarches": lambda each: (
            each.under_contract, each.approached.made, each.where is not Where.CONFIRMED, last(each),
        ),
        "dernier": lambda each: (each.approached.last_on.toordinal() if each.approached.last_on else 0,),
    }  # fmt: skip
    key = keys.get(listing.sort)
    return lambda each: (*(key(each) if key is not None else ()), each.name_key, each.id)


def _csv(listing: Listing, lines: Sequence[Graduate], standing: Standing) -> Response:
    """Every line of the list; that it was taken away is put on the trail."""
    on = today()
    header = (
        "Nom", "Prénom", "Téléphone", "Métier recherché", "Code ROME", "Domaine", "Diplôme", "Domicile", "Emploi franc",
        "Jusqu'au", "Sous contrat", "Employeurs contactés", "Dernier contact",
    )  # fmt: skip
    rows = []
    for each in lines:
        now = franc_of(standing, each.id)
        rows.append(
            (
                each.family_name, each.given_names, phone(each.phone), each.occupation, each.rome,
                words.DOMAINS.get(each.domain), words.BANDS[each.band], words.WHERE[each.where],
                words.right_word(now), now.last if now else None, each.under_contract, each.approached.made,
                each.approached.last_on,
            )
        )  # fmt: skip
    with transaction() as session:
        note(
            session,
            "graduates.export",
            "caseload",
            rows=len(rows),
            filters=sorted(key for key, value in listing.values.items() if value),
        )
    return csv_response(f"bac4-bac5-{on:%Y-%m-%d}.csv", header, rows)


@pages.get("/diplomes/<uuid:ref>")
@requires("graduates.read")
def show(ref: UUID) -> str:
    """The rights, the employers to approach, what was done; a search for another employer."""
    made = page(ref)
    note_read("person.read", "person", ref)
    return made


def sheet_of(session: Session, ref: UUID) -> Sheet:
    return queries.sheet(session, actor(), ref, coder(session), book(), on=today(), at=clock.now())


def page(
    ref: UUID, *, sent: ApproachForm | None = None, employer: UUID | None = None, conflict: str | None = None
) -> str:
    """The page; with the form that was sent for an employer and what is wrong with it."""
    on, text = today(), request.args.get("q", "").replace("\0", "").strip()[:200]
    with reading() as session:
        sheet = sheet_of(session, ref)
        standing = person_rights.standing(session, [sheet.person.id], book(), on)
        found = (
            queries.searched(session, actor(), sheet.person.id, text, coder(session), on)
            if len(text) > 1
            else None
        )
        referential = coder(session).referential
    forms = {
        card.employer.public_id: form_of(card, sheet)
        for card in (*sheet.taken, *sheet.suggested)
        if (card.row.state if card.row else None) in ANSWERS
    }
    if sent is not None and employer in forms:
        sent.version.data, sent.version.raw_data = forms[employer].version.data, None
        forms[employer] = sent
    return render_template(
        "graduates/show.html",
        sheet=sheet,
        line=sheet.line,
        live=[card for card in sheet.taken if card.row is not None and card.row.state in graduates.LIVE],
        over=[card for card in sheet.taken if card.row is not None and card.row.state not in graduates.LIVE],
        forms=forms,
        steps=VersionForm(formdata=None),
        employer=employer,
        wrong=sent if sent is not None and sent.errors else None,
        conflict=conflict,
        typed=sent.note.data if sent is not None and conflict else None,
        franc=franc_of(standing, sheet.person.id),
        q=text,
        found=found,
        labels=dict(zip(referential.codes, referential.labels, strict=True)),
        on=on,
        words=words,
        State=State,
    )


def form_of(card: Card, sheet: Sheet, sent: Mapping[str, str] | None = None) -> ApproachForm:
    """The form of that employer: as it was sent, or blank for today."""
    form = ApproachForm(
        card.row.state if card.row is not None else None,
        agreed=sheet.person.contact_agreed is True,
        prefix=f"e{card.employer.id}-",
        formdata=sent,
        data={"on": today()},
    )
    if sent is None:
        form.version.data = card.row.version if card.row is not None else None
    return form


@pages.get("/diplomes/employeurs/<uuid:employer>")
@requires("graduates.read")
def profiles(employer: UUID) -> str:
    """What this employer can be told before anybody is decided on: counts of profiles, no name."""
    with reading() as session:
        found = queries.profiles(session, actor(), employer, coder(session), today())
    return render_template("graduates/profiles.html", found=found, bands=words.BANDS, words=words)
