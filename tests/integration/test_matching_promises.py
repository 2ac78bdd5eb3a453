"""The sentences under `passerelle match --json`, one by one, where a run meets days, decisions and changes."""

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from matching import match_runs, offers, proposals
from matching.errors import InvalidInput, NotFound
from matching.reference import write
from matching.store.engine import open_database, seal_of
from matching.store.matches import MatchProposal, ReviewDecision
from matching.store.migrate import upgrade
from matching.store.people import DisabilityRecognition, RegistrationSpell
from matching.vocabulary import OfferState, Party, PlacementState, ProposalState, Source
from tests import build
from tests.conftest import KEY
from tests.counting import statements
from tests.matcher import AT, BOOK, DAY, STARTER, run, standing
from web import cli


@pytest.fixture
def base(session):
    write(session)
    build.offer(session, reference="O-1")
    return session


def reject(session, proposal):
    proposals.review(
        session, proposal, proposals.ProposalAction.REJECT, actor_id=build.user(session).id, party=Party.ADVISOR,
        on=DAY, at=AT, details=proposals.Details(reason_code="mobility"),
    )  # fmt: skip


def test_priority_is_that_of_the_day_asked_for(base):
    person = build.person(base, identifier="P-1")
    base.add(RegistrationSpell(person_id=person.id, start_on=date(2013, 1, 1), source="autre"))
    base.flush()
    run(base, on=DAY - timedelta(days=14))
    outcome = run(base)
    assert (outcome.created, outcome.stale) == (0, 0)
    found = standing(base, outcome)["O-1", "P-1"]
    assert found.priority == {
        "days_left": (date(2017, 12, 31) - DAY).days + 1,
        "search_days": (DAY - date(2013, 1, 1)).days,
        "weeks_without_proposal": found.proposal.priority["weeks_without_proposal"],
    }


@pytest.mark.parametrize(
    "change",
    [{"driving_licence": True}, {"birth_date": date(1993, 6, 1)}],
    ids=["a reservation is settled", "the right is known better"],
)
def test_what_a_proposal_says_is_what_the_base_says(base, change):
    """A change that moves neither score nor verdict makes the proposal anew all the same."""
    base.scalars(sa.select(build.Offer)).one().needs_licence = True
    person = build.person(base, identifier="P-1", driving_licence=None, birth_date=date(1987, 12, 1))
    base.add(DisabilityRecognition(
        person_id=person.id, value=seal_of(base).close("yes"), stated_on=DAY, source="autre"))  # fmt: skip
    person.birth_date = date(1993, 5, 14)
    base.flush()
    run(base)
    before = standing(base)["O-1", "P-1"].proposal
    for name, value in change.items():
        setattr(person, name, value)
    base.flush()
    outcome = run(base)
    after = standing(base)["O-1", "P-1"].proposal
    if "driving_licence" in change:
        assert (outcome.stale, outcome.created) == (1, 1)
        assert after.score == before.score
        assert not any(each["code"] == "licence-to-check" for each in after.reservations)
    else:
        assert after.eligible_until == date(2017, 12, 31)


def test_a_right_that_began_before_the_day_keeps_its_own_first_day(base):
    build.person(base, identifier="P-1")
    run(base)
    assert standing(base)["O-1", "P-1"].proposal.eligible_from == date(2012, 11, 1)
    outcome = run(base, on=DAY + timedelta(days=1))
    assert (outcome.stale, outcome.created) == (0, 0)


def test_the_facts_asked_for_are_those_of_the_start_of_the_contract(base):
    """25 today and 26 on the first day of work: only a recognition could open the right then."""
    build.person(base, identifier="P-1", birth_date=date(1987, 11, 10))
    run(base)
    proposal = standing(base)["O-1", "P-1"].proposal
    assert proposal.verdict == 0
    assert {
        "code": "right-to-confirm",
        "programme": "emplois-avenir",
        "missing": ["rqth"],
    } in proposal.reservations


def test_a_second_run_proposes_nothing_more_even_where_lists_were_cut(base, monkeypatch):
    monkeypatch.setattr(match_runs, "PER_OFFER", 1)
    monkeypatch.setattr(match_runs, "PER_PERSON", 1)
    for number in range(2, 5):
        build.offer(base, reference=f"O-{number}")
    people = [build.person(base) for _ in range(3)]
    first = run(base)
    assert first.created < 12
    assert run(base).created == 0
    assert run(base, offer="O-1").offer_id is not None
    people[0].mobility_km = 5.0  # something changed: what was cut off before may come
    base.flush()
    assert run(base).created > 0


