"""Who could enter the club: the list, suggested groups, invitations; an answer noted, a registration."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import clock, club_entry, club_entry_queries as queries, club_groups, names
from matching.club_prospects import Prospect
from matching.club_terms import seen_in
from matching.errors import Conflict, Duplicate, InvalidInput, NotFound
from matching.store import scope
from matching.store.club import Club, ClubMembership, Cohort
from matching.store.people import Person
from matching.vocabulary import MembershipState as State, Verdict

from ..db import note, note_read, reading, today, transaction
from ..forms import club_entry as forms
from ..lists import Column, Filter, Listing
from ..notices import done
from ..occupations import coder
from ..security import actor, requires
from ..tables import csv_response
from ..wording import club_entry as words, sentence_for
from .club_entry import Page, _invited, chosen, found, pages, render, shown

COLUMNS = (
    Column("choix", "Choisir", hidden=True),
    Column("nom", "Nom", (None,)),
    Column("age", "Âge", (None,), number=True),
    Column("niveau", "Niveau"),
    Column("projet", "Métier visé"),
    Column("recherche", "Recherche", (None,), number=True),
    Column("attente", "Sans proposition", (None,), number=True),
    Column("conditions", "Conditions d’entrée"),
)
#: key of a column -> what its people are sorted by; « recherche » is the order that they come in.
ORDERS: dict[str, Any] = {
    "nom": lambda each: (each.family_name.casefold(), each.given_names.casefold(), each.order),
    "age": lambda each: (each.age is None, each.age or 0, each.order),
    "attente": lambda each: (each.weeks_without, each.order),
}


@pages.get("/club/candidats")
@requires("club.read")
def candidates() -> Page:
    """Everybody whom the terms let in, or may let in once asked."""
    with reading() as session:
        runs = queries.clubs(session, actor())
        run = chosen(runs, request.args.get("club", ""))
        if run is None:
            return render("club_entry/no_club.html", runs=runs)
        everybody = found(session, run.club)
        open_groups = queries.enterable(session, actor(), run.club, today())
    listing = _listing()
    rows = [each for each in everybody if _kept(each, listing.values)]
    if listing.sort in ORDERS:
        rows.sort(key=ORDERS[listing.sort], reverse=listing.descending)
    elif not listing.descending:  # shortest search first; as they come: longest
        rows.reverse()
    if listing.wants_csv:
        with transaction() as session:
            note(session, "club.prospects", "people", None, rows=len(rows))
        return _csv(rows)
    return render(
        "club_entry/candidates.html",
        runs=runs,
        run=run,
        listing=listing,
        lines=listing.cut(rows),
        total=len(everybody),
        chosen=len(rows),
        form=forms.InviteForm(formdata=None).among(open_groups),
        link=listing.link,
    )


def _listing() -> Listing:
    filters = (
        Filter("q", "Nom"),
        Filter("conditions", "Conditions", (("remplies", "Toutes remplies"), ("demander", "Quelque chose à demander")),
               every="Toutes"),
        Filter("metier", "Métiers", words.FIELD_CHOICES, every="Tous les métiers"),
        Filter("niveau", "Niveau", words.BANDS, every="Tous les niveaux"),
        Filter("avant", "Déjà invité", (("non", "Jamais invité"), ("oui", "Déjà invité ou venu")), every="Oui ou non"),
    )  # fmt: skip
    return Listing.read(COLUMNS, filters, sort="recherche", descending=True, keep=("club",))


def _kept(prospect: Prospect, values: dict[str, str]) -> bool:
    terms, field, level, before = (values[key] for key in ("conditions", "metier", "niveau", "avant"))
    if not all(word in names.fold(prospect.name) for word in names.fold(values["q"]).split()):
        return False
    if terms and (prospect.terms.verdict is Verdict.YES) != (terms == "remplies"):
        return False
    if field and (prospect.rome or "")[:1] != field:
        return False
    if level and words.band(prospect.level) != level:
        return False
    return not before or (prospect.before is not None) == (before == "oui")


def _csv(rows: list[Prospect]) -> Response:
    header = (
        "Nom",
        "Prénom",
        "Âge",
        "Niveau",
        "Métier visé",
        "Mois de recherche",
        "Semaines sans proposition",
        "À demander",
    )
    return csv_response(
        f"candidats-club-{today()}.csv",
        header,
        [
            (
                each.family_name, each.given_names, each.age, words.level(each.level, each.bac_plus), each.sought,
                int(each.search_days / 30.44), each.weeks_without, ", ".join(words.TERMS[term] for term in each.to_ask),
            )
            for each in rows
        ],
    )  # fmt: skip


@pages.get("/club/candidats/groupes")
@requires("club.read")
def suggestions() -> Page:
    """Groups of similar prospects, of about the club's seats; the animator takes one, or not."""
    with reading() as session:
        runs = queries.clubs(session, actor())
        run = chosen(runs, request.args.get("club", ""))
        if run is None:
            return render("club_entry/no_club.html", runs=runs)
        listing = _listing()
        rows = [each for each in found(session, run.club) if _kept(each, listing.values)]
        groups = club_groups.suggest(rows, run.club.seats, coder(session).referential)
    listing.size = 10
    return render(
        "club_entry/suggestions.html",
        runs=runs,
        run=run,
        listing=listing,
        groups=listing.cut(groups),
        total=len(rows),
        first=(listing.page - 1) * listing.size,
        back=listing.link(page="").replace("/candidats/groupes", "/candidats"),
    )


