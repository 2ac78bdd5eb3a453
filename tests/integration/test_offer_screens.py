"""What an advisor does to an offer and its employer: completes it, changes it, states a sector, takes an offer down."""

import uuid
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from matching import (
    offer_aid,
    offer_entry,
    offer_queries,
    offers,
    organisation_statements as statements,
    reference,
)
from matching.eligibility.programme import load
from matching.errors import Duplicate, InvalidInput, StaleVersion
from matching.offers import OfferAction as Action
from matching.store.matches import MatchProposal
from matching.store.organisations import OfferEvent
from matching.store.upkeep import AuditEvent
from matching.vocabulary import OfferState, Party, ProposalState, Sector
from tests import build, matcher
from tests.web.doors import account

ON = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, 41, tzinfo=UTC)
SIRET = "73282932000074"
BOOK = load()


@pytest.fixture
def claire(session):
    return account(session)


def waiting(session, **changes):
    """An emploi d'avenir that waits for its tutor and its training."""
    employer = changes.pop("employer", None) or build.organisation(session, siret=SIRET)
    facts = {
        "employer": employer, "state": OfferState.TO_COMPLETE, "tutor": None, "training": None,
        "missing": ["tutor", "training"], "opened_on": None, "review_by": None, **changes,
    }  # fmt: skip
    return build.offer(session, **facts)


def edit(session, offer, actor, *, version=None, employer_changed=(), **changes):
    entry = offer_entry.entry_of(offer)
    values = {name: getattr(entry, name) for name in offer_entry.FIELDS} | changes
    return offer_entry.edit(
        session, offer, offer_queries.employer_of(session, offer), offer_entry.OfferEntry(**values), BOOK,
        version=offer.version if version is None else version, on=ON, at=AT, actor_id=actor.id,
        employer_changed=employer_changed,
    )  # fmt: skip


def events(session, offer):
    found = sa.select(OfferEvent.action).where(OfferEvent.offer_id == offer.id).order_by(OfferEvent.id)
    return list(session.scalars(found))


def trail(session, offer):
    found = session.scalars(
        sa.select(AuditEvent).where(AuditEvent.subject_id == str(offer.public_id)).order_by(AuditEvent.id)
    )
    return [(event.action, event.details) for event in found]


# --- completion


def test_an_offer_whose_last_gap_is_filled_opens(session, claire):
    offer = waiting(session)
    done = edit(session, offer, claire, tutor="Mme Langlet", training="Taille des haies")
    assert (offer.state, done.missing, done.after) == (OfferState.OPEN, (), OfferState.OPEN)
    assert (offer.opened_on, offer.review_by) == (ON, date(2014, 2, 2))
    assert events(session, offer) == ["submit", "accept"]
    assert trail(session, offer) == [
        ("offer.edit", {"fields": ["training", "tutor"], "version": offer.version, "on": "2013-11-04"})
    ]


def test_candidates_are_proposed_at_the_next_search_once_it_is_complete(session, claire):
    reference.write(session)
    build.person(session, identifier="P-1")
    offer = waiting(session)
    assert matcher.run(session).created == 0
    edit(session, offer, claire, tutor="Mme Langlet", training="taille")
    matcher.run(session)
    assert set(matcher.standing(session)) == {(offer.reference, "P-1")}


def test_changed_criteria_make_proposals_stale_at_the_next_search(session, claire):
    reference.write(session)
    build.person(session, identifier="P-1")
    offer = build.offer(session, employer=build.organisation(session, siret=SIRET))
    matcher.run(session)
    assert edit(session, offer, claire, title="Chauffeur", needs_licence=True, rome="N4103").criteria_changed
    matcher.run(session)
    states = session.scalars(sa.select(MatchProposal.state).where(MatchProposal.offer_id == offer.id))
    assert ProposalState.STALE in set(states)


def test_an_offer_half_completed_waits_with_a_shorter_list(session, claire):
    offer = waiting(session)
    assert edit(session, offer, claire, tutor="Mme Langlet").missing == ("training",)
    assert (offer.state, offer.tutor, events(session, offer)) == (OfferState.TO_COMPLETE, "Mme Langlet", [])


def test_what_somebody_ticked_waits_until_its_field_changes(session, claire):
    offer = waiting(session, tutor="M. Petit", training="à voir", missing=["training"])
    edit(session, offer, claire, positions=1)
    assert (offer.state, offer.missing) == (OfferState.TO_COMPLETE, ["training"])
    edit(session, offer, claire, training="CQP animateur")
    assert (offer.state, offer.missing) == (OfferState.OPEN, [])


