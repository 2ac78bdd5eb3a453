"""Whom to call first: who lacks an offer, what one more post would serve, in which order; what employers are told."""

from datetime import UTC, date, datetime

import pytest

from matching import call_list, call_needs, offer_estimate, posts_told, reference
from matching.call_needs import SEATS
from matching.eligibility import programme
from matching.scoring.columns import Weights
from matching.scoring.pair import explain_pair
from matching.scoring.reach import SEAT
from matching.scoring.referential import Referential
from matching.store.accounts import User
from matching.store.campaign import Outreach, OutreachAttempt
from matching.store.people import Agency
from matching.store.scope import Actor
from matching.vocabulary import (
    AgencyKind,
    EmployerKind,
    OutreachPurpose,
    OutreachState,
    PlacementState,
    ProposalState,
    Role,
    Sector,
    Verdict,
)
from tests import build
from tests.counting import queries

BOOK, DAY = programme.load(), date(2013, 11, 4)
AVENIR, FRANC = OutreachPurpose.AVENIR, OutreachPurpose.FRANC


def club(session, name="Étoile", field="sport", **changes):
    facts = {
        "name": name, "name_key": name.lower(), "field": field, "postcode": "80000", "commune": "Amiens", **changes,
    }  # fmt: skip
    return build.organisation(session, **facts)


def listed(session, house=None, **changes):
    house = house or club(session)
    facts = {
        "organisation_id": house.id, "purpose": AVENIR, "year": 2013, "state": OutreachState.LISTED,
        "listed_on": date(2013, 3, 1), **changes,
    }  # fmt: skip
    return build._add(session, Outreach(**facts))


def people(session, count, title, **changes):
    return [build.person(session, wanted_title=title, **changes) for _ in range(count)]


def actor(role=Role.ADVISOR, agency=None):
    user = User(
        id=1, name="Claire", role=role, permissions=[], agency_id=agency and agency.id, public_id=None
    )
    return Actor.of(user, agency)


def needed(session, purpose=AVENIR):
    pool = offer_estimate.pool(session, BOOK, Referential.starter(), on=DAY)
    return call_needs.need(session, pool, purpose, BOOK)


def ordered(session, who=None, purpose=AVENIR):
    return call_list.ordered(needed(session, purpose), call_list.callers(session, who or actor(), purpose))


def told(found):
    return [(line.caller.organisation.name, line.rome, line.new) for line in found.lines]


def test_who_is_without_an_offer_is_who_has_no_free_post_of_what_they_look_for(session):
    """One person a case; the same for everybody: entitled, gardener in Amiens."""
    reference.write(session)
    alone = people(session, 1, "comptable")[0]  # nothing of the kind is open
    gardener = build.person(session)
    build.offer(session, title="Jardinier")
    far = build.person(session, insee_code="80489", mobility_km=2)  # Longueau is further
    turned = build.person(session)
    build.proposal(session, person=turned, offer=build.offer(session), state=ProposalState.DECLINED)
    neighbour = people(session, 1, "maraîcher")[0]  # another field of gardening: not what they look for
    forward = people(session, 1, "maçon")[0]
    build.proposal(session, person=forward, offer=build.offer(session), state=ProposalState.AGREED)
    build.offer(session, title="Cariste", positions=1, posts_filled=1)
    full = people(session, 1, "cariste")[0]
    promised = build.offer(session, title="Peintre en bâtiment", positions=1)
    build.placement(session, offer_id=promised.id, state=PlacementState.PROMISED)
    painter = people(session, 1, "peintre en bâtiment")[0]
    people(session, 1, "comptable", birth_date=date(1980, 1, 1))  # no right
    people(session, 1, "comptable", situation=None)  # a right that nobody is sure of
    need = needed(session)
    found = set(need.pool.inputs.person_ids[need.without].tolist())
    # The gardener who said no to one offer has the other.
    assert found == {each.id for each in (alone, far, neighbour, full, painter)}
    seats = need.pool.inputs.person_ids[need.lack == SEAT].tolist()
    assert gardener.id in seats and turned.id in seats, "nobody proposed them anything"
    assert forward.id not in seats


