"""Each machine takes the steps of its table and no other; each step leaves one line (workflow.md i to v)."""

# Where each acceptance case of workflow.md that concerns the machines and what follows a yes is tested, besides here:
#   6  the first answer is kept    integration/test_placement_breaks::test_a_right_that_was_judged_is_kept_as_it_was_a_month_later,
#                                  web/test_placement_follow_up::test_the_right_on_the_page_is_the_one_of_its_day_a_month_later
#   9  robots and double presses   web/test_bad_input::test_a_robot_that_fetches_a_link_of_any_kind_changes_nothing,
#                                  ::test_a_link_that_has_served_says_so_and_does_it_once,
#                                  web/test_personal_pages::test_yes_is_given_once_however_often_the_button_is_pressed,
#                                  integration/test_released::test_fifty_answers_at_once_are_one
#  10  one placement signed        integration/test_placement_breaks::test_case_10_from_the_signature_to_the_broken_trial,
#                                  ::test_the_motive_decides_what_is_cancelled_and_what_is_to_be_repaid,
#                                  integration/test_mail_words::test_a_signature_tells_every_other_employer_once_and_who_waited_for_the_post
#  11  state, event, role          test_every_step_… below, web/test_machines_pages, property/test_flows_together,
#                                  integration/test_hand_overs::test_every_step_from_every_state_by_either_agency;
#                                  the club, sessions, outreach, contracts with a clause, approaches for a graduate:
#                                  test_every_step_… of integration/test_club, test_sessions, test_outreach, test_clauses, test_graduates
#  12  a year of the clock         integration/test_daily, integration/test_placement_clock::test_a_year_day_by_day_and_by_leaps_leaves_the_same,
#                                  integration/test_mail_delivery::test_nothing_leaves_at_night,
#                                  integration/test_club_weeks::test_case_12_a_year_day_by_day_by_leaps_and_twice_leaves_the_same,
#                                  integration/test_sessions::test_a_year_of_the_clock_makes_each_session_once_and_loses_none,
#                                  integration/test_outreach::test_the_clock_chases_old_promises_and_wakes_who_asked_to_be_called_back
#  13  thirteen weeks              integration/test_club_weeks::test_case_13_thirteen_weeks_with_a_pause_a_holiday_a_cancelled_session_a_walk_in_and_a_job,
#                                  property/test_club_weeks, integration/test_report_measures::test_the_club_of_a_month_is_that_of_a_recount
#  14  a closed month              integration/test_report_figures::test_a_month_is_the_same_on_any_later_day,
#                                  integration/test_report_published::test_what_was_published_stays_while_the_data_moves
#  15  small cells                 property/test_disclosure_attack, integration/test_report_outcomes::test_a_small_count_hides_with_its_parts_and_its_rate,
#                                  integration/test_report_measures::test_a_refusal_counts_by_its_reason_while_it_stands_and_two_companies_are_not_shown
#  16  formulas in exports         unit/test_lists::test_a_text_that_a_spreadsheet_could_run_is_marked, web/test_offers_pages::test_the_csv_has_every_offer_and_no_formula,
#                                  web/test_club_pages::test_the_export_is_on_the_trail_and_holds_no_formula
#  17  two tabs                    web/test_proposals_together, web/test_placements_steps::test_the_second_advisor_sees_who_did_what_and_keeps_what_was_typed,
#                                  web/test_offers_forms::test_an_edit_of_an_older_version_keeps_what_was_typed_and_says_what_changed
#  18  keyboard, no script, 3G     browser/test_examination, browser/test_examination_slow, browser/test_personal, browser/test_employer_answers,
#                                  browser/test_attendance (no connection), browser/test_club (a week by keyboard)
#  19  who looked, who changed     web/test_placements_steps::test_each_step_and_each_reading_is_on_the_trail, integration/test_break_glass
#  20  bulk touches the selected   web/test_proposals_together::test_several_are_named_before_and_answered_after,
#                                  web/test_placements_steps::test_each_ticked_line_has_its_own_answer

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from matching import (
    clauses,
    club,
    collective,
    graduate_approaches,
    milestones,
    offers,
    outreach,
    placements,
    proposals,
)
from matching.eligibility import programme
from matching.errors import IllegalTransition, InvalidInput, NotAllowed
from matching.store.matches import Release, ReviewDecision
from matching.store.organisations import Offer, OfferEvent, Organisation
from matching.store.people import Agency
from matching.store.placements import AidMilestone, PlacementEvent
from matching.vocabulary import (
    LIVE_PROPOSALS,
    AgencyKind,
    MilestoneState,
    OfferState,
    Party,
    PlacementState,
    ProposalState,
)
from tests import build, hires, machines

