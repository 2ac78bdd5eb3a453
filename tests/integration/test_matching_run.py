"""`passerelle match` on a real base: everybody who can be is proposed, nothing decided moves, the answer repeats."""

import json
from datetime import date

import pytest
import sqlalchemy as sa

from matching import homes, match_names, match_results, match_runs, proposals, rights
from matching.eligibility.cohort import Cohort, Dossier, Period, Registration, Residence
from matching.errors import Duplicate, InvalidInput, NotFound
from matching.reference import write
from matching.store.engine import open_database, seal_of
from matching.store.matches import MatchProposal, MatchRun, ReviewDecision
from matching.store.migrate import upgrade
from matching.store.people import (
    DisabilityRecognition,
    EmploymentSpell,
    RegistrationSpell,
    Situation,
    StatedFact,
)
from matching.vocabulary import Party, ProposalState, Sector, SituationValue
from tests import build
from tests.conftest import KEY
from tests.matcher import AT, BOOK, DAY, STARTER, run
from web import cli


@pytest.fixture
def base(session):
    """Reference tables and two offers of gardener."""
    write(session)
    build.offer(session, reference="O-1")
    build.offer(session, reference="O-2", scheme=None, contract_kind="CDI", months=None, tutor=None)
    return session


def standing(session):
    return {
        (each.offer, each.candidate): each.proposal
        for offer in match_results.standing(session, on=DAY, seed=match_runs.SEED)
        for each in offer.proposals
    }


def test_those_entitled_are_proposed_with_their_window_and_their_reasons(base):
    build.person(base, identifier="P-1")
    outcome = run(base)
    assert (outcome.offers, outcome.candidates, outcome.created) == (2, 1, 2)
    proposal = standing(base)["O-1", "P-1"]
    assert proposal.programmes == [{"id": "emplois-avenir", "eligible_until": "2017-12-31"}]
    assert (proposal.state, proposal.verdict) == (ProposalState.TO_REVIEW, 1)
    points = sum(each["points"] for each in [*proposal.reasons, *proposal.reservations] if "points" in each)
    assert points == pytest.approx(proposal.score, abs=1e-5)


def test_a_person_without_the_right_is_kept_from_that_offer_only(base):
    build.person(base, identifier="P-old", birth_date=date(1980, 1, 1))
    run(base)
    assert set(standing(base)) == {("O-2", "P-old")}


def test_a_right_not_known_is_proposed_with_what_to_ask(base):
    build.person(base, identifier="P-1", situation=None)
    run(base)
    proposal = standing(base)["O-1", "P-1"]
    assert proposal.verdict == 0
    assert {
        "code": "right-to-confirm",
        "programme": "emplois-avenir",
        "missing": ["employment"],
    } in proposal.reservations


def test_a_second_run_changes_nothing_and_scores_the_same_pairs(base):
    for _ in range(3):
        build.person(base)
    first = run(base)
    before = {pair: (p.id, p.score, p.version) for pair, p in standing(base).items()}
    second = run(base)
    assert (second.created, second.stale, second.pairs_scored) == (0, 0, first.pairs_scored)
    assert {pair: (p.id, p.score, p.version) for pair, p in standing(base).items()} == before


def test_what_was_decided_is_not_proposed_again_nor_touched(base):
    person = build.person(base, identifier="P-1")
    run(base)
    proposal = standing(base)["O-1", "P-1"]
    user = build.user(base)
    proposals.review(
        base, proposal, proposals.ProposalAction.REJECT, actor_id=user.id, party=Party.ADVISOR, on=DAY, at=AT,
        details=proposals.Details(reason_code="mobility"),
    )  # fmt: skip
    person.mobility_km = 3.0
    base.flush()
    run(base, full=True)
    assert ("O-1", "P-1") not in standing(base)
    assert base.get(MatchProposal, proposal.id).state is ProposalState.REJECTED


def test_a_changed_person_makes_untouched_proposals_stale_and_new_ones_come(base):
    person = build.person(base, identifier="P-1")
    run(base)
    old = standing(base)["O-1", "P-1"].id
    person.insee_code, person.wanted_title = "80021", "secrétaire"
    base.flush()
    outcome = run(base)
    assert outcome.stale == 2
    assert base.get(MatchProposal, old).state is ProposalState.STALE
    assert standing(base) == {}
    logged = base.scalars(sa.select(ReviewDecision.action).where(ReviewDecision.proposal_id == old)).all()
    assert logged == ["compute", "shortlist", "stale"]


def test_nobody_holds_more_than_five_live_proposals(base):
    for number in range(3, 12):
        build.offer(base, reference=f"O-{number}")
    build.person(base)
    run(base)
    assert len(standing(base)) == 5


def test_everybody_who_can_be_is_proposed_even_past_the_slots(base):
    people = [build.person(base).id for _ in range(60)]
    outcome = run(base)
    found = standing(base).values()
    assert {proposal.person_id for proposal in found} == set(people)
    assert outcome.candidates_without_offer == []
    assert sum(proposal.why == "complement" for proposal in found) == 40