def test_an_offer_is_named_by_its_reference_by_its_source_or_by_its_public_id(base):
    build.person(base)
    other = build.offer(base, reference="O-1", source=Source.FRANCE_TRAVAIL)
    alone = build.offer(base, reference="O-7")
    assert run(base, offer="france-travail:O-1").offer_id == other.id
    assert run(base, offer="autre:O-7").offer_id == run(base, offer="O-7").offer_id == alone.id
    assert run(base, offer=str(alone.public_id)).offer_id == alone.id
    with pytest.raises(InvalidInput, match="ambiguous-offer"):
        run(base, offer="O-1")
    for unknown in ("O-404", "autre:O-404", "boulanger:O-7", ""):
        with pytest.raises(NotFound):
            run(base, offer=unknown)


def test_an_offer_whose_programme_is_over_is_for_nobody(base):
    """emplois-francs-2013 ended on 4 July 2015: an offer still open under it gives no right."""
    offer = build.offer(
        base, reference="O-ef", scheme="emploi_franc", contract_kind="CDI", months=None, starts_on=None,
        review_by=date(2016, 1, 1),
    )  # fmt: skip
    build.person(base, identifier="P-1")
    on = date(2015, 8, 3)
    outcome = run(base, on=on)
    assert "O-ef" in outcome.unmatched_offers
    assert ("O-ef", "P-1") not in standing(base, on=on)
    with pytest.raises(InvalidInput, match="no-right-then"):
        by_hand(base, build.person(base), offer, on=on)


def by_hand(session, person, offer, on=DAY):
    return match_runs.add_by_hand(
        session, BOOK, STARTER, person.id, offer.id, actor_id=build.user(session).id, on=on, at=AT
    )


def test_by_hand_too_the_rules_come_first(base):
    """Not for somebody surely without the right, engaged elsewhere, or an offer that is not open; far away may be."""
    offer = base.scalars(sa.select(build.Offer)).one()
    with pytest.raises(InvalidInput, match="no-right-then"):
        by_hand(base, build.person(base, birth_date=date(1980, 1, 1)), offer)
    engaged = build.placement(base, state=PlacementState.PROMISED)
    with pytest.raises(InvalidInput, match="person-engaged"):
        by_hand(base, base.get_one(build.Person, engaged.person_id), offer)
    made = by_hand(base, build.person(base, wanted_title="chirurgien"), offer)
    assert (made.score, made.verdict, made.state) == (None, 1, ProposalState.TO_REVIEW)
    offer.state = OfferState.ON_HOLD
    with pytest.raises(InvalidInput, match="offer-not-live"):
        by_hand(base, build.person(base), offer)


@pytest.mark.parametrize("state", [OfferState.ON_HOLD, OfferState.LAPSED, "closing day past"])
def test_proposals_of_an_offer_that_rests_are_kept_and_the_person_is_served_elsewhere(base, state):
    first = base.scalars(sa.select(build.Offer)).one()
    build.person(base, identifier="P-1")
    run(base)
    if state == "closing day past":
        first.apply_before = DAY - timedelta(days=1)
    else:
        first.state = state
    build.offer(base, reference="O-2")
    outcome = run(base, full=True)
    kept = base.scalars(sa.select(MatchProposal).where(MatchProposal.offer_id == first.id)).one()
    assert kept.state is ProposalState.TO_REVIEW
    assert set(standing(base)) == {("O-2", "P-1")}
    assert outcome.candidates_without_offer == []


def test_someone_who_only_waits_for_a_resting_offer_is_served_past_the_slots(base, monkeypatch):
    monkeypatch.setattr(match_runs, "SLOTS", 1)
    first = base.scalars(sa.select(build.Offer)).one()
    waiting = build.person(base)
    run(base)
    first.state = OfferState.ON_HOLD
    build.offer(base, reference="O-2")
    build.person(base)
    outcome = run(base)
    assert outcome.candidates_without_offer == []
    served = {each.proposal.person_id: each.proposal.why for each in standing(base).values()}
    assert len(served) == 2 and waiting.id in served
    assert "complement" in served.values()


def test_counts_are_of_all_feasible_pairs_whatever_was_decided(base):
    for number in (1, 2):
        build.person(base, identifier=f"P-{number}")
    assert run(base).pairs_scored == 2
    reject(base, standing(base)["O-1", "P-1"].proposal)
    outcome = run(base)
    assert outcome.pairs_scored == 2
    assert (outcome.without_feasible_offer, outcome.every_offer_decided) == (0, 1)
    reject(base, standing(base)["O-1", "P-2"].proposal)
    assert run(base).unmatched_offers == []  # two people could take it: an advisor said no


def test_on_a_day_without_open_offer_nobody_has_a_feasible_one_and_nothing_is_set_aside(base):
    build.person(base)
    run(base)
    outcome = run(base, on=date(1990, 1, 1), full=True)
    assert (outcome.offers, outcome.without_feasible_offer, outcome.stale) == (0, 1, 0)
    assert run(base, on=date(9999, 12, 31)).created == 0  # no right is left, and the last day is a day