@pages.post("/club/candidats/invitation")
@requires("club.edit")
def invite() -> Page:
    """Those ticked, each with an answer of their own."""
    form = forms.InviteForm()
    wanted = forms.refs(form.people.data)
    if not wanted:
        return redirect(done(url_for(".candidates", club=form.club.data), "club-personne"), 303)
    with transaction() as session:
        run = chosen(queries.clubs(session, actor()), form.club.data or "")
        if run is None:
            raise NotFound("not-found")
        cohort = _group(session, run.club, form.cohort.data)
        lines = club_entry.invite(session, actor(), run.club, wanted, cohort, on=today(), at=clock.now())
        ref = cohort.public_id if cohort is not None else None
    return _invited(lines, ref, "club-invites")


def _group(session: Session, club: Club, ref: str | None) -> Cohort | None:
    known = forms.refs([ref or ""])
    if not known:
        return None
    return scope.one(session, scope.cohorts(actor()), Cohort.public_id == known[0], Cohort.club_id == club.id)


# --- one person


@pages.route("/club/candidats/<uuid:ref>/inscription", methods=["GET", "POST"])
@requires("club.edit")
def enter(ref: UUID) -> Page:
    """Somebody who comes by themselves."""
    return _registering(ref, None)


@pages.route("/club/<uuid:ref>/inscription", methods=["GET", "POST"])
@requires("club.edit")
def register(ref: UUID) -> Page:
    """Somebody who was invited, or waits."""
    return _registering(None, ref)


def _who(
    session: Session, person: UUID | None, membership: UUID | None
) -> tuple[ClubMembership | Person, Person, Club | None]:
    if membership is not None:
        row = scope.one(session, scope.memberships(actor()), ClubMembership.public_id == membership)
        return row, session.get_one(Person, row.person_id), session.get_one(Club, row.club_id)
    found_person = scope.one(session, scope.prospects(actor()), Person.public_id == person)
    return found_person, found_person, None


def _registering(person_ref: UUID | None, membership_ref: UUID | None) -> Page:
    form = forms.RegisterForm()
    posted = request.method == "POST"
    with reading() as session:
        runs = queries.clubs(session, actor())
        who, person, club = _who(session, person_ref, membership_ref)
        if club is None:
            run = chosen(runs, request.args.get("club", ""))
            if run is None:
                return render("club_entry/no_club.html", runs=runs)
            club = run.club
        row = who if isinstance(who, ClubMembership) else None
        open_groups = queries.enterable(session, actor(), club, today())
        form.among(open_groups)
        if not posted and row is not None and row.cohort_id is not None:
            form.cohort.data = next(
                (str(each.cohort.public_id) for each in open_groups if each.cohort.id == row.cohort_id), None
            )
        standing = next(
            (each for each in open_groups if str(each.cohort.public_id) == form.cohort.data),
            open_groups[0] if open_groups and not posted else None,
        )
        terms = club_entry.judged(
            session, club, person.id, today(), standing.cohort if standing is not None else None
        )
        ways = _ways(row)
    facts: dict[str, Any] = {
        "form": form, "club": club, "person": person, "row": row, "terms": terms, "standing": standing,
        "open_groups": open_groups, "seen": seen_in(row.entry) if row is not None else {}, "ways": ways,
    }  # fmt: skip
    if not posted:
        note_read("person.read", "person", person.public_id)
        form.version.data = row.version if row is not None else 0
        form.consent.data = row is not None and row.consent_on is not None
        for term, seen in facts["seen"].items():
            form[str(term)].data = seen
        return render("club_entry/register.html", **facts)
    if standing is None:
        form.cohort.errors = ["Choisissez un groupe."]
        return render("club_entry/register.html", **facts), 422
    act = club_entry.wait if form.act.data == forms.WAIT else club_entry.register
    try:
        with transaction() as session:
            who, person, _ = _who(session, person_ref, membership_ref)
            cohort = scope.one(session, scope.cohorts(actor()), Cohort.id == standing.cohort.id)
            made = act(
                session,
                actor(),
                session.get_one(Club, club.id),
                who,
                cohort,
                form.said(),
                on=today(),
                at=clock.now(),
                version=form.version.data if row is not None else None,
            )
            state = made.state
    except InvalidInput as fault:
        _on_term(form, fault)
        return render("club_entry/register.html", **facts, full=fault.code in FULL), 422
    except Conflict as fault:
        if isinstance(fault, Duplicate):
            form.cohort.errors = [sentence_for(fault)]
            return render("club_entry/register.html", **facts), 409
        with reading() as session:
            who, _, _ = _who(session, person_ref, membership_ref)
        if isinstance(who, ClubMembership):
            form.version.data, form.version.raw_data = who.version, None
            facts |= {"row": who, "ways": _ways(who)}
        return render("club_entry/register.html", **facts, conflict=sentence_for(fault)), 409
    notice = {State.WAITING_LIST: "club-attente", State.ACTIVE: "club-commence"}.get(state, "club-inscrit")
    return redirect(done(url_for(".show", ref=standing.cohort.public_id), notice), 303)


