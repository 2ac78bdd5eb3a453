"""Messages of the club to young people: the invitation, and its one reminder."""

from __future__ import annotations

from matching.store.club import Club, ClubMembership, Cohort
from matching.vocabulary import LinkKind, MembershipState

from ..wording import day, letters as words
from ..wording.club_entry import starting
from .about import About, first_name
from .letter import Built, Link, Moot

ANSWER = "/reponse/club/"


def _built(about: About, name: str) -> Built:
    row = about.session.get(ClubMembership, about.message.subject_id, populate_existing=True)
    if row is None or row.state is not MembershipState.INVITED or row.consent_on is not None:
        raise Moot
    person = about.person(row.person_id)
    club = about.session.get_one(Club, row.club_id)
    cohort = about.session.get(Cohort, row.cohort_id) if row.cohort_id is not None else None
    return Built(
        name,
        {
            "name": first_name(person),
            "club": club.name,
            "weeks": club.weeks,
            "starts": starting(cohort, about.on),
            "asked": day(row.invited_on),
            "call": words.call_back(about.phone),
        },
        Link(ANSWER, LinkKind.CLUB, {"membership_id": row.id, "person_id": person.id}),
    )


def invited(about: About) -> Built:
    return _built(about, "club_invited")


def reminded(about: About) -> Built:
    return _built(about, "club_reminded")