def test_counts_of_one_offer_are_its_own(base):
    build.offer(base, reference="O-2")
    for _ in range(3):
        build.person(base)
    assert run(base).pairs_scored == 6
    outcome = run(base, offer="O-2")
    assert (outcome.offers, outcome.pairs_scored, outcome.unmatched_offers) == (1, 3, [])


def test_as_many_queries_for_two_hundred_people_as_for_ten(base):
    def queries(**options):
        with statements(base.get_bind().engine) as made:
            outcome = run(base, **options)
            standing(base, outcome)
        return len(made)

    counts = []
    for people in (10, 190):
        for _ in range(people):
            build.person(base, skills=["taille"])
        counts.append((queries(), queries(), queries(full=True)))
    assert counts[1][1:] == counts[0][1:]
    assert counts[1][0] <= counts[0][0]  # the first run of all also remembers labels


def test_the_command_says_the_same_by_worker_and_refuses_what_does_not_exist_yet(
    empty_database_url, monkeypatch, capsys
):
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("PASSERELLE_DATA_KEY", KEY.decode())
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-11-04")
    made = open_database(empty_database_url, KEY)
    upgrade(made.engine)
    with made.transaction() as session:
        write(session)
        build.offer(session, reference="O-1")
        build.offer(session, reference="O-10", title="Chirurgien", title_key="chirurgien")
        for number in range(12):
            build.person(session, identifier=f"P-{number}")
    made.dispose()
    documents = []
    for options in ((), ("--workers", "2"), ("--full",), ("--full", "--workers", "2")):
        assert cli.status(["match", "--json", *options]) == cli.DONE
        documents.append(json.loads(capsys.readouterr().out) | {"seconds": 0})
    assert documents[1:] == documents[:1] * 3
    assert documents[0]["unmatched_offers"] == ["O-10"]
    assert {each["why"] for each in documents[0]["proposals"]} == {"best", "coverage", "complement"}
    for absent in (["--scheduler", "tcp://x"], ["--workers", "0"], ["--today", "4/11/2013"], ["O-1"]):
        assert cli.status(["match", *absent]) == cli.USAGE
        capsys.readouterr()
    assert cli.status(["match", "--offer", "autre:O-1"]) == cli.DONE
    said = capsys.readouterr().out
    assert "P-11" in said and "en plus" in said and "12 propositions en cours pour 1 offre au" in said


def test_withdrawing_an_offer_closes_its_proposals(base):
    offer = base.scalars(sa.select(build.Offer)).one()
    build.person(base)
    run(base)
    user = build.user(base)
    offers.change(
        base,
        offer,
        offers.OfferAction.WITHDRAW,
        actor_id=user.id,
        party=Party.ADVISOR,
        on=DAY,
        at=AT,
        reason="x",
    )
    assert base.scalars(sa.select(MatchProposal.state)).all() == [ProposalState.CLOSED]
    last = base.scalars(sa.select(ReviewDecision).order_by(ReviewDecision.id.desc())).first()
    assert (last.action, last.reason_code, last.actor_id) == ("close", "offer_withdrawn", user.id)


def test_every_stored_proposal_is_computed_again_to_the_letter(base):
    """M3: what was stored comes out of the base again, and each part out of the facts that are printed."""
    from itertools import product

    from matching import match_evidence, match_inputs
    from matching.scoring.columns import Weights
    from matching.scoring.reasons import recomputed

    build.offer(
        base, reference="O-2", skills=["taille", "tonte"], level_min=3, needs_licence=True, insee_code="80489"
    )
    build.offer(
        base, reference="O-3", scheme=None, contract_kind="CDI", months=None, skills=["taille"], level_min=4
    )
    for skills, radius, free, licence in product(
        ([], ["taille"]), (None, 30.0), (None, date(2013, 12, 20)), (None, True)
    ):
        build.person(
            base,
            skills=skills,
            mobility_km=radius,
            available_from=free,
            driving_licence=licence,
            insee_code="80021",
        )
    run(base)
    inputs = match_inputs.load(base, BOOK, STARTER, on=DAY, seed=match_runs.SEED)
    stored = base.scalars(sa.select(MatchProposal)).all()
    assert len(stored) > 20
    for proposal in stored:
        (person,), (offer,) = inputs.person_rows([proposal.person_id]), inputs.offer_rows([proposal.offer_id])
        assert match_evidence.same(proposal, match_evidence.one(inputs, person, offer, Weights()))
        said = [each for each in [*proposal.reasons, *proposal.reservations] if "part" in each]
        assert {each["part"]: recomputed(each) for each in said} == proposal.parts
        assert sum(each["points"] for each in said) == pytest.approx(proposal.score, abs=5e-6)
