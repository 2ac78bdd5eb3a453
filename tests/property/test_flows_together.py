"""Several roles act at random on the same offers, people and contracts; a plain model says what may have become of them.

The model knows the tables of tests/machines.py and what a signature, a broken trial or a withdrawal does to the others
(workflow.md, acceptance cases 10 and 11). What the flows refuse must change nothing; what they take must leave one line.
"""

import contextlib
import itertools
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from matching import milestones, offers, outbox, placements, proposals
from matching.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from matching.store.engine import open_database
from matching.store.matches import MatchProposal, Release, ReviewDecision
from matching.store.messages import OutgoingMessage
from matching.store.migrate import upgrade
from matching.store.organisations import Offer, OfferEvent, Organisation
from matching.store.people import Agency
from matching.store.placements import AidMilestone, Placement, PlacementEvent
from matching.vocabulary import AgencyKind, MessageState, Party, ProposalState
from tests import build, hires, machines
from tests.conftest import KEY

OFFERS, PROPOSALS = machines.read(machines.OFFER), machines.read(machines.PROPOSAL)
PLACEMENTS, MILESTONES = machines.read(machines.PLACEMENT), machines.read(machines.MILESTONE)
LIVE = set(machines.LIVE.split())
#: Whose promise is not signed yet has no post once the last one is taken.
UNDER_CONTRACT = set(machines.UNDER_CONTRACT.split())
ENGAGED = {"promised", "aid_requested", "aid_granted", "aid_refused", *machines.UNDER_CONTRACT.split()}
#: Steps that nothing but the table may refuse, whoever is allowed to take them.
NEVER_GUARDED = {"reject", "wake", "yes", "no", "interview", "not_selected", "selected"}
parties = st.sampled_from(list(Party))


