"""The terms of entry of a club, each at its edge; groups of similar prospects: everybody in one, whatever the order."""

import random
import uuid
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import given, strategies as st

from matching import club_groups, club_prospects, club_terms, statements
from matching.club_prospects import Prospect
from matching.club_terms import Term, Terms
from matching.errors import InvalidInput
from matching.scoring.referential import Referential
from matching.scoring.titles import Coder
from matching.store import scope
from matching.store.club import Club, ClubMembership
from matching.store.engine import seal_of
from matching.store.people import Agency, Diploma, DisabilityRecognition, ResidenceSpell
from matching.vocabulary import (
    AgencyKind,
    MembershipState,
    PlacementState,
    ResidenceKind,
    ResidenceMethod,
    Role,
    SituationValue,
    Verdict,
    ZoneKind,
)
from tests import build
from tests.counting import queries
from web.wording import SENTENCES, club_entry as words

DAY = date(2013, 11, 4)
YES, UNKNOWN, NO = Verdict.YES, Verdict.UNKNOWN, Verdict.NO
REFERENTIAL = Referential.starter()


def agency(session, name="Pôle emploi Amiens"):
    return build._add(session, Agency(name=name, kind=AgencyKind.POLE_EMPLOI))


def a_club(session, **changes):
    asked = {name: sa.null() if value is None else value for name, value in changes.items()}
    facts = {"name": "Club du Test", **asked}
    if "agency_id" not in facts:
        facts["agency_id"] = agency(session).id
    return build._add(session, Club(**facts))


def said(session, club, person, term, on=DAY, **more):
    session.flush()
    terms = club_terms.judge(session, club, [person.id], on, **more)[person.id]
    return next(each for each in terms.said if each.term is term)


def spell(session, person, zone, kind, start, end=None):
    return build._add(
        session,
        ResidenceSpell(
            person_id=person.id, kind=kind, zone_id=zone.id if zone else None, insee_code="80021", start_on=start,
            end_on=end, source="advisor", method=ResidenceMethod.PROOF,
        ),
    )  # fmt: skip


CONFIRMED, DECLARED = ResidenceKind.CONFIRMED, ResidenceKind.DECLARED
BEFORE = date(2010, 1, 1)


@pytest.mark.parametrize(
    ("kind", "inside", "start", "end", "on", "verdict", "reason"),
    [
        (CONFIRMED, True, BEFORE, None, DAY, YES, "confirmed"),
        (CONFIRMED, True, DAY, None, DAY, YES, "confirmed"),  # moved in that very day
        (CONFIRMED, True, BEFORE, DAY, DAY, YES, "confirmed"),  # the last day there
        (CONFIRMED, True, BEFORE, DAY - timedelta(days=1), DAY, UNKNOWN, "not-located"),  # gone, nobody says where
        (CONFIRMED, False, BEFORE, None, DAY, NO, "outside"),
        (DECLARED, True, BEFORE, None, DAY, UNKNOWN, "not-located"),
        # The zones of 2013 are over in 2015: a home in one says nothing of the new perimeters, and none is a QPV.
        (CONFIRMED, True, BEFORE, None, date(2015, 1, 5), NO, "outside"),
    ],
)  # fmt: skip
def test_the_home_of_the_day_is_the_one_rights_read(session, kind, inside, start, end, on, verdict, reason):
    club, person = a_club(session), build.person(session)
    zone = build.zone(session)
    spell(session, person, zone if inside else None, kind, start, end)
    build.zone(session, local_id="qpv", kind=ZoneKind.QPV, valid_from=date(2015, 1, 1), valid_to=None)
    found = said(session, club, person, Term.ZONE, on)
    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_quarter_that_is_only_declared_is_asked_for(session):
    club, person = a_club(session), build.person(session, declared_quarter="amiens_nord")
    build.zone(session)
    found = said(session, club, person, Term.ZONE)
    assert (found.verdict, found.reason, found.value) == (UNKNOWN, "declared", "amiens_nord")
    assert "déclaré seulement" in words.known(found)


