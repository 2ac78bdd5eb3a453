"""Acceptance case 11 by page: every step of the four machines from every state, by whoever has a page or a link for it.

The truth is `tests/machines.py`, written by hand from workflow.md. Allowed: one line in the log and the state of the table, or a
guard's 422; from another state: 409; no step of that page: 404; another agency or organisation: 404; a role without the page:
403. Whatever is refused is said in French and changes nothing. The same by flow: tests/integration/test_machines.py.
"""

from datetime import date

import pytest
import sqlalchemy as sa

from matching import clock
from matching.store.matches import MatchProposal, Release, ReviewDecision
from matching.store.messages import OfferDraft
from matching.store.organisations import Offer, OfferEvent, Organisation
from matching.store.people import Agency, Person
from matching.store.placements import AidMilestone, Placement, PlacementEvent
from matching.vocabulary import (
    MilestoneState,
    OfferState,
    PlacementState,
    ProposalState,
)
from tests import answering, hires, machines
from tests.web.examining import FRAGMENT
from tests.web.test_employer_offers import TYPED
from tests.web.trying import INSIDE, OUTSIDE, OVER, WITHOUT, Scene, on, said, words

OFFER, PROPOSAL = machines.read(machines.OFFER), machines.read(machines.PROPOSAL)
PLACEMENT, MILESTONE = machines.read(machines.PLACEMENT), machines.read(machines.MILESTONE)


@pytest.fixture
def bench(app, database):
    made = Scene(app, database)
    yield made
    made.close()


def turns(line, states, kinds, number):
    """(state, account) to try of the step of that number: every state by an advisor; by the others those that it starts from,
    and the rest in turn, a different quarter for each step. By flow everybody tries all of them."""
    for at, state in enumerate(states):
        for kind in kinds:
            if kind in ("advisor", "employer") or state in line.starts or (at + number) % 4 == 0:
                yield state, kind


# --- proposals

#: Steps that the examination has a button for; the matcher and the clock take the others.
EXAMINED = [
    "approve",
    "reject",
    "defer",
    "contact",
    "called",
    "yes",
    "no",
    "send",
    "interview",
    "selected",
    "not_selected",
    "close",
    "undo",
]
REASONS = {"reject": "mobility", "no": "hours", "not_selected": "skills"}
#: Before the release an employer knows nothing of the person.
RELEASED = ("sent", "interview", "selected", "not_selected", "closed")
#: What the matcher holds back is in no queue, and has no sheet to draw again.
UNSEEN = ("computed", "stale")


def proposal_state(bench):
    return lambda: bench.get(MatchProposal, bench.proposal.id).state


def in_state(bench, state, action="", actor=None):
    """The proposal in that state, with the decision that an undo takes back; before `send` there is no release."""
    bench.set(MatchProposal, bench.proposal.id, state=ProposalState(state))
    if state not in RELEASED:
        bench.connection.execute(sa.delete(Release).where(Release.proposal_id == bench.proposal.id))
    if action == "undo":
        bench.connection.execute(
            sa.insert(ReviewDecision).values(
                proposal_id=bench.proposal.id, actor_id=actor.id, action="approve", from_state="to_review",
                to_state="approved", told=False, decided_on=answering.DAY, decided_at=clock.now(),
            )
        )  # fmt: skip
    return bench.get(MatchProposal, bench.proposal.id)


def test_every_decision_from_every_state_by_every_advisor(bench):
    """An advisor without the script, the others with it: a script gets parts of the page."""
    path = f"/propositions/{bench.proposal.public_id}/decision"

    def data(action, row):
        return {
            "action": action, "version": row.version, "state": str(row.state), "reason": REASONS.get(action, ""),
            "note": "parce que", "channel": "phone", "starts_on": "18/11/2013", "wake_on": "14/11/2013",
        }  # fmt: skip

    for number, (action, line) in enumerate(PROPOSAL.items()):
        for state, kind in turns(line, ProposalState, INSIDE, number):
            called = action == "contact" and state in ("to_review", "deferred")  # a call approves by the way
            with bench.attempt():
                row = in_state(bench, state, action, bench.users[kind])
                done = bench.one(
                    (action, state, kind), ReviewDecision,
                    lambda kind=kind, action=action, row=row: bench.post(
                        bench.clients[kind], path, headers=FRAGMENT if kind != "advisor" else {}, **data(action, row)
                    ),
                    allowed=action in EXAMINED and (state in line.starts or called), read=proposal_state(bench),
                    leads_to=line.leads_to, lines=2 if called else 1, done=303 if kind == "advisor" else 200,
                    refused=409 if action in EXAMINED else 404,
                    sentence="Votre décision n'est pas enregistrée" if state in UNSEEN else OVER,
                )  # fmt: skip
                if done:
                    bench.taken.add((action, kind))
        with bench.attempt():
            row = in_state(bench, next(iter(sorted(filter(None, line.starts))), "to_review"))
            bench.outsiders(path, 403, (*WITHOUT, "employer"), **data(action, row))
            if action in EXAMINED:
                bench.outsiders(path, 404, OUTSIDE, **data(action, row))
    assert bench.taken == {(action, kind) for action in EXAMINED for kind in INSIDE}


