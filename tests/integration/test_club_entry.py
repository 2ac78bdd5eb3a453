"""Into the club: set up, grouped, invited, agreed, registered in turn; the last seat is one person's (workflow.md iv)."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from matching import (
    audit,
    club_entry,
    club_entry_queries as queries,
    club_invitations,
    club_rules,
    club_setup,
    cohorts,
    daily,
    links,
)
from matching.club_entry import Registration
from matching.club_setup import Settings
from matching.club_terms import Term, kept_in
from matching.cohorts import Plan
from matching.errors import Conflict, Duplicate, IllegalTransition, InvalidInput, NotAllowed, StaleVersion
from matching.store import scope
from matching.store.club import Club, ClubMembership, ClubWeek, Cohort, MembershipEvent
from matching.store.messages import OutgoingMessage
from matching.store.people import Agency, Person
from matching.vocabulary import LIVE_MEMBERSHIPS, AgencyKind, LinkKind, MembershipState as State, Party, Role
from tests import build
from tests.integration.mailing import own_base
from tests.web.doors import an_agency

DAY, FIRST = date(2013, 11, 4), date(2013, 11, 12)
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)
HEARD = Registration(seen={Term.AVAILABILITY: "libre, dit au téléphone"}, consent=True)


class Scene:
    """A club of an agency, its animator and its supervisor, a group that begins on the 12th."""

    def __init__(self, session, seats=12, **settings):
        self.session = session
        self.house = an_agency(session)
        self.zone = build.zone(session, local_id="zus-club")
        self.rachida = self.actor(Role.ANIMATOR, name="Rachida Amrani")
        self.claire = self.actor(Role.ADVISOR, permissions=[scope.SUPERVISE])
        self.club = club_setup.create(
            session, self.claire, Settings(name="Club du Nord", **settings), [self.rachida.id], at=AT
        )
        self.cohort = self.group("Groupe de novembre", seats=seats)

    def actor(self, role, house=None, **changes):
        house = house or self.house
        return scope.Actor.of(build.user(self.session, role=role, agency_id=house.id, **changes), house)

    def group(self, name, starts_on=FIRST, seats=12):
        plan = Plan(name, starts_on, seats, self.rachida.id)
        return cohorts.create(self.session, self.rachida, self.club, plan, on=min(starts_on, DAY), at=AT)

    def person(self, **changes):
        facts = {"email": "jeune@exemple.fr", "birth_date": date(1990, 5, 1), **changes}
        made = build.person(self.session, agency_id=self.house.id, **facts)
        build.home(self.session, made, self.zone)
        return made

    def invite(self, *people, on=DAY, cohort=None):
        return club_invitations.invite(
            self.session, self.rachida, self.club, [each.public_id for each in people], cohort or self.cohort, on=on, at=AT
        )  # fmt: skip

    def membership(self, person):
        query = sa.select(ClubMembership).where(ClubMembership.person_id == person.id)
        return self.session.scalars(query.order_by(ClubMembership.id.desc())).first()

    def register(self, who, said=HEARD, cohort=None, on=DAY, **more):
        return club_entry.register(
            self.session, self.rachida, self.club, who, cohort or self.cohort, said, on=on, at=AT, **more
        )

    def wait(self, who, said=HEARD, at=AT):
        return club_entry.wait(self.session, self.rachida, self.club, who, self.cohort, said, on=DAY, at=at)

    def clock(self, rule, on):
        return rule(self.session, daily.Day(on, AT, None))


@pytest.fixture
def scene(session):
    return Scene(session)


def refused(code, call, *args, **more):
    with pytest.raises((InvalidInput, Duplicate)) as refusal:
        call(*args, **more)
    assert refusal.value.code == code
    return refusal.value


# --- setting up


def test_a_supervisor_sets_up_a_club_and_only_what_changed_is_on_the_trail(session, scene):
    club = scene.club
    assert [each.name for each in club_setup.animators(session, club)] == ["Rachida Amrani"]
    new = Settings(name="Club du Nord", age_under=None, bac_plus_most=0, seats=10)
    changed = club_setup.edit(session, scene.claire, club, new, [], version=club.version, at=AT)
    assert changed == ("age_under", "bac_plus_most", "seats", "animators")
    session.refresh(club)
    assert club_setup.settings_of(club) == new and club_setup.animators(session, club) == []
    assert session.scalar(scope.clubs(scene.rachida)) is None, "it is no longer hers"
    last = session.scalars(sa.select(audit.AuditEvent).order_by(audit.AuditEvent.id.desc())).first()
    assert (last.action, last.details) == ("club.edited", {"fields": list(changed)})
    unset = club_setup.create(session, scene.claire, Settings(name="Libre", age_under=None), [], at=AT)
    session.refresh(unset)
    assert unset.age_under is None, "not asked stays not asked"


def test_settings_that_make_no_sense_are_refused(session, scene):
    def create(**changes):
        club_setup.create(session, scene.claire, Settings(**{"name": "Autre", **changes}), [], at=AT)

    refused("club-limit", create, seats=1)
    refused("club-limit", create, age_under=12)
    refused("club-drop-before-risk", create, risk_weeks=4, drop_weeks=4)
    refused("club-name-needed", create, name="  ")
    refused("club-name-taken", create, name="Club  du Nord")
    other = build._add(session, Agency(name="Rouen", kind=AgencyKind.POLE_EMPLOI))
    stranger = scene.actor(Role.ANIMATOR, other)
    with pytest.raises(InvalidInput, match="club-animator-unknown"):
        club_setup.create(session, scene.claire, Settings(name="Autre"), [stranger.id], at=AT)
    with pytest.raises(NotAllowed):
        club_setup.create(session, scene.rachida, Settings(name="Autre"), [], at=AT)
    with pytest.raises(StaleVersion):
        club_setup.edit(session, scene.claire, scene.club, Settings(name="X"), [], version=0, at=AT)


def test_a_group_begins_on_a_working_day_to_come_and_keeps_the_seats_that_are_held(session, scene):
    def plan(**changes):
        facts = {"name": "Autre", "starts_on": FIRST, "seats": 12, **changes}
        return Plan(**facts)

    def create(**changes):
        cohorts.create(session, scene.rachida, scene.club, plan(**changes), on=DAY, at=AT)

    refused("cohort-day-off", create, starts_on=date(2013, 11, 11))
    refused("cohort-starts-past", create, starts_on=date(2013, 10, 31))
    refused("cohort-seats", create, seats=0)
    refused("cohort-name-needed", create, name=" ")
    refused("cohort-name-taken", create, name="Groupe de novembre")
    refused("club-animator-unknown", create, animator_id=scene.claire.id)
    with pytest.raises(NotAllowed):
        cohorts.create(session, scene.claire, scene.club, plan(), on=DAY, at=AT)

    def edit(**changes):
        return cohorts.edit(
            session, scene.rachida, scene.cohort, plan(**{"name": "Groupe de novembre", **changes}),
            version=scene.cohort.version, on=DAY, at=AT,
        )  # fmt: skip

    first = scene.register(scene.person())
    scene.register(scene.person())
    refused("cohort-seats-taken", edit, seats=1)
    assert edit(starts_on=date(2013, 11, 18), seats=2) == ("starts_on", "seats", "animator_id")
    assert edit(starts_on=DAY, seats=2) == ("starts_on",)
    scene.clock(club_rules.begin, DAY)
    assert first.state is State.ACTIVE and first.joined_on == DAY
    refused("cohort-started", edit, starts_on=date(2013, 11, 18))


# --- invited, agreed, registered


def test_several_are_invited_each_with_an_answer_and_one_message(session, scene):
    good, silent = scene.person(), scene.person(email=None, phone=None)
    old, known = scene.person(birth_date=date(1980, 1, 1)), scene.person()
    scene.invite(known)
    lines = scene.invite(good, silent, old, known)
    assert [(each.person.id, each.fault and each.fault.code, each.written) for each in lines] == [
        (good.id, None, True), (silent.id, None, False), (old.id, "club-age-over", False), (known.id, "membership-exists", False),
    ]  # fmt: skip
    assert scene.membership(good).state is State.INVITED and scene.membership(old) is None
    messages = session.scalars(sa.select(OutgoingMessage).where(OutgoingMessage.kind == "club_invited")).all()
    assert [each.person_id for each in messages] == [known.id, good.id]
    with pytest.raises(NotAllowed):
        club_invitations.invite(session, scene.claire, scene.club, [good.public_id], None, on=DAY, at=AT)
    other = build._add(session, Agency(name="Rouen", kind=AgencyKind.POLE_EMPLOI))
    assert scene.invite(build.person(session, agency_id=other.id)) == [], "nobody of another agency"


def test_a_yes_by_the_link_is_a_consent_twice_is_once_and_the_animator_registers(session, scene):
    person = scene.person()
    scene.invite(person)
    row = scene.membership(person)
    link, token = links.issue(session, LinkKind.CLUB, at=AT, membership_id=row.id, person_id=person.id)
    assert links.find(session, token, LinkKind.CLUB, at=AT).membership_id == row.id
    assert club_invitations.answer(session, link, True, on=DAY, at=AT)
    assert not club_invitations.answer(session, link, True, on=DAY, at=AT)
    with pytest.raises(IllegalTransition):
        club_invitations.answer(session, link, False, on=DAY, at=AT)
    assert (row.state, row.consent_on) == (State.INVITED, DAY)
    assert [(each.action, each.party) for each in club_invitations.log(session, [row.id])[row.id]] == [
        ("invite", "animator"), ("agreed", "young_person"),
    ]  # fmt: skip
    refused("club-availability-unknown", scene.register, row, Registration())
    made = scene.register(
        row, Registration(seen={Term.AVAILABILITY: "libre"}, project="jardinière d'espaces verts")
    )
    assert (made.id, made.state, made.registered_on) == (row.id, State.REGISTERED, DAY)
    seen = {said.term: (note, by) for said, note, by in kept_in(made.entry)}
    assert seen[Term.AVAILABILITY] == ("libre", scene.rachida.id) and seen[Term.ZONE] == (None, None)
    assert session.scalar(sa.select(ClubWeek.id)) is None, "the weeks begin with the group"


def test_a_no_by_the_link_ends_it_and_what_was_noted_meanwhile_stands(session, scene):
    one, two = scene.person(), scene.person()
    scene.invite(one, two)
    for person in (one, two):
        row = scene.membership(person)
        link, _ = links.issue(session, LinkKind.CLUB, at=AT, membership_id=row.id, person_id=person.id)
        if person is two:  # answered on the phone before
            club_invitations.decline(
                session, row, actor_id=scene.rachida.id, party=Party.ANIMATOR, on=DAY, at=AT
            )
            with pytest.raises(IllegalTransition):
                club_invitations.answer(session, link, True, on=DAY, at=AT)
            assert not club_invitations.answer(session, link, False, on=DAY, at=AT), "the same answer"
        else:
            assert club_invitations.answer(session, link, False, on=DAY, at=AT)
        assert row.state is State.DECLINED
    assert scene.invite(one)[0].fault is None, "may be invited again"


@pytest.mark.parametrize(
    ("changes", "said", "code"),
    [
        ({"birth_date": None}, HEARD, "club-age-unknown"),
        ({"no_diploma_stated_on": None}, HEARD, "club-level-unknown"),
        ({"wanted_title": None}, HEARD, "club-project-unknown"),
        ({"wished_hours": "part"}, HEARD, "club-not-available"),
        ({"birth_date": date(1983, 11, 4)}, HEARD, "club-age-over"),
        ({"wished_hours": "full"}, Registration(), "club-consent-needed"),
    ],
)
def test_nobody_enters_outside_the_terms_or_without_a_word(session, scene, changes, said, code):
    person = scene.person(**changes)
    refused(code, scene.register, person, said)
    assert scene.membership(person) is None, "nothing was written"


def test_a_home_that_nobody_confirmed_needs_a_proof_and_one_outside_is_refused(session, scene):
    declared = build.person(session, agency_id=scene.house.id, declared_quarter="amiens_nord")
    outside = build.person(session, agency_id=scene.house.id)
    build.home(session, outside, None)
    refused("club-zone-outside", scene.register, outside)
    refused("club-zone-unknown", scene.register, declared)
    seen = {**HEARD.seen, Term.ZONE: "quittance d'octobre"}
    assert scene.register(declared, Registration(seen=seen, consent=True)).state is State.REGISTERED


def test_who_comes_after_the_first_day_begins_that_day(session, scene):
    scene.clock(club_rules.begin, FIRST)
    late = scene.register(scene.person(), on=date(2013, 11, 19))
    assert (late.state, late.joined_on, late.planned_end_on) == (
        State.ACTIVE,
        date(2013, 11, 19),
        date(2014, 2, 18),
    )
    assert session.scalar(sa.select(sa.func.count()).select_from(ClubWeek)) == 13


# --- seats and the waiting list


def test_the_waiting_list_keeps_its_order_and_nobody_passes(session):
    scene = Scene(session, seats=1)
    seated = scene.register(scene.person())
    first, second, other = (scene.person() for _ in range(3))
    refused("cohort-full", scene.register, first)
    one, two = scene.wait(first), scene.wait(second, at=AT + timedelta(minutes=1))
    assert [row.id for row, _ in cohorts.waiting(session, [scene.cohort.id])[scene.cohort.id]] == [
        one.id,
        two.id,
    ]
    refused("cohort-others-wait", scene.register, other)
    refused("cohort-others-wait", scene.register, two)
    refused("cohort-full", scene.register, one)
    club_invitations.decline(session, seated, actor_id=scene.rachida.id, party=Party.ANIMATOR, on=DAY, at=AT)
    sheet = queries.sheet(session, scene.rachida, scene.cohort)
    assert sheet.next.row.id == one.id and [each.row.id for each in sheet.waiting] == [one.id, two.id]
    made = scene.register(
        one, Registration()
    )  # what was heard and agreed is kept from the day they began to wait
    assert made.state is State.REGISTERED
    assert queries.sheet(session, scene.rachida, scene.cohort).next is None


def test_before_the_weeks_begin_one_may_change_groups(session):
    scene = Scene(session, seats=1)
    other = scene.group("Groupe de décembre", date(2013, 12, 2), seats=1)
    mine, theirs = scene.register(scene.person()), scene.register(scene.person(), cohort=other)

    def move(row, cohort, version=None):
        club_entry.move(session, scene.rachida, row, cohort, version=version or row.version, on=DAY, at=AT)

    refused("cohort-full", move, mine, other)
    with pytest.raises(StaleVersion):
        move(mine, other, 99)
    club_invitations.decline(session, theirs, actor_id=scene.rachida.id, party=Party.ANIMATOR, on=DAY, at=AT)
    move(mine, other)
    assert mine.cohort_id == other.id
    scene.clock(club_rules.begin, date(2013, 12, 2))
    with pytest.raises(IllegalTransition):
        move(mine, scene.cohort)


# --- the clock


def test_who_says_nothing_is_reminded_once_then_let_go_who_agreed_is_not(session, scene):
    silent, agreed, unwritten = scene.person(), scene.person(), scene.person(email=None)
    scene.invite(silent, agreed, unwritten)
    who = {"actor_id": None, "party": Party.YOUNG_PERSON, "on": DAY, "at": AT}
    club_invitations.agree(session, scene.membership(agreed), **who)
    reminders = sa.select(OutgoingMessage.person_id).where(OutgoingMessage.kind == "club_reminded")
    assert scene.clock(club_invitations.remind, date(2013, 11, 8)) == 0
    assert scene.clock(club_invitations.remind, date(2013, 11, 12)) == 1, (
        "five working days, without the 11th"
    )
    assert scene.clock(club_invitations.remind, date(2013, 11, 13)) == 0, "once"
    assert session.scalars(reminders).all() == [silent.id]
    assert scene.clock(club_invitations.unanswered, date(2013, 11, 26)) == 0
    assert scene.clock(club_invitations.unanswered, date(2013, 11, 27)) == 2, (
        "the day after fifteen working days"
    )
    assert scene.clock(club_invitations.unanswered, date(2013, 11, 28)) == 0
    states = [scene.membership(each).state for each in (silent, agreed, unwritten)]
    assert states == [State.NO_ANSWER, State.INVITED, State.NO_ANSWER]


# --- two at once


def last_seat(base, together):
    """Two registrations for the last seat, in two transactions at once: (what became of them, live ones, lines)."""
    with base.transaction() as session:
        scene = Scene(session, seats=1)
        people = [scene.person().id for _ in range(2)]
        rachida, cohort = scene.rachida, scene.cohort.id
    outcomes, ready = [], threading.Barrier(2)

    def register(person_id):
        try:
            with base.transaction() as session:
                person, group = session.get_one(Person, person_id), session.get_one(Cohort, cohort)
                club = session.get_one(Club, group.club_id)
                if together:
                    ready.wait(10)
                club_entry.register(session, rachida, club, person, group, HEARD, on=DAY, at=AT)
            outcomes.append("in")
        except (InvalidInput, Conflict) as fault:
            outcomes.append(fault.code)

    threads = [threading.Thread(target=register, args=(each,)) for each in people]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    with base.reading() as session:
        mine = ClubMembership.cohort_id == cohort
        live = session.scalar(
            sa.select(sa.func.count()).where(mine, ClubMembership.state.in_(LIVE_MEMBERSHIPS))
        )
        lines = session.scalar(
            sa.select(sa.func.count()).where(
                MembershipEvent.membership_id.in_(sa.select(ClubMembership.id).where(mine))
            )
        )
    return sorted(outcomes), live, lines


def test_two_registrations_for_the_last_seat_have_one_winner(request, tmp_path):
    """On SQLite one writes at a time; PostgreSQL: test_clock_races."""
    with own_base("sqlite", request, tmp_path) as base:
        assert last_seat(base, together=False) == (["cohort-full", "in"], 1, 1)