def test_the_priority_geography_of_another_year_is_its_own_zones(session):
    club, person = a_club(session), build.person(session)
    qpv = build.zone(
        session, local_id="qpv-test", kind=ZoneKind.QPV, valid_from=date(2015, 1, 1), valid_to=None
    )
    build.home(session, person, qpv, date(2015, 1, 1))
    assert said(session, club, person, Term.ZONE, date(2015, 2, 2)).verdict is YES


@pytest.mark.parametrize(
    ("born", "on", "verdict"),
    [
        (date(1983, 11, 5), DAY, YES),  # the eve of the thirtieth birthday
        (date(1983, 11, 4), DAY, NO),  # the day itself
        (date(1984, 2, 29), date(2014, 2, 27), YES),
        (date(1984, 2, 29), date(2014, 2, 28), NO),  # 28 February in a common year
        (None, DAY, UNKNOWN),
    ],
)
def test_under_thirty_to_the_eve_of_the_birthday(session, born, on, verdict):
    club, person = a_club(session), build.person(session, birth_date=born)
    assert said(session, club, person, Term.AGE, on).verdict is verdict


@pytest.mark.parametrize(
    ("level", "bac_plus", "most", "verdict"),
    [
        (None, None, 2, UNKNOWN), (0, None, 0, YES), (3, None, 0, YES), (4, None, 0, YES), (4, 1, 0, NO),
        (5, None, 2, YES), (5, None, 1, NO), (6, None, 2, NO), (6, None, 3, UNKNOWN), (6, 3, 3, YES), (6, 4, 3, NO),
        (6, None, 4, YES), (7, None, 5, YES), (8, None, 5, NO),
    ],
)  # fmt: skip
def test_the_highest_diploma_counts_in_years_after_the_bac(session, level, bac_plus, most, verdict):
    club = a_club(session, bac_plus_most=most)
    person = build.person(session, no_diploma_stated_on=DAY if level == 0 else None)
    if level:
        build._add(session, Diploma(person_id=person.id, level=level, bac_plus=bac_plus, source="autre"))
        build._add(session, Diploma(person_id=person.id, level=3, source="i-milo"))
    assert said(session, club, person, Term.LEVEL).verdict is verdict


@pytest.mark.parametrize(
    ("facts", "verdict", "reason"),
    [
        ({"wished_hours": "full"}, YES, "full-time"),
        ({"wished_hours": "any", "available_from": DAY}, YES, "full-time"),
        ({"wished_hours": "part"}, NO, "part-time"),
        ({"wished_hours": None}, UNKNOWN, "hours-not-said"),
        ({"wished_hours": "full", "available_from": DAY + timedelta(days=1)}, NO, "later"),
    ],
)
def test_available_full_time_from_the_first_day(session, facts, verdict, reason):
    club, person = a_club(session), build.person(session, **facts)
    found = said(session, club, person, Term.AVAILABILITY)
    assert (found.verdict, found.reason) == (verdict, reason)
    later = said(session, club, person, Term.AVAILABILITY, free_by=DAY + timedelta(days=7))
    assert later.verdict is (YES if reason == "later" else verdict), "a group may begin later"


def test_the_project_is_what_they_seek_or_what_the_club_noted(session):
    club = a_club(session)
    seeks, none, noted = (build.person(session, wanted_title=title) for title in ("jardinière", None, None))
    session.add(
        ClubMembership(
            club_id=club.id, person_id=noted.id, state=MembershipState.INVITED, entry={}, project="cuisinier"
        )
    )
    values = [said(session, club, each, Term.PROJECT) for each in (seeks, none, noted)]
    assert [(each.verdict, each.value) for each in values] == [
        (YES, "jardinière"), (UNKNOWN, None), (YES, "cuisinier"),
    ]  # fmt: skip


def test_a_term_that_the_club_does_not_ask_is_not_judged(session):
    club = a_club(
        session, zone_asked=False, age_under=None, bac_plus_most=None, project_asked=False, full_time_asked=False
    )  # fmt: skip
    person = build.person(session, birth_date=None)
    session.flush()
    terms = club_terms.judge(session, club, [person.id], DAY)[person.id]
    assert terms.said == () and terms.verdict is YES
    assert club_terms.admit(terms, {}, actor_id=None) == {"on": "2013-11-04", "terms": []}