def test_nobody_is_left_out_in_silence(base):
    build.person(base, identifier="P-far", wanted_title="ingénieur qualité")
    build.person(base, identifier="P-none", wanted_title=None)
    outcome = run(base)
    assert outcome.not_enough_data == ["P-none"]
    assert outcome.without_feasible_offer == 2
    assert outcome.unmatched_offers == ["O-1", "O-2"]


def test_one_offer_alone_can_be_asked_for(base):
    build.person(base)
    outcome = run(base, offer="O-1")
    assert (outcome.offers, outcome.created) == (1, 1)
    with pytest.raises(NotFound):
        run(base, offer="O-404")


def test_ordinary_law_lists_the_programmes_its_terms_would_allow(base):
    build.offer(
        base, reference="O-9", scheme=None, employer=build.organisation(base, sector=Sector.NON_PROFIT)
    )
    build.person(base, identifier="P-1")
    run(base)
    assert [each["id"] for each in standing(base)["O-9", "P-1"].programmes] == ["emplois-avenir"]


def test_the_same_reference_from_two_sources_is_told_apart(base):
    from matching.vocabulary import Source

    build.offer(base, reference="O-1", source=Source.FRANCE_TRAVAIL)
    shown = set(match_names.of_offers(base).shown.values())
    assert {"autre:O-1", "france-travail:O-1", "O-2"} == shown


def test_sex_name_and_address_move_no_score_and_no_order(base):
    """The same wish, level and place: what differs is forbidden to a score (M4)."""
    same = {
        "identifier": "P-1",
        "civility": "Mme",
        "family_name": "Morel",
        "address": "1 rue Fafet",
        "declared_quarter": "nord",
    }
    person = build.person(base, **same)
    run(base)
    before = {pair: (p.score, p.parts, p.reasons) for pair, p in standing(base).items()}
    person.civility, person.family_name, person.address, person.declared_quarter = (
        "M",
        "Touré",
        "9 route",
        "etouvie",
    )
    base.flush()
    outcome = run(base, full=True)
    assert outcome.stale == len(before)
    assert {pair: (p.score, p.parts, p.reasons) for pair, p in standing(base).items()} == before


def test_an_advisor_adds_by_hand_once(base):
    person, offer = build.person(base), build.offer(base, reference="O-hand")
    user = build.user(base)
    made = match_runs.add_by_hand(base, BOOK, STARTER, person.id, offer.id, actor_id=user.id, on=DAY, at=AT)
    assert (made.run_id, made.state) == (None, ProposalState.TO_REVIEW)
    with pytest.raises(Duplicate):
        match_runs.add_by_hand(base, BOOK, STARTER, person.id, offer.id, actor_id=user.id, on=DAY, at=AT)


def test_a_stopped_run_leaves_the_former_proposals(empty_database_url):
    made = open_database(empty_database_url, KEY)
    upgrade(made.engine)
    with made.transaction() as session:
        write(session)
        build.offer(session, reference="O-1")
        build.person(session)
        run(session)

    class Killed(Exception):
        pass

    def stop(_done, _total):
        raise Killed

    def interrupted():
        with made.transaction() as session:
            build.person(session)
            run(session, full=True, on_progress=stop)

    with pytest.raises(Killed):
        interrupted()
    with made.reading() as session:
        assert len(standing(session)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(MatchRun)) == 1
    made.dispose()


def test_the_facts_of_the_base_are_those_of_a_dossier(base):
    """load_cohort and Cohort.build agree: same windows for the same person."""
    person = build.person(base, situation=None, no_diploma_stated_on=None)
    zone = homes.zone(base, "zus-nord")
    homes.confirm(base, person, zone, since_on=date(2010, 5, 1), proof="bail", actor_id=None, on=DAY)
    rows = [
        RegistrationSpell(person_id=person.id, category=1, start_on=date(2012, 3, 1), end_on=None, source="autre"),
        Situation(person_id=person.id, value=SituationValue.IN_JOB, since_on=date(2011, 1, 1), stated_on=DAY, source="b"),
        Situation(
            person_id=person.id, value=SituationValue.NO_JOB, since_on=date(2012, 1, 1), stated_on=DAY, source="autre"
        ),
        EmploymentSpell(person_id=person.id, start_on=date(2013, 6, 1), end_on=date(2013, 6, 30), source="placement"),
        StatedFact(person_id=person.id, fact="csp", value=False, stated_on=DAY),
        DisabilityRecognition(
            person_id=person.id, value=seal_of(base).close("oui"), stated_on=DAY,
            valid_until=seal_of(base).close("2015-01-31"), source="autre",
        ),
    ]  # fmt: skip
    from matching import statements
    from matching.store.people import Diploma

    rows[-1].value = seal_of(base).close(statements.RECOGNISED)
    rows.append(Diploma(person_id=person.id, level=4, bac_plus=0, source="autre"))
    base.add_all(rows)
    base.flush()
    dossier = Dossier(
        birth_date=person.birth_date,
        rqth=True,
        rqth_until=date(2015, 1, 31),
        diploma_level=4,
        bac_plus=0,
        registrations=(Registration(date(2012, 3, 1), None, 1),),
        employment=(
            Period(date(2011, 1, 1), date(2011, 12, 31)),
            Period(date(2013, 6, 1), date(2013, 6, 30)),
        ),
        employment_known=(Period(date(2011, 1, 1)),),
        residence=(Residence(date(2010, 5, 1), None, "ZUS"),),
        residence_known=(Period(date(2010, 5, 1)),),
        facts={"csp": False},
    )
    ((ids, loaded),) = rights.load_cohort(base, [person.id])
    assert ids.tolist() == [person.id]
    built = Cohort.build([dossier], as_known_on=DAY)
    for law in BOOK.values():
        one, other = law.assess(loaded).windows, law.assess(built).windows
        assert one.certain.of_owner(0) == other.certain.of_owner(0), law.id
        assert one.possible.of_owner(0) == other.possible.of_owner(0), law.id