class Together(RuleBasedStateMachine):
    database = None

    @initialize()
    def world(self):
        self.connection = self.database.engine.connect()
        self.outer = self.connection.begin()
        self.session = Session(
            self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False,
            info={"seal": self.database.seal},
        )  # fmt: skip
        s = self.session
        self.on, self.at = date(2013, 10, 14), datetime(2013, 10, 14, 8, tzinfo=UTC)
        agency = build._add(s, Agency(name="Pôle emploi", kind=AgencyKind.POLE_EMPLOI))
        self.advisor = build.user(s, agency_id=agency.id)
        self.people = [
            hires.person(s, agency=agency, email=f"jeune{number}@exemple.fr") for number in range(3)
        ]
        employer = build.organisation(s, contact_email="asso@exemple.fr")
        self.offers = [build.offer(s, employer=employer, positions=posts) for posts in (1, 2)]
        # Not all at the beginning: chance alone would hardly ever come to a hire.
        begun = itertools.cycle(
            ("selected", "to_review", "interview", "selected", "person_asked", "selected")
        )
        self.proposals = [
            build.proposal(
                s, person=who, offer=offer, asked_on=None, wake_on=None, state=ProposalState(next(begun)),
                expected_start_on=date(2013, 10, 21),
            )
            for who in self.people
            for offer in self.offers
        ]  # fmt: skip
        self.placements = []
        self.state = {row: str(row.state) for row in (*self.offers, *self.proposals)}
        self.lines = Counter()
        self.released = set()

    def teardown(self):
        if hasattr(self, "session"):
            self.session.close()
            self.outer.rollback()
            self.connection.close()

    # What is done

    @rule(days=st.integers(0, 20))
    def later(self, days):
        self.days_pass(days)

    def days_pass(self, days):
        self.on += timedelta(days=days)
        self.at += timedelta(days=days, minutes=1)

    @rule(which=st.integers(0, 5), action=st.sampled_from(list(PROPOSALS)), party=parties)
    def proposal(self, which, action, party):
        self._proposal(self.proposals[which], action, party)

    @rule(which=st.integers(0, 5), party=st.sampled_from([Party.ADVISOR, Party.SUPERVISOR]))
    def proposal_goes_on(self, which, party):
        """The next step of a proposal that goes well: what chance alone would hardly ever reach."""
        row = self.proposals[which]
        onward = {
            "to_review": "approve", "deferred": "approve", "approved": "contact", "person_asked": "yes",
            "agreed": "send", "sent": "interview", "interview": "selected",
        }  # fmt: skip
        if self.state[row] in onward:
            self._proposal(row, onward[self.state[row]], party)

    @rule(which=st.integers(0, 1), action=st.sampled_from(list(OFFERS)), party=parties)
    def offer(self, which, action, party):
        row = self.offers[which]
        if action == "lapse" or (action == "fill" and party is Party.SYSTEM):
            return  # the clock's and the last signature's own
        took = self._try(
            OFFERS, row, action, party,
            lambda: offers.change(
                self.session, row, offers.OfferAction(action), actor_id=self.advisor.id, party=party, on=self.on,
                at=self.at, reason="parce que", book=hires.BOOK, missing=["tutor"],
                organisation=self.session.get_one(Organisation, row.organisation_id),
            ),
        )  # fmt: skip
        if took and action == "withdraw":
            self._close(lambda each: each.offer_id == row.id)

    @precondition(lambda self: any(state == "selected" for state in self.state.values()))
    @rule(data=st.data())
    def hire(self, data):
        chosen = data.draw(st.sampled_from([p for p in self.proposals if self.state[p] == "selected"]))
        if any(held.proposal_id == chosen.id for held in self.placements):
            return
        with self.session.begin_nested():
            made = placements.open(
                self.session, chosen, programme=hires.AVENIR, actor_id=self.advisor.id, party=Party.ADVISOR, on=self.on
            )  # fmt: skip
        self.placements.append(made)
        self.state[made], self.lines[made] = "proposed", 1

    @precondition(lambda self: self.placements)
    @rule(data=st.data(), action=st.sampled_from(list(PLACEMENTS)), party=parties)
    def placement(self, data, action, party):
        self._placement(data.draw(st.sampled_from(self.placements)), action, party)

    @precondition(lambda self: self.placements)
    @rule(data=st.data(), steps=st.integers(1, 7))
    def placement_goes_on(self, data, steps):
        row = data.draw(st.sampled_from(self.placements))
        onward = {
            "proposed": "promise", "promised": "request_aid", "aid_requested": "grant", "aid_granted": "sign",
            "signed": "start", "started": "pass_trial", "trial_passed": "run",
        }  # fmt: skip
        for _ in range(steps):
            if self.state[row] in onward:
                self.days_pass(40 if self.state[row] == "started" else 8)
                self._placement(row, onward[self.state[row]], Party.SUPERVISOR)

    @precondition(lambda self: any(state in ENGAGED for state in self.state.values()))
    @rule(
        data=st.data(),
        action=st.sampled_from(["no_show", "break_trial", "exit", "cancel", "abandon", "suspend"]),
    )
    def placement_ends(self, data, action):
        row = data.draw(st.sampled_from([held for held in self.placements if self.state[held] in ENGAGED]))
        self._placement(row, action, Party.SUPERVISOR)

    @precondition(lambda self: self.placements)
    @rule(data=st.data(), action=st.sampled_from(list(MILESTONES)), party=parties)
    def milestone(self, data, action, party):
        held = data.draw(st.sampled_from(self.placements))
        rows = milestones.of(self.session, held.id)
        if not rows or action in ("fall_due", "lapse", "claim_back", "cancel"):
            return
        row = rows[data.draw(st.integers(0, min(len(rows), 3) - 1))]
        before, line = str(row.state), MILESTONES[action]
        try:
            with self.session.begin_nested():
                milestones.settle(
                    self.session, row, milestones.MilestoneAction(action), actor_id=self.advisor.id, party=party,
                    on=self.on, reason="motif",
                )  # fmt: skip
        except (IllegalTransition, NotAllowed, InvalidInput):
            self.session.refresh(row)
            assert str(row.state) == before
        else:
            assert before in line.starts
            assert str(party) in line.parties
            assert str(row.state) == line.leads_to

    @rule()
    def messages_leave(self):
        later = self.at + timedelta(hours=24)
        for message in outbox.claim(self.session, at=later):
            outbox.sent(self.session, message, at=later, subject="s", text="t")
        self.at = later

    # How it is done

    def _try(self, table, row, action, party, go):
        """Whether the step was taken; compared with the table either way."""
        before, line = self.state[row], table[action]
        try:
            with self.session.begin_nested():
                go()
        except IllegalTransition:
            assert before not in line.starts, (action, before)
        except NotAllowed:
            assert str(party) not in line.parties, (action, party)
        except (InvalidInput, Conflict) as guard:
            assert before in line.starts, (action, before)
            assert str(party) in line.parties, (action, party)
            if action in NEVER_GUARDED:
                raise AssertionError(f"{action} was refused: {guard.code}") from guard
        else:
            assert before in line.starts, (action, before)
            assert str(party) in line.parties, (action, party)
            self.state[row] = line.leads_to
            self.lines[row] += 1
            return True
        self.session.refresh(row)
        return False

    def _proposal(self, row, action, party):
        if action in ("compute", "stale") or (action == "close" and party is Party.SYSTEM):
            return  # the matcher's, and what other machines do
        reasons = {
            "reject": "mobility",
            "not_selected": "skills",
            "no": "hours",
            "close": "withdrawn_by_adviser",
        }
        details = proposals.Details(
            reason_code=reasons.get(action), note="parce que", wake_on=self.on + timedelta(days=5), channel="phone",
            starts_on=self.on + timedelta(days=7),
        )  # fmt: skip
        took = self._try(
            PROPOSALS, row, action, party,
            lambda: proposals.review(
                self.session, row, proposals.ProposalAction(action), actor_id=self.advisor.id, party=party, on=self.on,
                at=self.at, details=details,
            ),
        )  # fmt: skip
        if took and action == "send":
            self.released.add(row)

    def _placement(self, row, action, party):
        details = placements.Details(
            reason="resigned", situation="unemployed", number="80-1", starts_on=max(self.on, row.starts_on or self.on),
            trial_end_on=max(self.on, row.starts_on or self.on) + timedelta(days=30),
            conditions=dict.fromkeys(hires.STATED[hires.AVENIR], self.on),
        )  # fmt: skip
        before = self.state[row]
        took = action != "open" and self._try(
            PLACEMENTS, row, action, party,
            lambda: placements.change(
                self.session, row, placements.PlacementAction(action), actor_id=self.advisor.id, party=party,
                on=self.on, at=self.at, book=hires.BOOK, details=details,
            ),
        )  # fmt: skip
        if not took:
            return
        offer = next(each for each in self.offers if each.id == row.offer_id)
        if action == "sign":
            self._close(lambda each: each.person_id == row.person_id and each.id != row.proposal_id)
            if self._taken(offer) == offer.positions:
                self._move(offer, "filled", from_states=OFFERS["fill"].starts)
                hired = {
                    held.proposal_id
                    for held in self.placements
                    if self.state[held] in UNDER_CONTRACT | {"completed"}
                }
                self._close(lambda each: each.offer_id == offer.id and each.id not in hired)
        elif action in ("break_trial", "no_show", "cancel"):
            self._move(offer, "open", from_states={"filled"})
            self._close(lambda each: each.id == row.proposal_id)
        elif action in ("exit", "complete", "abandon"):
            self._close(lambda each: each.id == row.proposal_id)
        assert before != self.state[row]

    def _taken(self, offer):
        return sum(1 for held in self.placements if held.offer_id == offer.id and self._holds_post(held))

    def _holds_post(self, held):
        """Signed, and neither broken in trial, nor never begun, nor taken back."""
        actions = set(
            self.session.scalars(
                sa.select(PlacementEvent.action).where(PlacementEvent.placement_id == held.id)
            )
        )
        return "sign" in actions and not actions & {"no_show", "break_trial", "cancel"}

    def _move(self, row, state, *, from_states):
        if self.state[row] in from_states:
            self.state[row] = state
            self.lines[row] += 1

    def _close(self, concerned):
        for each in self.proposals:
            if concerned(each) and self.state[each] in LIVE:
                self._move(each, "closed", from_states=LIVE)

    # What always holds

    @invariant()
    def the_base_says_what_the_model_says(self):
        if not hasattr(self, "session"):
            return
        for row, state in self.state.items():
            self.session.refresh(row)
            assert str(row.state) == state, row
        for log, rows, key in (
            (ReviewDecision, self.proposals, ReviewDecision.proposal_id),
            (OfferEvent, self.offers, OfferEvent.offer_id),
            (PlacementEvent, self.placements, PlacementEvent.placement_id),
        ):
            for row in rows:
                moves = [
                    line
                    for line in self.session.scalars(sa.select(log).where(key == row.id).order_by(log.id))
                    if not line.action.startswith("milestone")
                ]
                assert len(moves) == self.lines[row]
                for earlier, later in itertools.pairwise(moves):
                    assert later.from_state == earlier.to_state

    @invariant()
    def posts_are_counted_and_nobody_is_hired_twice(self):
        if not hasattr(self, "session"):
            return
        for offer in self.offers:
            assert offer.posts_filled == self._taken(offer) <= offer.positions
        engaged = Counter(held.person_id for held in self.placements if self.state[held] in ENGAGED)
        assert all(count == 1 for count in engaged.values())

    @invariant()
    def nothing_reached_an_employer_without_a_named_decision(self):
        if not hasattr(self, "session"):
            return
        out = self.session.scalars(sa.select(Release)).all()
        assert {release.proposal_id for release in out} == {row.id for row in self.released}
        assert all(release.decided_by_id == self.advisor.id for release in out)

    @invariant()
    def messages_are_written_once_and_none_tells_what_was_taken_back(self):
        if not hasattr(self, "session"):
            return
        rows = self.session.scalars(sa.select(OutgoingMessage)).all()
        undone = {
            line.id
            for row in self.proposals
            for line, following in self._pairs(row)
            if following.action == "undo"
        }
        for message in rows:
            if message.decision_id in undone:
                assert message.state is MessageState.CANCELLED
        keys = Counter((m.kind, m.subject_kind, m.subject_id, m.address, m.occasion) for m in rows)
        assert all(count == 1 for count in keys.values())

    def _pairs(self, row):
        lines = self.session.scalars(
            sa.select(ReviewDecision).where(ReviewDecision.proposal_id == row.id).order_by(ReviewDecision.id)
        ).all()
        return itertools.pairwise(lines)

    @invariant()
    def money_is_only_owed_for_a_contract(self):
        if not hasattr(self, "session"):
            return
        for held in self.placements:
            states = {str(row.state) for row in milestones.of(self.session, held.id)}
            if self.state[held] in ("proposed", "promised", "aid_requested", "aid_granted", "aid_refused"):
                assert not states
            if self.state[held] == "abandoned":
                assert not states & {"upcoming", "due", "document_received", "asked"}


@pytest.fixture(params=["sqlite", "postgresql"])
def base(request, tmp_path):
    with contextlib.ExitStack() as stack:
        url = (
            f"sqlite:///{tmp_path}/flows.db"
            if request.param == "sqlite"
            else request.getfixturevalue("postgres_server")
        )
        made = open_database(url, KEY)
        stack.callback(made.dispose)
        upgrade(made.engine)
        yield made


@pytest.mark.parametrize("examples", [15, pytest.param(400, marks=pytest.mark.deep)])
def test_several_roles_at_random_do_what_the_model_says(base, examples):
    class On(Together):
        database = base

    run_state_machine_as_test(
        On,
        settings=settings(
            max_examples=examples, stateful_step_count=40, deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )  # fmt: skip


def test_the_words_of_the_model_are_those_of_the_schema():
    """A state that the schema does not know would never be reached, and never be missed."""
    known = {
        Offer: OFFERS, MatchProposal: PROPOSALS, Placement: PLACEMENTS, AidMilestone: MILESTONES,
    }  # fmt: skip
    for model, steps in known.items():
        states = set(model.__table__.c.state.type.enums)
        said = {line.leads_to for line in steps.values()} | {
            s for line in steps.values() for s in line.starts if s
        }
        assert said == states, model