def test_what_is_not_met_is_refused_what_is_not_known_is_noted_and_kept(session):
    club = a_club(session)
    person = build.person(session, declared_quarter="amiens_nord", wished_hours="full")
    build.zone(session)
    session.flush()
    terms = club_terms.judge(session, club, [person.id], DAY)[person.id]
    with pytest.raises(InvalidInput) as refusal:
        club_terms.admit(terms, {Term.ZONE: "  "}, actor_id=7)
    assert refusal.value.code == "club-zone-unknown"
    entry = club_terms.admit(terms, {Term.ZONE: "quittance d'octobre", Term.AGE: "inutile"}, actor_id=7)
    assert club_terms.seen_in(entry) == {Term.ZONE: "quittance d'octobre"}, "only what had to be asked"
    kept = {each.term: (each.verdict, seen, by) for each, seen, by in club_terms.kept_in(entry)}
    assert kept[Term.ZONE] == (UNKNOWN, "quittance d'octobre", 7)
    assert [each for each, _, _ in club_terms.kept_in(entry)] == list(terms.said)

    person.birth_date = date(1980, 1, 1)
    session.flush()
    old = club_terms.judge(session, club, [person.id], DAY)[person.id]
    with pytest.raises(InvalidInput) as refusal:
        club_terms.keep(old, {Term.AGE: "fait jeune"}, actor_id=7)
    assert refusal.value.code == "club-age-over" and refusal.value.facts["day"] == date(2010, 1, 1)


def test_every_term_has_its_words():
    assert {*club_terms.OUTSIDE.values(), *club_terms.UNKNOWN.values()} <= set(SENTENCES)
    assert set(words.TERMS) == set(words.ASK) == set(Term)
    assert set(words.STATES) == set(MembershipState)


# --- who could enter


def animator(session, of):
    user = build.user(session, agency_id=of.id, role=Role.ANIMATOR)
    return scope.Actor.of(user, of)


def test_prospects_are_free_lawful_or_to_ask_in_an_order_without_names(session, monkeypatch):
    house = agency(session)
    club, zone = a_club(session, agency_id=house.id), build.zone(session)
    actor, coder = animator(session, house), Coder(REFERENTIAL)
    good = build.person(session, agency_id=house.id, wished_hours="full", birth_date=date(1990, 5, 1))
    build.home(session, good, zone)
    ask = build.person(session, agency_id=house.id, birth_date=None)
    outside = build.person(session, agency_id=house.id)
    build.home(session, outside, None)
    build.person(session, agency_id=house.id, situation=SituationValue.IN_JOB)
    hired = build.person(session, agency_id=house.id)
    build.placement(session, person_id=hired.id, state=PlacementState.PROMISED)
    member = build.person(session, agency_id=house.id)
    session.add(ClubMembership(club_id=club.id, person_id=member.id, state=MembershipState.AT_RISK, entry={}))
    build.person(session, agency_id=agency(session, "Pôle emploi Rouen").id)
    back = build.person(session, agency_id=house.id)
    session.add(
        ClubMembership(
            club_id=club.id, person_id=back.id, state=MembershipState.DECLINED, entry={}, invited_on=DAY
        )
    )
    session.flush()

    session.add(
        DisabilityRecognition(
            person_id=good.id,
            value=seal_of(session).close(statements.RECOGNISED),
            stated_on=DAY,
            source="autre",
        )
    )
    session.flush()
    monkeypatch.setattr(statements, "opened", lambda *_: pytest.fail("no recognition is unsealed"))
    found = club_prospects.find(session, actor, club, coder, on=DAY)
    assert {each.id for each in found} == {good.id, ask.id, back.id}
    by_id = {each.id: each for each in found}
    assert by_id[good.id].to_ask == () and by_id[good.id].rome == "A1208"
    assert set(by_id[ask.id].to_ask) == {Term.ZONE, Term.AGE, Term.AVAILABILITY}
    assert by_id[back.id].before == (MembershipState.DECLINED, DAY)
    only = club_prospects.find(session, actor, club, coder, on=DAY, only=[good.public_id, hired.public_id])
    assert [each.id for each in only] == [good.id]
    before = [each.public_id for each in found]
    for person, name in ((good, "Zoé"), (ask, "Abel"), (back, "Maud")):
        person.given_names, person.family_name, person.civility = name, name, "M."
        person.declared_quarter = None
    session.flush()
    assert [each.public_id for each in club_prospects.find(session, actor, club, coder, on=DAY)] == before
    row = session.scalars(sa.select(ClubMembership).where(ClubMembership.person_id == back.id)).one()
    row.invited_on = DAY - timedelta(days=1)
    build.placement(session, person_id=ask.id, state=PlacementState.PROMISED)
    left = club_prospects.still(session, actor, club, found, on=DAY)
    assert {each.id: each.before and each.before[1] for each in left} == {
        good.id: None, back.id: DAY - timedelta(days=1)
    }, "a kept list loses who is no longer free, and knows how they left the club"  # fmt: skip


