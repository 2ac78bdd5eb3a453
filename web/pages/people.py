"""The candidates of a caseload: the list, with its search and filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import person_list, person_rights, person_search
from matching.edits import chunks
from matching.person_rights import Standing
from matching.person_search import Found
from matching.store import scope
from matching.store.people import Person
from matching.vocabulary import Verdict

from ..db import book, note, reading, today, transaction
from ..lists import Column, Filter, Listing
from ..security import actor, allows, requires
from ..tables import csv_response
from ..wording import people as words, phone

pages = Blueprint("people", __name__)

VERDICTS = {"oui": Verdict.YES, "verifier": Verdict.UNKNOWN}
COLUMNS = (
    Column("nom", "Nom", (Person.name_key,)),
    Column("age", "Âge", (Person.birth_date,), number=True),
    Column("niveau", "Diplôme"),
    Column("zone", "Domicile"),
    Column("fin", "Droits", (sa.null(),)),
    Column("propositions", "Propositions", number=True),
    Column("contact", "Dernier contact", (Person.last_contact_on,)),
)
#: The order of a search, whose best answers come first; rights that close are read by their end.
NEAREST = "proche"


@pages.get("/candidats")
@requires("people.read")
def index() -> Response | str:
    on = today()
    listing = _listing()
    with reading() as session:
        people = scope.people(actor())
        total = session.scalar(sa.select(sa.func.count()).select_from(people.subquery())) or 0
        found = person_search.find(session, people, listing.values["q"]) if listing.values["q"] else None
        standing, ids = _chosen(session, listing, people, found)
        if listing.wants_csv:
            return _csv(session, listing, ids, standing)
        shown = listing.cut(ids)
        lines = person_list.lines(session, shown, on)
        if standing is None:
            standing = person_rights.standing(session, shown, book(), on)
    return render_template(
        "people/index.html",
        listing=listing,
        lines=lines,
        total=total,
        found=words.FOUND[found.how] if found and found.ids else "",
        standing=standing,
        labels={name: programme.file.label for name, programme in book().items()},
        on=on,
        words=words,
        may_import=allows(actor(), "imports.run"),
    )


def _listing() -> Listing:
    on = today()
    day = on.toordinal()
    current = [each for each in book().values() if each.in_force()[0] <= day < each.in_force()[1]]
    rights = [
        (f"{each.id}.{key}", f"{each.file.label} : {said}")
        for each in current
        for key, said in (("oui", "éligible"), ("verifier", "à vérifier"))
    ]
    filters = (
        Filter("q", "Nom ou identifiant"),
        Filter("droit", "Droit aujourd'hui", tuple(rights), every="Tous les droits"),
        Filter("fin", "Droits qui se ferment", words.CLOSING, every="À toute date"),
        Filter("niveau", "Diplôme", words.BANDS, person_list.of_level, "Tous les niveaux"),
        Filter("zone", "Domicile", words.HOMES, lambda value: person_list.living(value, on), "Partout"),
        Filter(
            "situation",
            "Situation",
            words.WORK,
            lambda value: person_list.in_situation(value, on),
            "Toutes les situations",
        ),
        Filter("age", "Âge", words.AGES, lambda value: person_list.aged(value, on), "Tous les âges"),
        Filter(
            "propositions",
            "Propositions",
            words.WITHOUT,
            lambda _: person_list.without_proposal(),
            "Avec ou sans",
        ),
    )
    listing = Listing.read(COLUMNS, filters, sort="nom", tie=(Person.id,))
    if listing.values["q"]:
        listing.default = (NEAREST, False)
    elif listing.values["fin"]:
        listing.default = ("fin", False)
    if not request.args.get("tri"):
        listing.sort, listing.descending = listing.default
    return listing


def _chosen(
    session: Session, listing: Listing, people: sa.Select[Person], found: Found | None
) -> tuple[Standing | None, Sequence[int]]:
    """Ids in the order asked for, and the rights of the caseload when a filter or the order reads them."""
    query = listing.filter_rows(people)
    closing = listing.values["fin"]
    if closing:
        query = query.where(person_list.not_under_contract())
    by_end = listing.sort == "fin"
    if by_end:
        query = query.order_by(Person.name_key, Person.id)
    elif listing.sort == "age":  # the youngest first: those born last
        born = Person.birth_date.asc() if listing.descending else Person.birth_date.desc()
        query = query.order_by(Person.birth_date.is_(None), born, Person.id)
    elif listing.sort != NEAREST:
        query = listing.in_order(query)
    ids: list[int] = list(session.scalars(query.with_only_columns(Person.id, maintain_column_froms=True)))
    if found is not None:
        kept = set(ids)
        ids = (
            [each for each in found.ids if each in kept]
            if listing.sort == NEAREST
            else [each for each in ids if each in set(found.ids)]
        )
    if not (listing.values["droit"] or closing or by_end or listing.wants_csv):
        return None, ids
    everybody = session.scalars(people.with_only_columns(Person.id)).all()
    standing = person_rights.kept_standing(session, everybody, book(), today())
    programme, _, verdict = listing.values["droit"].rpartition(".")
    if programme:
        holding = set(standing.holding(programme, VERDICTS[verdict]).tolist())
        ids = [each for each in ids if each in holding]
    if closing:
        ending = set(standing.closing(int(closing), programme or None).tolist())
        ids = [each for each in ids if each in ending]
    if by_end:
        ends = dict(zip(standing.ids.tolist(), standing.soonest().tolist(), strict=True))
        ids.sort(key=lambda each: ends[each], reverse=listing.descending)
    return standing, ids


def _csv(session: Session, listing: Listing, ids: Sequence[int], standing: Standing | None) -> Response:
    """Every line of the list; that it was taken away is put on the trail."""
    on = today()
    assert standing is not None
    programmes = list(standing.columns)
    header = (
        "Identifiants", "Nom", "Prénom", "Âge", "Téléphone", "Courriel", "Diplôme", "Domicile", "Situation",
        *(f"{book()[name].file.label}{part}" for name in programmes for part in ("", ", jusqu'au")),
        "Propositions en cours", "Dernier contact",
    )  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for line in (each for some in chunks(ids) for each in person_list.lines(session, some, on)):
        rights = {now.programme: now for now in standing.of(line.id)}
        cells: list[Any] = []
        for name in programmes:
            now = rights.get(name)
            cells += [words.verdict(now), now.last if now else None]
        situation = words.SITUATIONS[line.situation] if line.situation else None
        who = (" ".join(line.identifiers), line.family_name, line.given_names, line.age)
        reached = (phone(line.phone), line.email)
        known = (words.level(line.level), words.where(line.home)[0], situation)
        rows.append((*who, *reached, *known, *cells, line.live, line.last_contact_on))
    with transaction() as writing:
        note(
            writing,
            "people.export",
            "caseload",
            rows=len(rows),
            filters=sorted(key for key, value in listing.values.items() if value),
        )
    return csv_response(f"candidats-{on:%Y-%m-%d}.csv", header, rows)