def test_under_ordinary_law_an_offer_no_longer_waits_for_its_programme(session, claire):
    market = build.organisation(session, sector=Sector.MARKET, siret=SIRET)
    offer = waiting(session, employer=market, missing=["employer-not-agreed", "tutor", "training"])
    edit(session, offer, claire, scheme=None)
    assert (offer.state, offer.missing) == (OfferState.OPEN, [])


def test_a_short_contract_with_its_exception_noted_opens(session, claire):
    offer = waiting(session, months=6, missing=["contract-kind", "tutor", "training"])
    edit(session, offer, claire, tutor="Mme Langlet", training="taille", exception_noted="Fin de parcours")
    assert offer.state is OfferState.OPEN


# --- open offers


def test_an_open_offer_is_not_emptied_of_what_its_programme_asks(session, claire):
    offer = build.offer(session, employer=build.organisation(session, siret=SIRET))
    with pytest.raises(InvalidInput) as refused:
        edit(session, offer, claire, tutor=None)
    assert (refused.value.code, refused.value.facts["gaps"]) == ("guards-broken", ["tutor"])


def test_an_offer_opened_in_spite_of_a_gap_stays_open_when_it_is_changed(session, claire):
    offer = build.offer(session, tutor=None, missing=["siret", "tutor"])
    done = edit(session, offer, claire, positions=3)
    assert (offer.state, done.changed, done.criteria_changed) == (OfferState.OPEN, ("positions",), False)


def test_a_nearer_closing_date_is_when_the_offer_is_looked_at_again(session, claire):
    offer = build.offer(session, employer=build.organisation(session, siret=SIRET))
    edit(session, offer, claire, apply_before=date(2013, 11, 20))
    assert offer.review_by == date(2013, 11, 20)


def test_positions_do_not_go_below_those_filled(session, claire):
    offer = build.offer(session, positions=3, posts_filled=2)
    with pytest.raises(InvalidInput, match="fewer-than-filled"):
        edit(session, offer, claire, positions=1)


@pytest.mark.parametrize("state", [OfferState.FILLED, OfferState.WITHDRAWN])
def test_an_offer_that_is_over_is_not_changed(session, claire, state):
    with pytest.raises(InvalidInput, match="offer-over"):
        edit(session, build.offer(session, state=state), claire, positions=1)


def test_an_older_version_changes_nothing_and_names_who_was_faster(session, claire):
    offer = waiting(session)
    seen = offer.version
    edit(session, offer, claire, tutor="Mme Langlet")
    with pytest.raises(StaleVersion):
        edit(session, offer, claire, version=seen, training="taille")
    event, who = offer_queries.last_act(session, "offer", offer.public_id)
    assert (event.action, who) == ("offer.edit", "Claire Delmotte")
    assert offer_queries.changed_since(session, offer.public_id, seen) == ("tutor",)
    assert offer_queries.changed_since(session, offer.public_id, offer.version) == ()


def test_a_new_offer_opens_or_waits_and_says_its_agency(session, claire):
    employer = build.organisation(session, siret=SIRET)
    whole = offer_entry.OfferEntry(
        title="Médiateur",
        contract_kind="CDI",
        scheme="emploi_avenir",
        weekly_hours=35,
        tutor="A",
        training="B",
    )
    less = offer_entry.OfferEntry(title="Médiateur", contract_kind="CDI", scheme="emploi_avenir")
    assert offer_entry.judged(employer, less, BOOK, ON) == ["contract-hours", "tutor", "training"]
    keys = uuid.uuid4(), uuid.uuid4()
    made = [
        offer_entry.take(
            session,
            employer,
            entry,
            BOOK,
            public_id=key,
            agency_id=claire.agency_id,
            on=ON,
            at=AT,
            actor_id=claire.id,
        )
        for entry, key in ((whole, keys[0]), (less, keys[1]), (less, keys[1]))
    ]
    assert made[1] is made[2], "sent twice, taken once"
    assert [offer.state for offer in made[:2]] == [OfferState.OPEN, OfferState.TO_COMPLETE]
    assert {offer.agency_id for offer in made} == {claire.agency_id}
    assert events(session, made[1]) == ["submit", "return"]