def test_every_decision_on_several_at_once_and_every_answer_of_a_call(bench):
    """Lines of a bulk decision have their own answers; a call notes the contact and the answer in one go."""
    many = f"/offres/{bench.offer.public_id}/propositions/lot"
    for action in ("approve", "reject"):
        for state in ProposalState:
            with bench.attempt():
                row = in_state(bench, state)
                before = bench.rows()
                answer = bench.post(
                    bench.clients["advisor"], many, action=action, reason="mobility",
                    p=f"{row.public_id}.{row.version}.{row.state}",
                )  # fmt: skip
                assert answer.status_code == 200
                if state in PROPOSAL[action].starts:
                    assert proposal_state(bench)() == PROPOSAL[action].leads_to
                else:
                    assert OVER in words(answer) and bench.rows() == before, (action, state)
    path = f"/propositions/{bench.proposal.public_id}/appel"
    for answered, action in (("yes", "yes"), ("no", "no"), ("no_answer", "called")):
        for state in ProposalState:
            by_the_way = state == "approved"  # the contact is noted with it
            with bench.attempt():
                row = in_state(bench, state)
                leads_to = state if answered == "no_answer" else PROPOSAL[action].leads_to
                bench.one(
                    (answered, state), ReviewDecision,
                    lambda answered=answered, row=row: bench.post(
                        bench.clients["advisor"], path, answer=answered, version=row.version, state=str(row.state)
                    ),
                    allowed=state in PROPOSAL[action].starts or by_the_way, read=proposal_state(bench),
                    leads_to=leads_to, lines=(0 if answered == "no_answer" else 2) if by_the_way else 1,
                )  # fmt: skip
        bench.outsiders(path, 403, (*WITHOUT, "employer"), answer=answered)
        bench.outsiders(path, 404, OUTSIDE, answer=answered)


def test_every_answer_of_an_employer_from_every_state_by_account_and_by_link(bench):
    """Before the release there is nobody to answer about: 404 signed in; by the link, the same page and what is left."""
    ref = bench.proposal.public_id
    doors_of = {
        "employer": (bench.clients["employer"], f"/mes-candidats/{ref}/reponse"),
        "link": (bench.nobody, f"/reponse/employeur/{bench.employer_token}/{ref}"),
    }
    for answered, action in (
        ("rencontre", "interview"),
        ("retenu", "selected"),
        ("non-retenu", "not_selected"),
    ):
        data = {"answer": answered, "starts_on": "18/11/2013", "reason": "skills", "note": ""}
        for state in ProposalState:
            for kind, (client, path) in doors_of.items():
                with bench.attempt():
                    row = in_state(bench, state)
                    theirs = state in RELEASED
                    done = bench.one(
                        (answered, state, kind), ReviewDecision,
                        lambda client=client, path=path, row=row, data=data: bench.post(
                            client, path, state=str(row.state), **data
                        ),
                        allowed=theirs and state in PROPOSAL[action].starts, read=proposal_state(bench),
                        leads_to=PROPOSAL[action].leads_to, refused=409 if theirs or kind == "link" else 404,
                        sentence="Cette réponse n'est plus possible" if kind == "employer" else "nregistré",
                    )  # fmt: skip
                    if done:
                        bench.taken.add((action, kind))
                        made = bench.connection.scalars(sa.select(Placement.state)).all()
                        assert made == ([PlacementState.PROMISED] if action == "selected" else []), kind
        with bench.attempt():
            in_state(bench, "sent")
            path = f"/mes-candidats/{ref}/reponse"
            bench.outsiders(path, 404, ("other_employer",), state="sent", **data)
            bench.outsiders(path, 403, (*WITHOUT, *INSIDE), state="sent", **data)
    answers = ("interview", "selected", "not_selected")
    assert bench.taken == {(action, kind) for action in answers for kind in doors_of}