def test_the_order_is_what_one_post_more_would_serve_and_what_is_served_once_is_served(session):
    people(session, 14, "agent d'accueil")
    people(session, 6, "animateur sportif")
    people(session, 2, "cariste")
    a, b, theatre = club(session, "A"), club(session, "B"), club(session, "Théâtre", "culture")
    for house in (theatre, b, a):
        listed(session, house)
    found = ordered(session)
    # Ten on the list of the first; the second serves more others than the four who are left for the third.
    assert told(found) == [("A", "M1601", 10), ("B", "G1209", 6), ("Théâtre", "M1601", 4)]
    first, other, second = found.lines
    assert (first.waiting, first.served, first.already, first.new) == (14, SEATS, 0, 10)
    assert (second.waiting, second.already, second.new) == (14, 10, 4)
    assert (other.waiting, other.already, other.new) == (6, 0, 6)
    assert first.first.isdisjoint(second.first) and set(first.people) == set(second.people)
    assert found.without == 22 and found.left == (("Cariste", 2),) and found.beyond == 2


@pytest.mark.parametrize(
    ("state", "there"),
    [(state, state in call_list.TO_CALL) for state in OutreachState],
)
def test_who_promised_posted_or_refused_is_not_called(session, state, there):
    listed(session, state=state, wake_on=DAY if state is OutreachState.SLEEPING else None)
    assert bool(ordered(session).lines) is there


def test_at_equal_gain_sports_clubs_then_who_was_never_tried_then_the_name(session):
    user = build.user(session)
    tried = listed(session, club(session, "A"))
    listed(session, club(session, "C"))
    listed(session, club(session, "B"))
    listed(session, club(session, "Z", "culture"))
    for day in (1, 8):
        build._add(
            session,
            OutreachAttempt(
                outreach_id=tried.id, done_on=date(2013, 10, day), channel="phone", result="no_answer",
                noted_by_id=user.id, noted_at=datetime(2013, 10, day, 9, tzinfo=UTC),
            ),
        )  # fmt: skip
    found = ordered(session)
    assert [line.caller.organisation.name for line in found.lines] == ["B", "C", "A", "Z"]
    assert found.lines[2].caller.tried == call_list.Tried(date(2013, 10, 8), "phone", "no_answer", 2)


def test_the_latest_year_and_an_officer_of_associations_alone(session):
    listed(session, club(session, "Ancien"), year=2012)
    listed(session, club(session, "Nouveau"))
    listed(session, club(session, "Garage", None, naf="4520A", sector=Sector.MARKET), purpose=FRANC)
    officer = actor(Role.OFFICER)
    assert [line.caller.organisation.name for line in ordered(session, officer).lines] == ["Nouveau"]
    assert ordered(session, officer, FRANC).lines == ()
    assert call_list.callers(session, actor(Role.EMPLOYER), AVENIR) == []
    assert list(call_list.years(session, actor(), AVENIR)) == [2013, 2012]
    assert [each.organisation.name for each in call_list.callers(session, actor(), AVENIR, 2012)] == [
        "Ancien"
    ]


def test_names_are_of_the_caseload_and_who_was_hired_meanwhile_is_left_out(session):
    agency = build._add(session, Agency(name="Pôle emploi", kind=AgencyKind.POLE_EMPLOI))
    own = people(session, 3, "agent d'accueil", agency_id=agency.id)
    people(session, 2, "agent d'accueil")
    listed(session)
    (line,) = ordered(session).lines
    assert len(line.people) == 5
    build.placement(session, person_id=own[0].id, state=PlacementState.PROMISED)
    named = call_list.people_of(session, actor(agency=agency), line)
    assert {each.id for each in named} == {own[1].id, own[2].id}
    assert [each.id for each in named] == [each for each in line.people if each in {own[1].id, own[2].id}]
    assert call_list.people_of(session, actor(Role.OFFICER), line) == []