# --- what may be done from here


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (OfferState.OPEN, {Action.HOLD, Action.REFRESH, Action.WITHDRAW}),
        (OfferState.TO_COMPLETE, {Action.SUBMIT, Action.WITHDRAW}),
        (OfferState.SUBMITTED, {Action.RETURN, Action.ACCEPT, Action.WITHDRAW}),
        (OfferState.ON_HOLD, {Action.RESUME, Action.WITHDRAW}),
        (OfferState.LAPSED, {Action.REFRESH, Action.WITHDRAW}),
        (OfferState.WITHDRAWN, {Action.REOPEN}),
    ],
)
def test_the_steps_of_an_advisor_are_those_of_the_table(session, state, expected):
    assert set(offers.steps(build.offer(session, state=state), Party.ADVISOR)) == expected


# --- the employer


def test_a_sector_once_stated_opens_the_offers_that_waited_for_it_alone(session, claire):
    employer = build.organisation(session, sector=None, siret=SIRET)
    alone = waiting(session, employer=employer, tutor="A", training="B", missing=["sector"])
    more = waiting(session, employer=employer, training="B", missing=["sector", "tutor"])
    other = waiting(
        session, missing=["sector"], tutor="A", training="B", employer=build.organisation(session)
    )
    done = statements.state_sector(
        session, employer, Sector.NON_PROFIT, BOOK, ground="statutes", actor_id=claire.id, on=ON, at=AT
    )
    assert done.opened == (alone,) and done.held == ()
    assert (more.state, more.missing) == (OfferState.TO_COMPLETE, ["tutor"])
    assert (other.state, other.missing) == (OfferState.TO_COMPLETE, ["sector"])
    origin = offer_queries.sector_origin(session, employer)
    assert (origin.who, origin.at, origin.ground) == ("Claire Delmotte", AT, "statutes")


def test_a_sector_that_does_not_fit_holds_the_offers_that_were_open(session, claire):
    employer = build.organisation(session, siret=SIRET)
    offer = build.offer(session, employer=employer)
    done = statements.state_sector(
        session, employer, Sector.MARKET, BOOK, ground="mistake", actor_id=claire.id, on=ON, at=AT
    )
    assert done.held == (offer,) and offer.missing == ["employer-not-agreed"]


def test_a_sector_is_stated_with_a_ground_and_once(session, claire):
    employer = build.organisation(session)
    for sector, ground, code in (
        (Sector.MARKET, "on dit", "bad-reason"),
        (Sector.NON_PROFIT, "statutes", "sector-known"),
    ):
        with pytest.raises(InvalidInput, match=code):
            statements.state_sector(
                session, employer, sector, BOOK, ground=ground, actor_id=claire.id, on=ON, at=AT
            )


def test_a_number_is_valid_and_nobody_elses(session, claire):
    build.organisation(session, siret=SIRET, name="Étoile du Pigeonnier")
    employer = build.organisation(session)
    for siret, fault in ((SIRET, Duplicate), ("73282932000075", InvalidInput)):
        with pytest.raises(fault):
            statements.state_siret(session, employer, siret, BOOK, actor_id=claire.id, on=ON, at=AT)
    assert employer.siret is None


def test_a_number_once_stated_opens_the_offers_that_waited_for_it(session, claire):
    employer = build.organisation(session)
    offer = waiting(session, employer=employer, tutor="A", training="B", missing=["siret"])
    statements.state_siret(session, employer, SIRET, BOOK, actor_id=claire.id, on=ON, at=AT)
    assert offer.state is OfferState.OPEN


def test_an_offer_is_attached_to_another_employer_unless_it_has_the_same_one(session, claire):
    other, offer = build.organisation(session, siret=SIRET), build.offer(session, reference="A-1")
    at = {"on": ON, "at": AT, "actor_id": claire.id}
    offer_entry.attach(session, offer, other, version=offer.version, **at)
    assert offer.organisation_id == other.id
    twin = build.offer(session, reference="A-1")
    with pytest.raises(Duplicate, match="offer-exists"):
        offer_entry.attach(session, twin, other, version=twin.version, **at)


# --- reading


