"""Messages to the accounts of the house: files that change hands or were opened, the morning's work, a report."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from matching import club_digest as club, deadlines, pressing as rules, report_model
from matching.agenda import ToExamine
from matching.next_steps import Step
from matching.pressing import PREFERENCE as PREFERENCE
from matching.report_model import Month
from matching.store import scope
from matching.store.accounts import User
from matching.store.follow_up import BreakGlass, HandOver
from matching.store.people import Agency, Person
from matching.store.upkeep import PublishedReport
from matching.vocabulary import HandOverState, Role

from ..wording import home, letters as words, moment, weekday
from ..wording.programmes import programme
from ..wording.report_sentences import of_month
from .about import About, initials
from .letter import Built, Link, Moot

if TYPE_CHECKING:
    from matching.eligibility.programme import ProgrammeBook

DAY, TRAIL, CLUB = "/", "/journal", "/club"
FILE, HAND_OVER, REPORT = "/candidats/{ref}", "/passations/{ref}", "/bilans/{month}"
#: Lines of the morning's message.
LINES = 6


def hand_over_asked(about: About) -> Built:
    row = about.session.get(HandOver, about.message.subject_id)
    if row is None or row.state is not HandOverState.ASKED:
        raise Moot
    about.reader()
    return Built(
        "hand_over_asked",
        {
            "agency": about.session.get_one(Agency, row.from_agency_id).name,
            "name": initials(about.session.get_one(Person, row.person_id)),
            "programme": words.for_programme(programme(row.programme) if row.programme else ""),
            "until": words.the_day(row.due_on),
        },
        Link(HAND_OVER.format(ref=row.public_id)),
    )


def hand_over_answered(about: About) -> Built:
    row = about.session.get(HandOver, about.message.subject_id)
    about.reader()
    if row is None:
        raise Moot
    name = f"hand_over_answered.{about.message.arguments.get('outcome', row.state)}"
    if name not in words.LETTERS:
        name = "hand_over_answered.refused"
    person = about.session.get_one(Person, row.person_id)
    return Built(
        name,
        {"agency": about.session.get_one(Agency, row.to_agency_id).name, "name": initials(person)},
        Link(FILE.format(ref=person.public_id)),
    )


def break_glass(about: About) -> Built:
    row = about.session.get(BreakGlass, about.message.subject_id)
    reader = about.reader()
    if row is None:
        raise Moot
    who = about.session.get_one(User, row.actor_id)
    agency = about.session.get(Agency, who.agency_id) if who.agency_id is not None else None
    person = about.session.get_one(Person, row.person_id)
    admin = reader.role is Role.ADMIN
    return Built(
        "break_glass_notice",
        {
            "who": f"{who.name} ({agency.name})" if agency else who.name,
            "name": "" if admin else f" ({initials(person)})",
            "when": words.at_moment(moment(row.opened_at)),
        },
        Link(TRAIL if admin else FILE.format(ref=person.public_id)),
    )


def digest(about: About) -> Built:
    """Raises Moot when nothing presses, or when the account does not want to be told."""
    user = about.reader()
    if not (user.preferences or {}).get(PREFERENCE, True):
        raise Moot("not-wanted")
    agency = about.session.get(Agency, user.agency_id) if user.agency_id is not None else None
    lines = pressing(about.session, scope.Actor.of(user, agency), about.book, on=about.on)
    if not lines:
        raise Moot("nothing-to-say")
    shown = lines[:LINES]
    if len(lines) > LINES:
        shown.append(words.more(len(lines) - LINES))
    return Built("digest_advisor", {"count": words.urgent(len(lines)), "lines": "\n".join(shown)}, Link(DAY))


def club_digest(about: About) -> Built:
    """Raises Moot when somebody was reached meanwhile, or when the account does not want to be told."""
    user = about.reader()
    if not (user.preferences or {}).get(PREFERENCE, True):
        raise Moot("not-wanted")
    agency = about.session.get(Agency, user.agency_id) if user.agency_id is not None else None
    silent = club.silent(about.session, scope.Actor.of(user, agency), about.on)
    if not silent:
        raise Moot("nothing-to-say")
    shown = [
        words.silent(f"{each.given_names} {each.family_name[:1]}.", each.silence.days)
        for each in silent[:LINES]
    ]
    if len(silent) > LINES:
        shown.append(words.more(len(silent) - LINES))
    # The figure of the subject: the shortest of these silences that any of their clubs calls one.
    days = min(each.silence_days for each in silent)
    facts = {"count": words.members(len(silent)), "days": str(days), "lines": "\n".join(shown)}
    return Built("digest_animator", facts, Link(CLUB))


def pressing(session: Session, actor: scope.Actor, book: ProgrammeBook, *, on: date) -> list[str]:
    """What cannot wait until tomorrow, most pressing first: names of offers, of people their initials only."""
    return [_line(row) for _, row in rules.lines(session, actor, book, on=on)]


def _line(row: rules.Line) -> str:
    match row:
        case ToExamine():
            return words.to_examine(row.title, row.count)
        case Step():
            return f"{_initials(row.name)} {home.STEPS[row.waiting][0]} : « {row.title} »"
        case deadlines.ClosingRight():
            return words.closes(_initials(row.person), weekday(row.day))
        case deadlines.MilestoneDue():
            return words.paper_due(_initials(row.person), row.organisation or "")
        case _:
            return words.alert(_initials(row.person), row.organisation or "")


def _initials(name: str) -> str:
    """Of a name as lists have it."""
    parts = name.split()
    return " ".join(f"{part[:1]}." for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts))


def report_online(about: About) -> Built:
    about.reader()
    row = about.session.get(PublishedReport, about.message.subject_id)
    if row is None:
        raise Moot
    month = Month.read(row.month)
    sentences = [highlight.text for highlight in report_model.read(row.content).highlights]
    return Built(
        "report_online",
        {"of_month": of_month(month), "sentences": "\n".join(sentences)},
        Link(REPORT.format(month=row.month)),
    )