def test_a_longer_list_asks_no_more_of_the_base(session):
    house = agency(session)
    club, actor, coder = a_club(session, agency_id=house.id), animator(session, house), Coder(REFERENTIAL)

    def find():
        return club_prospects.find(session, actor, club, coder, on=DAY)

    build.person(session, agency_id=house.id)
    session.flush()
    few = queries(session.connection(), find)
    for _ in range(30):
        build.person(session, agency_id=house.id)
    session.flush()
    assert queries(session.connection(), find) == few <= 22
    assert len(find()) == 31


# --- groups of similar prospects

CODES = ("A1203", "D1106", "G1202", "G1203", "K2204", "N1103", None)
people = st.lists(
    st.tuples(
        st.sampled_from(CODES), st.sampled_from([None, 0, 3, 4, 5]), st.integers(0, 1500), st.integers(0, 2**64)
    ),
    max_size=70,
)  # fmt: skip


def prospect(number, rome, level, days, salt):
    return Prospect(
        id=number, public_id=uuid.UUID(int=number), given_names="A", family_name="B", age=20, level=level, bac_plus=None,
        sought=None, rome=rome, search_days=days, weeks_without=0, writable=True, phoned=True, before=None,
        terms=Terms(number, DAY), order=salt.to_bytes(9, "big") + number.to_bytes(4, "big"),
    )  # fmt: skip


@given(rows=people, seats=st.integers(2, 15), seed=st.integers(0, 99))
def test_everybody_is_in_one_group_of_about_the_seats_whatever_the_order(rows, seats, seed):
    everybody = [prospect(number, *row) for number, row in enumerate(rows)]
    groups = club_groups.suggest(everybody, seats, REFERENTIAL)
    ids = [each.id for group in groups for each in group.people]
    assert sorted(ids) == list(range(len(everybody))), "each once, nobody left behind"
    if len(everybody) >= seats:
        assert all(int(0.75 * seats) <= group.size <= -(-3 * seats // 2) for group in groups)
    shuffled = list(everybody)
    random.Random(seed).shuffle(shuffled)
    assert [
        [each.id for each in group.people] for group in club_groups.suggest(shuffled, seats, REFERENTIAL)
    ] == [[each.id for each in group.people] for group in groups]


def test_groups_are_alike_inside_and_say_what_they_share():
    dice = random.Random(3)
    everybody = [
        prospect(number, dice.choice(CODES), dice.choice([0, 3, 4, 5]), dice.randint(0, 1000), number)
        for number in range(120)
    ]
    groups = club_groups.suggest(everybody, 12, REFERENTIAL)
    mixed = [
        SimpleNamespace(people=tuple(everybody[start : start + 12]), size=12) for start in range(0, 120, 12)
    ]
    assert club_groups.inside(groups, REFERENTIAL) < 0.6 * club_groups.inside(mixed, REFERENTIAL)
    sports = [prospect(number, "G1202", 4, 400, number) for number in range(11)]
    (group,) = club_groups.suggest(sports, 12, REFERENTIAL)
    assert words.about(group) == ("11 jeunes, métiers du sport et de l’animation, bac, 13 mois de recherche")