def test_neither_sex_nor_name_nor_quarter_moves_the_order(session):
    listed(session)
    listed(session, club(session, "Théâtre", "culture"))
    made = people(session, 12, "agent d'accueil") + people(session, 4, "animateur sportif")
    before = told(ordered(session))
    for each in made:
        each.family_name, each.given_names, each.name_key = "Yilmaz", "Kévin", "yilmaz kevin"
        each.civility = "M."
        each.declared_quarter = "Étouvie"
    session.flush()
    session.expire_all()
    assert told(ordered(session)) == before


def test_whom_a_post_fits_is_what_one_pair_explained_says(session):
    reference.write(session)
    titles = ("agent d'accueil", "secrétaire", "animateur sportif", "éducateur sportif", "chauffeur-livreur")
    places = ("80021", "80632", "80489", None)
    for number in range(30):
        build.person(
            session,
            wanted_title=titles[number % 5],
            insee_code=places[number % 4],
            mobility_km=(None, 2, 5, 20)[number % 3],
            driving_licence=(None, True, False)[number % 3],
        )
    build.offer(session, title="Chauffeur-livreur", needs_licence=True, insee_code="80001")
    need = needed(session)
    index = need.pool.inputs.referential.index
    keys = [
        (index[rome], need.pool.place_of[place])
        for rome in ("M1601", "G1204", "N4105")
        for place in ("80021", "80489")
    ]
    (posts, _), problem = need.fitting(keys), need._problem(keys)
    for post in range(len(keys)):
        pairs = {
            row: explain_pair(problem.people, row, problem.offers, post, need.pool.inputs.tables, Weights())
            for row in need.entitled.tolist()
        }
        fit = {row for row, pair in pairs.items() if pair.feasible and pair.parts["wish"] > 0}
        assert set(posts.people(post).tolist()) == fit
        scores = [pairs[row].score for row in posts.people(post).tolist()]
        assert scores == sorted(scores, reverse=True), "the first of the list come first"
        assert all(pairs[row].right is Verdict.YES for row in fit)


def test_the_questions_to_the_base_do_not_grow(session):
    listed(session)
    people(session, 2, "agent d'accueil")
    few = queries(session.connection(), lambda: ordered(session))
    for number in range(6):
        listed(session, club(session, f"Club {number}"))
    people(session, 10, "secrétaire")
    for _ in range(5):
        build.offer(session)
    session.expunge_all()
    assert queries(session.connection(), lambda: ordered(session)) <= few


def test_nobody_under_a_programme_that_is_over(session):
    people(session, 2, "agent d'accueil")
    listed(session)
    pool = offer_estimate.pool(session, BOOK, Referential.starter(), on=date(2025, 6, 2))
    need = call_needs.need(session, pool, AVENIR, BOOK)
    found = call_list.ordered(need, call_list.callers(session, actor(), AVENIR))
    assert need.programme is None and found.without == 0 and found.lines[0].new == 0


def test_what_an_employer_is_told_of_a_post(session):
    people(session, 13, "agent d'accueil")
    people(session, 3, "animateur sportif")
    house = club(session, legal_kind=EmployerKind.ASSOCIATION)
    pool = offer_estimate.pool(session, BOOK, Referential.starter(), on=DAY)

    def said(house, purpose=AVENIR, **options):
        return posts_told.told(session, pool, house, purpose, BOOK, DAY, **options)

    most = said(house)
    assert (most.rome, most.about, most.contract_kind, most.months) == ("M1601", 15, "CDD", 36)
    assert most.right.verdict is Verdict.YES and most.aid.months == 36
    assert most.aid == posts_told.aid(house, AVENIR, BOOK, DAY)
    assert said(house, rome="G1209").about is None, "fewer than ten is told as such"
    assert said(house, rome="G1209").label == "Animateur / Animatrice de loisirs sportifs"
    garage = club(session, "Garage", None, naf="4520A", sector=Sector.MARKET, legal_kind=EmployerKind.COMPANY)
    franc = said(garage, FRANC)
    assert (franc.contract_kind, franc.months, franc.aid.total_cents) == ("CDI", None, 500_000)
    unknown = said(club(session, "Inconnue", sector=None))
    assert unknown.aid is None and unknown.about == 15
