"""One person on the way in: an answer noted, a registration or a place on the waiting list, another group."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from sqlalchemy.orm import Session

from matching import clock, club_entry, club_entry_queries as queries, club_invitations
from matching.club_terms import seen_in
from matching.errors import Conflict, Duplicate, InvalidInput, NotFound
from matching.store import scope
from matching.store.club import Club, ClubMembership, Cohort
from matching.store.people import Person
from matching.vocabulary import MembershipState as State

from ..db import note_read, reading, today, transaction
from ..forms import club_entry as forms
from ..notices import done
from ..security import actor, requires
from ..wording import club_entry as words, overtaken, sentence_for
from .club_candidates import group, pages
from .club_entry import Page, chosen, render, shown


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
        owner, club, _ = queries.who(session, row)
        return row, owner, club
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
                scope.one(session, scope.clubs(actor()), Club.id == club.id),
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
        return render("club_entry/register.html", **facts, conflict=overtaken(fault)), 409
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
        _, _, cohort = queries.who(session, row)
        back = cohort.public_id if cohort is not None else None
        who: dict[str, Any] = {
            "actor_id": actor().id,
            "party": actor().party,
            "on": today(),
            "at": clock.now(),
        }
        conflict: str | None = None
        try:
            with session.begin_nested():
                if yes:
                    club_invitations.agree(session, row, channel=channel, **who)
                else:
                    club_invitations.decline(session, row, reason=channel, version=form.version.data, **who)
        except Conflict as fault:
            conflict = sentence_for(fault)
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
        _, _, now = queries.who(session, row)
    try:
        with transaction() as session:
            row = scope.one(
                session, scope.memberships(actor()).with_for_update(), ClubMembership.public_id == ref
            )
            _, club, _ = queries.who(session, row)
            target = group(session, club, form.cohort.data)
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


__all__ = ["pages"]