BOOK = programme.load()
DAY = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)


MACHINES = (
    (machines.OFFER, offers.TRANSITIONS),
    (machines.PROPOSAL, proposals.TRANSITIONS),
    (machines.PLACEMENT, placements.TRANSITIONS),
    (machines.MILESTONE, milestones.TRANSITIONS),
    (machines.SESSION, collective.TRANSITIONS),
    (machines.OUTREACH, outreach.TRANSITIONS),
    (machines.MEMBERSHIP, club.TRANSITIONS),
    (machines.TENDER, clauses.TRANSITIONS),
    (machines.APPROACH, graduate_approaches.TRANSITIONS),
)


@pytest.mark.parametrize(
    ("told", "table"),
    MACHINES,
    ids=(
        "offer",
        "proposal",
        "placement",
        "milestone",
        "session",
        "outreach",
        "membership",
        "tender",
        "approach",
    ),
)
def test_the_table_is_the_one_of_the_page(told, table):
    assert machines.of_code(table) == machines.read(told)


def test_the_live_states_of_a_proposal_are_those_of_the_page():
    assert [str(state) for state in LIVE_PROPOSALS] == machines.LIVE.split()


class Attempts:
    """Every step tried from every state by every party, on one row, each attempt taken back afterwards."""

    def __init__(self, session, row, table, states, log):
        self.session, self.row, self.table, self.states, self.log = session, row, table, states, log
        self.taken, self.guarded = set(), set()

    def lines(self):
        return self.session.scalar(sa.select(sa.func.count()).select_from(self.log))

    def run(self, go, *, prepare=lambda state, action: None):
        self.session.flush()
        for action in self.table:
            for state in self.states:
                for party in Party:
                    self._one(go, prepare, state, action, party)
        return self

    def _one(self, go, prepare, state, action, party):
        step = self.table[action]
        outer = self.session.begin_nested()
        self.row.state = state
        prepare(state, action)
        self.session.flush()
        before = self.lines()
        case = f"{action} from {state} by {party}"
        try:
            go(action, party)
        except IllegalTransition:
            assert state not in step.starts, case
        except NotAllowed:
            assert state in step.starts and party not in step.parties, case
        except InvalidInput:
            assert state in step.starts and party in step.parties, case
            self.guarded.add(str(action))
        else:
            assert state in step.starts and party in step.parties, case
            assert self.row.state is step.leads_to, case
            assert self.lines() == before + 1, case
            self.taken.add(str(action))
            outer.rollback()
            self.session.expire(self.row)
            return
        assert self.row.state is state and self.lines() == before, case
        outer.rollback()
        self.session.expire(self.row)