def test_a_home_only_declared_leaves_the_zone_unknown(base):
    from matching.store.people import ResidenceSpell
    from matching.vocabulary import ResidenceKind, ResidenceMethod

    person = build.person(base)
    base.add(
        ResidenceSpell(
            person_id=person.id, kind=ResidenceKind.DECLARED, declared_place="nord", start_on=date(2005, 1, 1),
            source="autre", method=ResidenceMethod.DECLARED,
        )
    )  # fmt: skip
    base.add(RegistrationSpell(person_id=person.id, start_on=date(2010, 1, 1), source="autre"))
    base.flush()
    ((_, cohort),) = rights.load_cohort(base, [person.id])
    windows = BOOK["emplois-francs-2013"].assess(cohort).windows
    assert windows.verdict(DAY.toordinal()).tolist() == [0]
    homes.confirm(
        base,
        person,
        homes.zone(base, "zus-nord"),
        since_on=date(2005, 1, 1),
        proof="bail",
        actor_id=None,
        on=DAY,
    )
    ((_, cohort),) = rights.load_cohort(base, [person.id])
    assert BOOK["emplois-francs-2013"].assess(cohort).windows.verdict(DAY.toordinal()).tolist() == [1]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"since_on": date(2013, 12, 1)}, "home-in-the-future"),
        ({"since_on": date(1990, 1, 1)}, "home-before-birth"),
        ({"proof": "  "}, "proof-needed"),
        ({"since_on": date(2012, 1, 1), "until_on": date(2011, 1, 1)}, "home-ends-before-it-starts"),
        ({"zone": "zfu-nord"}, "zone-not-for-people"),
        ({"zone": "qpv2015-etouvie"}, "zone-not-valid"),
    ],
)
def test_a_home_that_cannot_be_is_refused(base, changes, code):
    person = build.person(base)
    facts = {"zone": "zus-nord", "since_on": date(2012, 1, 1), "proof": "bail", **changes}
    zone = homes.zone(base, facts.pop("zone"))
    with pytest.raises(InvalidInput, match=code):
        homes.confirm(base, person, zone, actor_id=None, on=DAY, **facts)


def test_the_command_prints_one_document_twice_the_same(empty_database_url, monkeypatch, capsys):
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("PASSERELLE_DATA_KEY", KEY.decode())
    made = open_database(empty_database_url, KEY)
    upgrade(made.engine)
    with made.transaction() as session:
        write(session)
        build.offer(session, reference="O-1")
        build.person(session, identifier="P-1")
    made.dispose()
    documents = []
    for _ in range(2):
        assert cli.status(["match", "--json", "--today", "2013-11-04"]) == cli.DONE
        document = json.loads(capsys.readouterr().out)
        assert document.pop("seconds") >= 0
        documents.append(document)
    assert documents[0] == documents[1]
    assert set(documents[0]) >= {
        "on", "offers", "candidates", "pairs_scored", "unmatched_offers", "candidates_without_offer", "proposals",
    }  # fmt: skip
    (proposal,) = documents[0]["proposals"]
    assert (proposal["offer"], proposal["candidate"], proposal["rank"], proposal["why"]) == (
        "O-1",
        "P-1",
        1,
        "best",
    )
    assert set(proposal["priority"]) == {"days_left", "search_days", "weeks_without_proposal"}
    assert all(isinstance(reason, str) for reason in proposal["reasons"] + proposal["reservations"])
    assert cli.status(["match", "--today", "2013-11-04"]) == cli.DONE
    assert "P-1" in capsys.readouterr().out
    assert cli.status(["match", "--offer", "NOPE", "--today", "2013-11-04"]) == cli.REFUSED
    assert "NOPE" in capsys.readouterr().err