#: Refusals after which a place on the waiting list is the way.
FULL = ("cohort-full", "cohort-others-wait")
ON_TERM = {
    "zone": "zone",
    "age": "age",
    "level": "level",
    "project": "project",
    "availability": "availability",
}


def _ways(row: ClubMembership | None) -> tuple[bool, bool]:
    """Whether one may register, whether one may wait: from where the membership stands."""
    state = row.state if row is not None else None
    return state in (None, State.INVITED, State.WAITING_LIST), state in (None, State.INVITED)


def _on_term(form: forms.RegisterForm, fault: InvalidInput) -> None:
    """Beside the field of the term, the consent, or the group."""
    term = str(fault.facts.get("term", ""))
    field = ON_TERM.get(term, "consent" if fault.code == "club-consent-needed" else "cohort")
    form[field].errors = [sentence_for(fault)]


@pages.post("/club/<uuid:ref>/reponse")
@requires("club.edit")
def note_answer(ref: UUID) -> Page:
    """What was answered on the phone or in person."""
    form = forms.AnswerNotedForm()
    yes = form.answer.data == "oui"
    channel = form.channel.data if form.channel.data in words.CHANNELS else "phone"
    with transaction() as session:
        row = scope.one(
            session, scope.memberships(actor()).with_for_update(), ClubMembership.public_id == ref
        )
        cohort = session.get(Cohort, row.cohort_id) if row.cohort_id is not None else None
        back = cohort.public_id if cohort is not None else None
        who = {"actor_id": actor().id, "party": actor().party, "on": today(), "at": clock.now()}
        try:
            with session.begin_nested():
                if yes:
                    club_entry.agree(session, row, channel=channel, **who)
                else:
                    club_entry.decline(session, row, reason=channel, version=form.version.data, **who)
        except Conflict as fault:
            conflict = sentence_for(fault)
        else:
            conflict = None
    if conflict is not None and back is not None:
        return shown(back, conflict=conflict, status=409)
    url = url_for(".show", ref=back) if back is not None else url_for(".candidates")
    return redirect(done(url, "club-accord" if yes else "club-refus"), 303)


@pages.post("/club/<uuid:ref>/groupe")
@requires("club.edit")
def move(ref: UUID) -> Page:
    """Into another group, before the weeks begin."""
    form = forms.MoveForm()
    with reading() as session:
        row = scope.one(session, scope.memberships(actor()), ClubMembership.public_id == ref)
        now = session.get(Cohort, row.cohort_id) if row.cohort_id is not None else None
    try:
        with transaction() as session:
            row = scope.one(
                session, scope.memberships(actor()).with_for_update(), ClubMembership.public_id == ref
            )
            club = session.get_one(Club, row.club_id)
            target = _group(session, club, form.cohort.data)
            if target is None:
                raise NotFound("not-found")
            club_entry.move(
                session, actor(), row, target, version=form.version.data or 0, on=today(), at=clock.now()
            )
            made = target.public_id
    except (Conflict, InvalidInput) as fault:
        if now is None:
            raise
        status = 409 if isinstance(fault, Conflict) else 422
        return shown(now.public_id, conflict=sentence_for(fault), status=status)
    return redirect(done(url_for(".show", ref=made), "club-deplace"), 303)