def test_every_step_of_a_proposal_from_every_state_by_every_party(session):
    """Allowed ones leave one line, all others refuse and leave none (acceptance case 11)."""
    proposal, user = build.proposal(session), build.user(session)
    session.add(
        ReviewDecision(
            proposal_id=proposal.id, actor_id=user.id, action="approve", from_state="to_review", to_state="approved",
            told=False, decided_on=DAY, decided_at=AT,
        )
    )  # fmt: skip
    reasons = {"reject": "mobility", "not_selected": "skills", "no": "hours"}
    on = date(2013, 12, 20)

    def go(action, party):
        closing = "placed_elsewhere" if party is Party.SYSTEM else "withdrawn_by_adviser"
        details = proposals.Details(
            reason_code=closing if str(action) == "close" else reasons.get(str(action)), note="parce que",
            wake_on=date(2013, 12, 28), channel="phone", starts_on=date(2013, 11, 18),
        )  # fmt: skip
        proposals.review(
            session, proposal, action, actor_id=user.id, party=party, on=on, at=AT, details=details
        )

    tried = Attempts(session, proposal, proposals.TRANSITIONS, ProposalState, ReviewDecision).run(go)
    created = {"compute"}  # of a row that does not exist yet: the matcher's own tests
    assert {str(action) for action in proposals.TRANSITIONS} - tried.taken == created


def test_every_step_of_an_offer_from_every_state_by_every_party(session):
    offer, user = build.offer(session), build.user(session)
    employer = session.get_one(Organisation, offer.organisation_id)

    def prepare(state, action):
        offer.missing = ["tutor"] if str(action) == "return" else []
        offer.review_by = date(2013, 11, 1)
        offer.posts_filled = offer.positions if str(action) == "fill" else 0

    def go(action, party):
        offers.change(
            session, offer, action, actor_id=user.id, party=party, on=DAY, at=AT, reason="parce que", book=BOOK,
            organisation=employer,
        )  # fmt: skip

    tried = Attempts(session, offer, offers.TRANSITIONS, OfferState, OfferEvent).run(go, prepare=prepare)
    assert tried.taken == {str(action) for action in offers.TRANSITIONS}


def test_every_step_of_a_placement_from_every_state_by_every_party(session):
    """With a right that holds, so that what refuses is the table alone or a guard that has a test of its own."""
    agency = build._add(session, Agency(name="Pôle emploi", kind=AgencyKind.POLE_EMPLOI))
    user = build.user(session)
    placement = hires.hired(session, agency=agency, steps=hires.way(hires.AVENIR)[:1])
    signed = date(2013, 11, 4)

    def prepare(state, action):
        early = state in (PlacementState.PROPOSED, PlacementState.PROMISED)
        placement.aid_requested_on = None if early else date(2013, 10, 18)
        placement.starts_on, placement.trial_end_on = date(2013, 11, 18), date(2014, 1, 17)
        if str(action) == "run" and state is PlacementState.STARTED:
            placement.trial_end_on = None
        if str(action) == "break_trial":
            placement.trial_end_on = date(2016, 12, 1)
        placement.planned_end_on = date(2016, 11, 18)
        placement.signed_on = signed

    def go(action, party):
        on = date(2016, 11, 18)
        details = placements.Details(
            reason="resigned", situation="unemployed", number="80-1", starts_on=date(2013, 11, 18),
            conditions=dict.fromkeys(hires.STATED[hires.AVENIR], DAY),
        )  # fmt: skip
        if str(action) in ("promise", "request_aid", "grant", "refuse", "sign"):
            on = signed
        placements.change(
            session,
            placement,
            action,
            actor_id=user.id,
            party=party,
            on=on,
            at=AT,
            book=BOOK,
            details=details,
        )

    tried = Attempts(session, placement, placements.TRANSITIONS, PlacementState, PlacementEvent)
    tried.run(go, prepare=prepare)
    assert {str(action) for action in placements.TRANSITIONS} - tried.taken == {"open", "register"}


def test_every_step_of_a_milestone_from_every_state_by_every_party(session):
    placement = build.placement(session)
    row = build._add(
        session,
        AidMilestone(
            placement_id=placement.id, kind="monthly", number=1, due_on=date(2013, 10, 31), amount_cents=100,
            state=MilestoneState.DUE,
        ),
    )  # fmt: skip

    def prepare(state, action):
        row.window_closes_on = date(2013, 11, 3) if str(action) == "lapse" else None

    def go(action, party):
        milestones.settle(session, row, action, actor_id=None, party=party, on=DAY, reason="motif")

    tried = Attempts(session, row, milestones.TRANSITIONS, MilestoneState, PlacementEvent)
    tried.run(go, prepare=prepare)
    assert tried.taken == {str(action) for action in milestones.TRANSITIONS}