def test_every_answer_of_a_young_person_from_every_state_by_their_two_links(bench):
    ref = str(bench.proposal.public_id)
    doors_of = {"answer": f"/reponse/{bench.answer_token}", "file": f"/moi/{bench.file_token}/reponse"}
    for action in ("yes", "no"):
        for state in ProposalState:
            for kind, path in doors_of.items():
                with bench.attempt():
                    in_state(bench, state)
                    done = bench.one(
                        (action, state, kind), ReviewDecision,
                        lambda path=path, action=action: bench.post(
                            bench.nobody, path, answer=action, reason="hours", proposal=ref
                        ),
                        allowed=state in PROPOSAL[action].starts, read=proposal_state(bench),
                        leads_to=PROPOSAL[action].leads_to, sentence="",
                    )  # fmt: skip
                    if done:
                        bench.taken.add((action, kind))
    assert bench.taken == {(action, kind) for action in ("yes", "no") for kind in doors_of}


# --- offers

#: Steps that have a button on the sheet of an advisor, on an employer's own page.
BY_ADVISOR = ["submit", "return", "accept", "hold", "resume", "refresh", "withdraw", "reopen"]
BY_EMPLOYER = ["hold", "resume", "refresh", "withdraw"]


def offer_in(bench, state, action=""):
    bench.set(
        Offer, bench.offer.id, state=OfferState(state), posts_filled=0, missing=["tutor"] if action == "return" else []
    )  # fmt: skip
    return bench.get(Offer, bench.offer.id)


def test_every_step_of_an_offer_from_every_state_by_advisors_employer_and_link(bench):
    for action, line in OFFER.items():
        path = f"/offres/{bench.offer.public_id}/etape/{action}"
        for state in OfferState:
            for kind in ("advisor", "supervisor", "employer"):
                with bench.attempt():
                    row = offer_in(bench, state, action)
                    has = action in (BY_EMPLOYER if kind == "employer" else BY_ADVISOR)
                    assert not has or kind in line.parties
                    done = bench.one(
                        (action, state, kind), OfferEvent,
                        lambda kind=kind, row=row, path=path: bench.post(
                            bench.clients[kind], path, version=row.version, reason="parce que", missing="tutor"
                        ),
                        allowed=has and state in line.starts, leads_to=line.leads_to,
                        read=lambda: bench.get(Offer, bench.offer.id).state, refused=409 if has else 404,
                    )  # fmt: skip
                    if done:
                        bench.taken.add((action, kind))
        if action in BY_ADVISOR:
            data = {"version": bench.offer.version, "reason": "parce que", "missing": "tutor"}
            bench.outsiders(path, 404, ("other_advisor", "local", "other_employer"), **data)
            bench.outsiders(path, 403, WITHOUT, **data)
    by = {"advisor": BY_ADVISOR, "supervisor": BY_ADVISOR, "employer": BY_EMPLOYER}
    assert bench.taken == {(action, kind) for kind, actions in by.items() for action in actions}
    for state in OfferState:
        with bench.attempt():
            offer_in(bench, state)
            bench.one(
                ("refresh", state, "link"), OfferEvent,
                lambda: bench.post(bench.nobody, f"/reponse/offre/{bench.refresh_token}"),
                allowed=state in OFFER["refresh"].starts, leads_to="open",
                read=lambda: bench.get(Offer, bench.offer.id).state,
            )  # fmt: skip


def test_a_draft_sent_from_every_state_submits_what_waited_and_changes_the_rest(bench):
    employer, path = bench.clients["employer"], f"/offres/{bench.offer.public_id}/verifier"
    for state in OfferState:
        with bench.attempt():
            row = offer_in(bench, state)
            bench.set(Organisation, row.organisation_id, siret="73282932000074", legal_kind="association")
            fields = {**TYPED, "version": str(row.version)}
            bench.connection.execute(
                sa.insert(OfferDraft).values(
                    public_id=row.public_id, organisation_id=row.organisation_id, fields=fields, saved_at=clock.now(),
                    user_id=bench.users["employer"].id, version=1,
                )
            )  # fmt: skip
            over = state in ("filled", "withdrawn")
            submitted = state in OFFER["submit"].starts
            bench.one(
                ("send", state), OfferEvent, lambda: bench.post(employer, path), allowed=not over,
                leads_to="submitted" if submitted else state, lines=1 if submitted else 0,
                read=lambda: bench.get(Offer, bench.offer.id).state, refused=422, sentence="",
            )  # fmt: skip


