"""Clubs, groups and members for tests: the test names only what matters."""

from datetime import UTC, date, datetime

from matching import club as machine
from matching.store.club import Club, ClubAnimator, Cohort
from matching.store.people import Agency
from matching.vocabulary import AgencyKind, Party, Role
from tests import build

DAY = date(2013, 9, 2)
AT = datetime(2013, 9, 2, 9, tzinfo=UTC)
A = machine.MembershipAction


def agency(session, name="Club Nord"):
    made = Agency(name=name, kind=AgencyKind.POLE_EMPLOI)
    session.add(made)
    session.flush()
    return made


def club(session, *, agency_id=None, animator=None, **changes):
    """A club with its animator; its terms ask nothing but the consent unless they are given."""
    values = {
        "name": "Club des jeunes", "zone_asked": False, "age_under": None, "bac_plus_most": None,
        "project_asked": False, "full_time_asked": False, **changes,
    }  # fmt: skip
    made = Club(agency_id=agency_id or agency(session).id, **values)
    session.add(made)
    session.flush()
    if animator is not None:
        session.add(ClubAnimator(club_id=made.id, user_id=animator.id))
        session.flush()
    return made


def animator(session, *, agency_id, **changes):
    return build.user(
        session, **{"email": "rachida@exemple.fr", "role": Role.ANIMATOR, "agency_id": agency_id, **changes}
    )


def cohort(session, club, *, name="Groupe de septembre", seats=12, **changes):
    made = Cohort(club_id=club.id, name=name, seats=seats, **{"starts_on": DAY, **changes})
    session.add(made)
    session.flush()
    return made


def enter(session, club, action="register", *, on=DAY, at=AT, person=None, actor_id=None, **details):
    """Somebody who comes in by that step."""
    person = person or build.person(session, agency_id=club.agency_id)
    return machine.enter(
        session, club, person, A(action), actor_id=actor_id, party=Party.ANIMATOR, on=on, at=at,
        details=machine.Details(**{"entry": {}, "consent": True, **details}),
    )  # fmt: skip


def take(
    session, row, action, on=DAY, *, party=Party.ANIMATOR, at=AT, actor_id=None, version=None, **details
):
    return machine.change(
        session, row, A(action), actor_id=actor_id, party=party, on=on, at=at, version=version,
        details=machine.Details(**details),
    )  # fmt: skip


def member(session, club=None, *, group=None, on=DAY, **more):
    """Somebody whose weeks begin on that day."""
    club = club or globals()["club"](session)
    group = group or cohort(session, club, name=f"Groupe {on} {len(str(more))}", starts_on=on)
    row = enter(session, club, on=on, cohort_id=group.id, **more)
    take(session, row, "start", on)
    return row