def test_undo_is_for_its_author_until_the_outside_was_told(session):
    proposal, author, other = (
        build.proposal(session),
        build.user(session),
        build.user(session, email="b@x.fr"),
    )

    def act(action, user, **more):
        return proposals.review(
            session, proposal, action, actor_id=user.id, party=Party.ADVISOR, on=DAY, at=AT,
            details=proposals.Details(reason_code="mobility"), **more,
        )  # fmt: skip

    actions = proposals.ProposalAction
    act(actions.REJECT, author)
    with pytest.raises(InvalidInput):
        act(actions.UNDO, other)
    act(actions.UNDO, author)
    assert proposal.state is ProposalState.TO_REVIEW
    act(actions.REJECT, author, told=True)
    with pytest.raises(InvalidInput, match="already-told"):
        act(actions.UNDO, author)


@pytest.mark.parametrize(
    ("known", "after"), [(None, DAY), (date(2013, 9, 2), DAY), (date(2013, 11, 5), date(2013, 11, 5))]
)
def test_a_contact_is_the_last_one_of_the_person_unless_a_later_one_is_known(session, known, after):
    person = build.person(session, last_contact_on=known)
    version = person.version
    proposal = build.proposal(session, person=person, state=ProposalState.APPROVED)
    proposals.review(
        session,
        proposal,
        proposals.ProposalAction.CONTACT,
        actor_id=build.user(session).id,
        party=Party.ADVISOR,
        on=DAY,
        at=AT,
        details=proposals.Details(channel="phone"),
    )
    session.refresh(person)
    assert (person.last_contact_on, person.version) == (after, version)


def test_nothing_is_released_without_a_named_advisor(session):
    proposal = build.proposal(session, state=ProposalState.AGREED)
    with pytest.raises(InvalidInput, match="advisor-needed"):
        proposals.review(
            session,
            proposal,
            proposals.ProposalAction.SEND,
            actor_id=None,
            party=Party.ADVISOR,
            on=DAY,
            at=AT,
        )
    assert session.scalar(sa.select(Release)) is None


def test_undoing_a_refusal_never_passes_the_cap_nor_doubles_a_proposal(session):
    person, user = build.person(session), build.user(session)
    proposal = build.proposal(session, person=person)

    def act(action, of=proposal):
        return proposals.review(
            session, of, action, actor_id=user.id, party=Party.ADVISOR, on=DAY, at=AT,
            details=proposals.Details(reason_code="mobility"),
        )  # fmt: skip

    act(proposals.ProposalAction.REJECT)
    again = build.proposal(session, person=person, offer=session.get_one(Offer, proposal.offer_id))
    with pytest.raises(InvalidInput, match="already-proposed"):
        act(proposals.ProposalAction.UNDO)
    act(proposals.ProposalAction.REJECT, again)
    for _ in range(5):
        build.proposal(session, person=person)
    with pytest.raises(InvalidInput, match="person-at-cap"):
        act(proposals.ProposalAction.UNDO)
    assert proposal.state is ProposalState.REJECTED


def test_every_refusal_of_a_flow_has_a_french_sentence():
    """Codes raised in the flows, read from their source, each with words that say what to do."""
    import re
    from pathlib import Path

    import matching
    from web.wording import SENTENCES

    root = Path(matching.__file__).parent
    codes = set()
    for path in root.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        codes |= set(re.findall(r"\brefuse\(\s*\"([a-z-]+)\"", text))
        codes |= set(
            re.findall(
                r"(?:InvalidInput|NotFound|Duplicate|StaleVersion|IllegalTransition|NotAllowed)\(\s*\"([a-z-]+)\"",
                text,
            )
        )
    assert codes - set(SENTENCES) == set()