def test_words_are_found_without_accents_in_title_employer_or_reference(session, claire):
    from matching.store import scope

    employer = build.organisation(session, name="Étoile du Pigeonnier", name_key="etoile du pigeonnier")
    sought = build.offer(
        session, employer=employer, title="Éducateur", title_key="educateur", reference="Z-77"
    )
    build.offer(session)
    actor = scope.Actor(claire.id, claire.public_id, claire.name, claire.role, agency_id=claire.agency_id)
    for text in ("ÉDUCATEUR étoile", "z-77", "pigeonnier"):
        found = session.execute(offer_queries.listed(actor).where(offer_queries.says(text))).all()
        assert [row[0].id for row in found] == [sought.id], text
    assert not session.execute(offer_queries.listed(actor).where(offer_queries.says("100%_"))).all()


def test_only_ones_own_people_are_counted_among_the_candidates(session, claire):
    from matching.store import scope
    from tests.web.doors import an_agency

    offer = build.offer(session)
    for agency in (claire.agency_id, claire.agency_id, an_agency(session, "Pôle emploi Abbeville").id):
        build.proposal(session, offer=offer, person=build.person(session, agency_id=agency))
    actor = scope.Actor(claire.id, claire.public_id, claire.name, claire.role, agency_id=claire.agency_id)
    assert offer_queries.candidates(session, actor, offer) == {ProposalState.TO_REVIEW: 2}
    row = session.execute(offer_queries.listed(actor)).one()
    assert row.to_examine == 2


# --- aid


def test_the_aid_of_an_emploi_d_avenir_is_three_quarters_of_the_minimum_wage(session):
    employer = build.organisation(session)
    offer = build.offer(session, employer=employer, starts_on=None)
    said = offer_aid.estimate(offer, employer, BOOK, ON)
    assert (said.aid_cents, said.wage_cents, said.left_cents, said.months) == (107266, 143022, 35756, 36)


def test_an_emploi_franc_is_paid_in_two_halves(session):
    employer = build.organisation(session, sector=Sector.MARKET)
    offer = build.offer(session, employer=employer, scheme="emploi_franc", contract_kind="CDI", months=None)
    said = offer_aid.estimate(offer, employer, BOOK, ON)
    assert (said.total_cents, [amount for amount, _, _ in said.payments]) == (500000, [250000, 250000])


@pytest.mark.parametrize(
    "changes",
    [{"scheme": None}, {"weekly_hours": None}, {"months": 6}, {"starts_on": date(2019, 1, 7)}],
)
def test_no_aid_is_said_where_it_would_be_guessed(session, changes):
    employer = build.organisation(session)
    assert offer_aid.estimate(build.offer(session, employer=employer, **changes), employer, BOOK, ON) is None


def test_no_aid_is_said_for_an_employer_whose_sector_is_not_known(session):
    employer = build.organisation(session, sector=None)
    assert offer_aid.estimate(build.offer(session, employer=employer), employer, BOOK, ON) is None


def test_lists_count_and_sort_alike_on_both_bases(session, claire):
    from matching.store import scope

    actor = scope.Actor(claire.id, claire.public_id, claire.name, claire.role, agency_id=claire.agency_id)
    employer = build.organisation(session, siret=SIRET)
    near = build.offer(
        session, employer=employer, apply_before=date(2013, 11, 9), positions=3, posts_filled=1
    )
    far = build.offer(session, employer=employer)
    late = waiting(session, employer=employer)
    for offer in (near, far, far):
        build.proposal(session, offer=offer, person=build.person(session, agency_id=claire.agency_id))
    closing = date(2013, 11, 18) >= offer_queries.DEADLINE
    counted = offer_queries.counts(session, actor, closing)
    assert (counted.all, counted.open, counted.to_complete, counted.closing, counted.posts) == (3, 2, 1, 1, 4)
    examine = offer_queries.to_examine(actor)
    for order, expected in (
        ((offer_queries.DEADLINE.is_(None), offer_queries.DEADLINE), [near, far, late]),
        ((examine.is_(None), examine.desc()), [far, near, late]),
    ):
        rows = session.execute(offer_queries.listed(actor).order_by(*order)).all()
        assert [row[0] for row in rows] == expected
    row = session.execute(offer_queries.employers(actor).where(offer_queries.named("732 829"))).one()
    assert (row.open_offers, row.waiting_offers, row.subsidised) == (2, 1, False)
    first = offer_queries.offers_of(session, actor, employer, most=1)
    assert [row[0] for row in first] == [late]
    assert offer_queries.placements_of(session, actor, employer) == {}
    assert offer_queries.live_count(session, far) == 2
    assert offer_queries.search(session) == offer_queries.Search(None, None, None)