# --- placements

EARLY = ("promise", "request_aid", "grant", "refuse", "sign")
OF_EMPLOYER = ["start", "no_show", "pass_trial", "break_trial", "abandon"]


def test_every_step_of_a_placement_from_every_state_by_every_account(bench, monkeypatch):
    """With a right that holds, on days that suit: what refuses is the table, or a guard that has a test of its own."""
    on(monkeypatch, bench.app, "2016-11-18")
    made = promised(bench)
    path, own = f"/placements/{made.public_id}", f"/mes-aides/{made.public_id}"

    def prepare(state, action):
        early = state in ("proposed", "promised")
        bench.set(
            Placement, made.id, state=PlacementState(state), starts_on=date(2013, 11, 18), signed_on=date(2013, 11, 4),
            aid_requested_on=None if early else date(2013, 10, 18), planned_end_on=date(2016, 11, 18),
            trial_end_on=None if action == "run" and state == "started"
            else date(2016, 12, 1) if action == "break_trial" else date(2014, 1, 17),
            ended_on=date(2016, 11, 1) if state in ("exited", "completed", "abandoned") else None,
            end_reason="other" if state in ("exited", "completed", "abandoned") else None,
        )  # fmt: skip
        return bench.get(Placement, made.id)

    def data(action, row):
        typed = {
            "version": row.version, "seen": "", "on": "04/11/2013" if action in EARLY else "18/11/2016",
            "number": "80-1", "reason": "parce que", "starts_on": "18/11/2013", "who": "resigned", "why": "resigned",
            "situation": "unemployed", "conditions": list(hires.STATED[hires.AVENIR]),
        }  # fmt: skip
        return {f"{action}-{name}": value for name, value in typed.items()} | {"confirme": "1"}

    def read():
        return bench.get(Placement, made.id).state

    for number, (action, line) in enumerate(PLACEMENT.items()):
        there = f"{path}/annulation" if action == "cancel" else f"{path}/etapes/{action}"
        has = action not in ("open", "register")  # these make the row: pages of their own
        for state, kind in turns(line, PlacementState, (*INSIDE, "employer"), number):
            by_employer = kind == "employer"
            mine = action in OF_EMPLOYER if by_employer else has
            forbidden = action == "cancel" and kind in ("advisor", "local")
            with bench.attempt():
                row = prepare(state, action)
                elsewhere = f"{own}/etapes/{action}" if by_employer else there
                done = bench.one(
                    (action, state, kind), PlacementEvent,
                    lambda kind=kind, elsewhere=elsewhere, action=action, row=row: bench.post(
                        bench.clients[kind], elsewhere, **data(action, row)
                    ),
                    allowed=mine and not forbidden and state in line.starts, leads_to=line.leads_to, read=read,
                    refused=403 if forbidden else 409 if mine else 404,
                    sentence="" if by_employer else "Cette embauche a changé entre-temps",
                )  # fmt: skip
                if done:
                    bench.taken.add((action, kind))
        with bench.attempt():
            row = prepare(next(iter(sorted(filter(None, line.starts))), "proposed"), action)
            if has and action != "cancel":
                bench.outsiders(there, 404, OUTSIDE, **data(action, row))
            bench.outsiders(there, 403, (*WITHOUT, "employer"), **data(action, row))
            bench.outsiders(f"{own}/etapes/{action}", 404, ("other_employer",), **data(action, row))
            bench.outsiders(f"{own}/etapes/{action}", 403, (*WITHOUT, *INSIDE), **data(action, row))
    made_by_page = set(PLACEMENT) - {"open", "register"}
    assert bench.taken == {
        (action, kind)
        for kind in (*INSIDE, "employer")
        for action in (OF_EMPLOYER if kind == "employer" else made_by_page)
        if action != "cancel" or kind == "supervisor"
    }


