"""One candidate: rights rule by rule, what to ask, home, proposals, contracts, history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import current_app, render_template, request, url_for
from sqlalchemy.orm import Session

from matching import (
    club_sheet,
    graduates,
    own_file,
    person_edits,
    person_facts,
    person_history,
    person_rights,
    person_sheet,
)
from matching.dossiers import age
from matching.errors import NotFound
from matching.store import scope
from matching.store.people import Person

from .. import handed, opened_file
from ..charts import Figure, Span, Track, timeline
from ..db import book, note_read, reading, today
from ..forms import people as forms
from ..security import actor, requires
from ..wording import (
    club as club_words,
    people as words,
    people_history as past,
    personal as own_words,
    phone,
    requests as request_words,
)
from ..wording.explained import RightsView, view
from ..wording.placements import STATES as PLACEMENT_STATES
from ..wording.rights import QUESTIONS
from .people import pages

#: Lines of history a page.
HISTORY = 20
#: Years drawn before and after the day, in days.
BEFORE, AFTER = 365, 1_095


@dataclass
class Typed:
    """What a form on the page holds after a refusal: kept as it was typed."""

    answers: dict[str, Any] = field(default_factory=dict)
    home: forms.HomeForm | None = None
    contact: forms.ContactForm | None = None
    conflict: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[Any]:
        forms_ = [*self.answers.values(), self.home, self.contact]
        return [each for each in forms_ if each is not None and each.errors]


@pages.get("/candidats/<uuid:ref>")
@requires("people.read")
def show(ref: UUID) -> str:
    try:
        return page(ref, Typed())
    except NotFound:  # outside the caseload: to read, if it was opened with a reason
        return opened_file.page(ref)


def person_of(session: Session, ref: UUID) -> Person:
    return scope.one(session, scope.people(actor()), Person.public_id == ref)


def page(ref: UUID, typed: Typed) -> str:
    """The page, with what was typed where something was refused; its reading goes on the trail."""
    me, on = actor(), today()
    with reading() as session:
        person = person_of(session, ref)
        sheet = person_sheet.sheet(session, me, person, on)
        held = handed.of(session, person)
        in_club = club_sheet.last_of(session, me, person.id)
        may_recognise = person_sheet.may_read_recognition(me, person)
        shows = may_recognise and request.args.get("rqth") == "oui"
        told = person_rights.told(session, person.id, book(), on)
        known = person_facts.dated(session, [person.id], on).get(person.id, {})
        history = person_history.entries(session, person)
        readers = person_history.readers(session, ref)
        recognition = person_sheet.recognition(session, person) if shows else None
        heard = own_file.heard(session, person)
        graduate = graduates.is_one(session, person, on)
    note_read("person.read", "person", ref)
    if shows:
        note_read("recognition.read", "person", ref)
    views = [
        view(
            each.said,
            each.programme,
            today=on,
            questions=each.questions,
            told=known,
            civility=person.civility,
            recognition=shows,
            possible=each.possible,
        )
        for each in told
    ]
    asked = _asked(views, typed, may_recognise)
    at = _whole(request.args.get("histoire", ""), len(history))
    return render_template(
        "people/show.html",
        person=person,
        sheet=sheet,
        age=age(person.birth_date, on) if person.birth_date else None,
        views=views,
        chart_figure=_chart(views, on) if any(each.periods for each in views) else None,
        asked=asked,
        others=_others(asked, typed),
        home=typed.home or _home_form(sheet),
        zones=sheet.zones,
        contact=typed.contact or forms.ContactForm(formdata=None, data={"day": on, "channel": "phone"}),
        typed=typed,
        may_recognise=may_recognise,
        recognition=recognition,
        history=history[(at - 1) * HISTORY : at * HISTORY],
        history_total=len(history),
        history_page=at,
        history_last=max((len(history) + HISTORY - 1) // HISTORY, 1),
        readers=readers,
        handed=held,
        in_club=in_club,
        club_words=club_words,
        heard=heard,
        graduate=graduate,
        own_words=own_words,
        request_words=request_words,
        on=on,
        words=words,
        past=past,
        phone=phone,
        placement_states=PLACEMENT_STATES,
        rules_url=url_for("rules.index") if "rules.index" in current_app.view_functions else None,
    )


def _whole(text: str, total: int) -> int:
    last = max((total + HISTORY - 1) // HISTORY, 1)
    return min(max(int(text), 1), last) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def _chart(views: list[RightsView], on: date) -> Figure:
    """Windows of each programme around the day: those that are open but not sure are hatched."""
    start, end = on - timedelta(BEFORE), on + timedelta(AFTER)
    tracks = [
        Track(each.label, [Span(period.first, period.last, period.sign == "yes") for period in each.periods])
        for each in views
        if each.periods
    ]
    return timeline("droits", "Quand chaque droit est ouvert", tracks, start=start, end=end, on=on)


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to ask for: for which programmes, and the form that records its answer (None: the home's own form)."""

    fact: str
    words: str
    first: bool
    programmes: tuple[str, ...]
    form: Any


def _asked(views: list[RightsView], typed: Typed, may_recognise: bool) -> list[Question]:
    """Missing facts of the programmes that may still open, those that settle most first."""
    found: dict[str, Question] = {}
    for each in views:
        for asked in each.asked:
            if asked.fact == "rqth" and not may_recognise:
                continue
            before = found.get(asked.fact)
            found[asked.fact] = Question(
                asked.fact,
                asked.question,
                asked.first or (before is not None and before.first),
                ((*before.programmes, each.label) if before else (each.label,)),
                before.form if before else _form(asked.fact, typed),
            )
    if "diploma_level" in found:
        found.pop("bac_plus", None)  # the same form answers both
    return sorted(found.values(), key=lambda question: (not question.first, -len(question.programmes)))


def _others(asked: list[Question], typed: Typed) -> list[Question]:
    """What may change though nobody asks: the situation, a registration; and whatever was just refused."""
    known = {question.fact for question in asked}
    return [
        Question(fact, words.CHANGES.get(fact) or QUESTIONS[fact], False, (), _form(fact, typed))
        for fact in dict.fromkeys((*words.CHANGES, *typed.answers))
        if fact not in known
    ]


def _form(fact: str, typed: Typed) -> Any:
    """What was typed, else an empty form; None for the home, which has its own."""
    return typed.answers.get(fact) or forms.answer_form(fact, person_edits.facts_of(book()))


def _home_form(sheet: person_sheet.Sheet) -> forms.HomeForm:
    """The form with the zone that the tables propose, and the day since which the home was declared."""
    guess = sheet.declared.guess
    zone = "" if guess is None else guess.zone.local_id if guess.zone is not None else forms.OUTSIDE
    form = forms.HomeForm(formdata=None, data={"zone": zone, "since": sheet.declared.since}, prefix="home")
    form.offer(sheet.zones)
    return form