def promised(bench):
    """A hire of the same person and employer, promised; nobody else's proposal depends on it."""
    with bench.database.transaction() as session:
        person, offer = session.get_one(Person, bench.person.id), session.get_one(Offer, bench.offer.id)
        session.execute(sa.delete(Release).where(Release.proposal_id == bench.proposal.id))
        session.execute(sa.update(MatchProposal).values(state=ProposalState.STALE))
        return hires.hired(
            session, agency=session.get_one(Agency, bench.agency), who=person, offer=offer,
            steps=hires.way(hires.AVENIR)[:1],
        )  # fmt: skip


def test_a_hire_is_opened_of_a_chosen_person_alone_and_once(bench):
    path = f"/propositions/{bench.proposal.public_id}/embauche"
    data = {"dispositif": hires.AVENIR, "promise_on": "04/11/2013", "starts_on": "18/11/2013", "decision": ""}
    for state in ProposalState:
        for kind in INSIDE:
            with bench.attempt():
                in_state(bench, state)
                done = bench.one(
                    (state, kind), PlacementEvent,
                    lambda kind=kind: bench.post(bench.clients[kind], path, **data),
                    allowed=True, lines=2, leads_to=PlacementState.PROMISED,
                    read=lambda: bench.connection.scalar(sa.select(Placement.state)),
                )  # fmt: skip
                assert done == (state == "selected"), (state, kind)
                if done:
                    again = bench.post(bench.clients[kind], path, **data)
                    assert again.status_code == 409 and "vient d'être ouverte" in said(again)
                    assert bench.lines(Placement) == 1
    with bench.attempt():
        in_state(bench, "selected")
        bench.outsiders(path, 404, OUTSIDE, **data)
        bench.outsiders(path, 403, (*WITHOUT, "employer"), **data)


# --- milestones


def test_every_step_of_a_milestone_from_every_state_by_advisors_and_employer(bench):
    made = promised(bench)
    bench.set(Placement, made.id, state=PlacementState.RUNNING, signed_on=date(2013, 9, 2))
    row_id = bench.connection.execute(
        sa.insert(AidMilestone)
        .values(
            placement_id=made.id, kind="monthly", number=1, due_on=date(2013, 10, 31), amount_cents=100,
            state=MilestoneState.DUE,
        )
        .returning(AidMilestone.id)
    ).scalar_one()  # fmt: skip
    path, own = f"/placements/{made.public_id}/echeances", f"/mes-aides/{made.public_id}/envois"
    by_hand = ["receive", "ask", "pay", "refuse", "repay"]

    def read():
        return bench.get(AidMilestone, row_id).state

    for number, (action, line) in enumerate(MILESTONE.items()):
        for state, kind in turns(line, MilestoneState, INSIDE, number):
            data = {"faire": f"{action}/monthly:1:{state}", "lot-on": "04/11/2013", "lot-reason": "motif"}
            with bench.attempt():
                bench.set(AidMilestone, row_id, state=state)
                done = bench.one(
                    (action, state, kind), PlacementEvent,
                    lambda kind=kind, data=data: bench.post(bench.clients[kind], path, **data),
                    allowed=action in by_hand and state in line.starts, leads_to=line.leads_to, read=read,
                    refused=409 if action in by_hand else 422, sentence="Ce n'est pas possible ici",
                )  # fmt: skip
                if done:
                    bench.taken.add((action, kind))
        with bench.attempt():
            state = min(line.starts)
            bench.set(AidMilestone, row_id, state=MilestoneState(state))
            data = {"faire": f"{action}/monthly:1:{state}", "lot-on": "04/11/2013", "lot-reason": "motif"}
            bench.outsiders(path, 404, OUTSIDE, **data)
            bench.outsiders(path, 403, (*WITHOUT, "employer"), **data)
    for state in MilestoneState:
        data = {"row": "monthly:1", "state": str(state), "on": "04/11/2013"}
        with bench.attempt():
            bench.set(AidMilestone, row_id, state=state)
            bench.outsiders(own, 404, ("other_employer",), **data)
            bench.outsiders(own, 403, (*WITHOUT, *INSIDE), **data)
            bench.one(
                ("receive", state, "employer"), PlacementEvent,
                lambda data=data: bench.post(bench.clients["employer"], own, **data),
                allowed=state in MILESTONE["receive"].starts, leads_to="document_received", read=read,
                sentence="Cette échéance vient de changer",
            )  # fmt: skip
    assert bench.taken == {(action, kind) for action in by_hand for kind in INSIDE}
