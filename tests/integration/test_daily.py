"""A year lived through in seconds (acceptance case 12): nothing twice, nothing lost, nobody left without an answer."""

import contextlib
import json
import random
import threading
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from matching import daily, homes, offer_clock, outbox, proposal_clock, right_clock, silence, workdays
from matching.errors import Unavailable
from matching.store.engine import open_database
from matching.store.matches import MatchProposal, Release, ReviewDecision
from matching.store.messages import ClockRun, OutgoingMessage
from matching.store.migrate import upgrade
from matching.store.organisations import Offer, OfferEvent
from matching.store.people import Agency
from matching.store.upkeep import AuditEvent, Job
from matching.vocabulary import AgencyKind, JobState, MessageState, OfferState, ProposalState as State
from tests import build, hires
from tests.conftest import KEY
from tests.counting import statements
from web import cli, clock_work, settings, worker

FIRST = date(2013, 9, 2)
#: The rules of proposals and offers; those of contracts have tests of their own.
RULES = (
    ("wake", proposal_clock.wake),
    ("stale", proposal_clock.stale),
    ("rights", right_clock.close_ended),
    ("unanswered", proposal_clock.close_unanswered),
    ("unsent", proposal_clock.close_unsent),
    ("employer-silent", proposal_clock.answer_for_employers),
    ("lapse", offer_clock.lapse),
    ("lapsing", offer_clock.give_notice),
    ("remind-people", proposal_clock.remind_people),
    ("remind-employers", proposal_clock.remind_employers),
)


class Within:
    """The two ways of a Database, in one session whose changes are rolled back at the end of the test."""

    def __init__(self, session):
        self.session = session

    @contextlib.contextmanager
    def transaction(self):
        with self.session.begin_nested():
            yield self.session

    @contextlib.contextmanager
    def reading(self):
        yield self.session


class Bare(Within):
    """The same without a savepoint for each rule: quicker, where no rule fails."""

    @contextlib.contextmanager
    def transaction(self):
        yield self.session
        self.session.flush()


def instant(day, hour=6):
    return datetime.combine(day, time(hour), outbox.PARIS)


def live(session, on, *, rules=RULES, hour=6, database=Within, **more):
    return clock_work.run_clock(
        database(session), hires.BOOK, on=on, rules=rules, now=lambda: instant(on, hour), **more
    )


def days(count):
    return [FIRST + timedelta(days=number) for number in range(count)]


@pytest.fixture
def advisor(session):
    agency = build._add(session, Agency(name="Pôle emploi Amiens Nord", kind=AgencyKind.POLE_EMPLOI))
    return build.user(session, agency_id=agency.id)


def decided(session, proposal, advisor, action, state, on):
    return build._add(
        session,
        ReviewDecision(
            proposal_id=proposal.id, actor_id=advisor.id, action=action, from_state=State.TO_REVIEW, to_state=state,
            decided_on=on, decided_at=instant(on),
        ),
    )  # fmt: skip


def at_employer(session, advisor, *, state=State.SENT, on, met_on=None, **changes):
    proposal = build.proposal(session, state=state, asked_on=on, answered_on=on, **changes)
    decision = decided(session, proposal, advisor, "send", State.SENT, on)
    session.add(
        Release(
            proposal_id=proposal.id, decision_id=decision.id, decided_by_id=advisor.id, fields=[], released_on=on,
            answer="interview" if met_on else None, answered_on=met_on,
        )
    )  # fmt: skip
    session.flush()
    return proposal


def seeded(session, advisor, *, seed, horizon, size=24):
    """People, offers and proposals in every live state, their days spread over the horizon."""
    chance = random.Random(seed)

    def some_day(last=horizon):
        return FIRST + timedelta(days=chance.randrange(last))

    employers = [
        build.organisation(session, contact_email=f"contact{n}@exemple.fr" if n % 3 else None)
        for n in range(5)
    ]
    offers = [
        build.offer(
            session, scheme=None, employer=chance.choice(employers), opened_on=FIRST, starts_on=None,
            review_by=some_day(), positions=9,
        )
        for _ in range(8)
    ]  # fmt: skip
    for n in range(size):
        person = build.person(
            session, agency_id=advisor.agency_id, email=f"p{seed}-{n}@exemple.fr" if n % 4 else None,
            contact_agreed=(True, True, None, False)[n // 4 % 4],
        )  # fmt: skip
        common, day = {"person": person, "offer": chance.choice(offers)}, some_day()
        match n % 6:
            case 0:
                build.proposal(
                    session, state=State.DEFERRED, wake_on=day, eligible_until=some_day(), **common
                )
            case 1:
                build.proposal(session, state=State.TO_REVIEW, eligible_until=day, **common)
            case 2:
                called = chance.choice([None, day + timedelta(days=chance.randrange(20))])
                row = build.proposal(
                    session, state=State.PERSON_ASKED, asked_on=day, called_on=called, **common
                )
                decided(session, row, advisor, "contact", State.PERSON_ASKED, day)
            case 3:
                build.proposal(session, state=State.AGREED, asked_on=day, answered_on=day, **common)
            case 4:
                at_employer(session, advisor, on=day, **common)
            case 5:
                met = day + timedelta(days=chance.randrange(12))
                at_employer(session, advisor, on=day, met_on=met, state=State.INTERVIEW, **common)


def story(session):
    """Everything the clock wrote, without keys: proposals, offers, their logs, what was queued."""
    session.expire_all()
    return (
        sorted((p.id, p.state, p.due_on, p.closed_on, p.answered_on) for p in session.scalars(sa.select(MatchProposal))),
        sorted((o.id, o.state) for o in session.scalars(sa.select(Offer))),
        sorted((d.proposal_id, d.action, d.decided_on) for d in session.scalars(sa.select(ReviewDecision))),
        sorted((e.offer_id, e.action, e.done_on) for e in session.scalars(sa.select(OfferEvent))),
        sorted(
            (m.kind, m.subject_id, m.occasion, m.caused_on, m.state) for m in session.scalars(sa.select(OutgoingMessage))
        ),
    )  # fmt: skip


def overdue(session, on):
    """Who has waited more than 15 working days for an answer by that day, however they wait."""
    rows = session.execute(
        sa.select(MatchProposal, Release)
        .outerjoin(Release, Release.proposal_id == MatchProposal.id)
        .where(MatchProposal.state.in_((State.PERSON_ASKED, State.AGREED, State.SENT, State.INTERVIEW)))
    )
    since = {
        State.PERSON_ASKED: lambda row, _: row.asked_on,
        State.AGREED: lambda row, _: row.answered_on,
        State.SENT: lambda _, release: release.released_on,
        State.INTERVIEW: lambda _, release: release.answered_on,
    }
    return [row.id for row, release in rows if on > workdays.after(since[row.state](row, release), 15)]


def test_a_year_day_by_day(session, advisor):
    seeded(session, advisor, seed=2013, horizon=200, size=20)
    for on in days(366):
        assert not live(session, on, hour=23 if on.day == 7 else 6, database=Bare).failed
        assert overdue(session, on) == []
        if on.toordinal() % 23 == 0:  # each rule, asked again the same day, has nothing left to do
            again = daily.Day(on, instant(on), hires.BOOK)
            assert {name: rule(session, again) for name, rule in RULES} == dict.fromkeys(dict(RULES), 0)
        session.execute(  # the mail leaves in the course of the day
            sa.update(OutgoingMessage)
            .where(OutgoingMessage.state == MessageState.WAITING)
            .values(state=MessageState.SENT)
        )
    proposals, offers, log, events, messages = story(session)
    clock = [row for row in log if row[1] not in ("send", "contact")]
    assert len({row[:2] for row in clock}) == len(clock) > 12  # no transition twice
    assert {state for _, state in offers} == {OfferState.LAPSED} and len(events) == len(offers)
    assert {state for _, state, *_ in proposals} <= {
        State.TO_REVIEW, State.STALE, State.DECLINED, State.NOT_SELECTED, State.CLOSED,
    }  # fmt: skip
    told = [(kind, subject, occasion) for kind, subject, occasion, *_ in messages]
    assert len(set(told)) == len(told)
    assert {"remind_person", "remind_employer", "offer_lapsing", "offer_lapsed", "person_told"} <= {
        kind for kind, *_ in told
    }
    for message in session.scalars(sa.select(OutgoingMessage)):
        leaves = message.due_at.astimezone(outbox.PARIS)
        assert outbox.OPENS <= leaves.time() < outbox.CLOSES and leaves.date() >= message.caused_on
    steps = session.scalar(
        sa.select(sa.func.count()).select_from(AuditEvent).where(AuditEvent.actor_id.is_(None))
    )
    assert steps == len(clock) + len(events)  # each is on the trail


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_days_are_skipped_the_same_becomes_of_everything(session, advisor, seed):
    seeded(session, advisor, seed=seed, horizon=15, size=12)
    chance, horizon = random.Random(seed), days(36)
    some = {horizon[0], horizon[-1], *chance.sample(horizon, 7)}
    lived = [horizon, sorted(some), [horizon[0], horizon[-1]]]
    told = []
    for chosen in lived:
        outer = session.begin_nested()
        for on in chosen:
            assert not live(session, on, database=Bare).failed
        told.append(story(session))
        outer.rollback()
        session.expire_all()
    assert told[1] == told[0] and told[2] == told[0]


def test_run_twice_does_nothing_more(session, advisor):
    seeded(session, advisor, seed=4, horizon=10)
    on = FIRST + timedelta(days=30)
    first = live(session, on)
    before = story(session)
    assert (
        first.days == [on] and sum(first.changed.values()) > 0
    )  # a base begins with its day, not with its past
    again = live(session, on)
    assert (again.days, sum(again.changed.values()), story(session)) == ([], 0, before)
    assert live(session, FIRST).days == []  # nor does it go back


def test_a_worker_that_dies_in_the_middle_of_a_day_is_taken_over_from(session, advisor):
    seeded(session, advisor, seed=5, horizon=20)
    live(session, FIRST)
    last = FIRST + timedelta(days=25)
    outer = session.begin_nested()
    live(session, last)
    whole = story(session)
    outer.rollback()
    session.expire_all()
    for dies_at in (0, 7, 113):

        def stop(done, total, dies_at=dies_at):
            if done == dies_at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            live(session, last, on_progress=stop)
    assert daily.has_begun(session, last) and daily.owed(session, last)
    live(session, last)
    assert story(session) == whole


def test_a_rule_that_fails_keeps_no_other_waiting_and_stays_owed(session, advisor):
    asked = build.proposal(session, state=State.DEFERRED, wake_on=FIRST)
    tries = []

    def fails(session, day):
        tries.append(day.on)
        asked.note = "written, then lost"
        session.add(build.user(session, name="Canari"))
        if len(tries) < 3:
            raise Unavailable("database-down")
        return 1

    rules = (("fails", fails), *RULES[:1])
    ran = live(session, FIRST, rules=rules)
    assert (ran.failed, ran.changed["wake"], asked.state) == ({"fails": "database-down"}, 1, State.TO_REVIEW)
    assert session.scalar(sa.select(ClockRun.error_code).where(ClockRun.rule == "fails")) == "database-down"
    second = FIRST + timedelta(days=1)
    assert live(session, second, rules=rules).failed  # its later days wait for it: the second was not tried
    assert tries == [FIRST, FIRST]
    assert not live(session, second, rules=rules).failed
    assert tries == [FIRST, FIRST, FIRST, second]
    assert session.scalars(sa.select(ClockRun.error_code).distinct()).all() == [None]


def test_one_row_that_refuses_leaves_the_others_alone(session, advisor):
    capped, other = (build.proposal(session, state=State.DEFERRED, wake_on=FIRST) for _ in range(2))
    stolen = []

    def somebody_is_faster(proposal):
        if proposal is capped and not stolen:
            stolen.append(proposal)
            raise Unavailable("database-locked")

    assert daily.each(session, [capped, other], somebody_is_faster) == 1


def reminders_of(session, proposal):
    return [
        (row.caused_on, row.occasion, row.state)
        for row in session.scalars(
            sa.select(OutgoingMessage)
            .where(OutgoingMessage.kind == "remind_person", OutgoingMessage.subject_id == proposal.id)
            .order_by(OutgoingMessage.id)
        )
    ]


#: Monday 2 September 2013; the third, seventh and fifteenth working days after it.
THIRD, SEVENTH, FIFTEENTH = date(2013, 9, 5), date(2013, 9, 11), date(2013, 9, 23)


@pytest.mark.parametrize(
    ("called_on", "closes"),
    [
        (None, date(2013, 9, 24)),
        (date(2013, 9, 12), date(2013, 9, 17)),  # Thursday: two working days to call back
        (date(2013, 9, 4), date(2013, 9, 14)),  # before the second reminder: two days after it
        (date(2013, 9, 23), date(2013, 9, 24)),  # too late to leave two days
    ],
)
def test_somebody_who_does_not_answer(session, advisor, called_on, closes):
    who = build.person(session, email="ines@exemple.fr", contact_agreed=True)
    proposal = build.proposal(session, person=who, state=State.PERSON_ASKED, asked_on=FIRST)
    for on in days(25):
        if on == called_on:
            proposal.called_on = on
        live(session, on, rules=RULES[3:])
        assert (proposal.state is State.DECLINED) == (on >= closes), on
    assert [row[:2] for row in reminders_of(session, proposal)] == [(THIRD, "1"), (SEVENTH, "2")]
    line = session.scalars(sa.select(ReviewDecision)).one()
    assert (line.action, line.reason_code, line.actor_id) == ("no_answer", "no_answer", None)


@pytest.mark.parametrize("changes", [{"email": None}, {"contact_agreed": None}, {"contact_agreed": False}])
def test_nobody_is_written_to_who_did_not_agree(session, advisor, changes):
    who = build.person(session, **{"email": "ines@exemple.fr", "contact_agreed": True, **changes})
    proposal = build.proposal(session, person=who, state=State.PERSON_ASKED, asked_on=FIRST)
    for on in days(25):
        live(session, on, rules=RULES[3:])
    assert reminders_of(session, proposal) == [] and proposal.state is State.DECLINED


@pytest.mark.parametrize(("met_on", "since"), [(None, FIRST), (date(2013, 9, 9), date(2013, 9, 9))])
def test_an_employer_that_says_nothing_is_reminded_twice_then_the_person_is_told(
    session, advisor, met_on, since
):
    who = build.person(session, email="ines@exemple.fr", contact_agreed=True)
    offer = build.offer(
        session, scheme=None, employer=build.organisation(session, contact_email="a@exemple.fr")
    )
    state = State.INTERVIEW if met_on else State.SENT
    proposal = at_employer(session, advisor, on=FIRST, met_on=met_on, state=state, person=who, offer=offer)
    same_day = at_employer(session, advisor, on=FIRST, met_on=met_on, state=state, offer=offer)
    for on in days(40):
        live(session, on, rules=RULES[3:])
        ended = on > silence.last_day(since)
        assert (proposal.state is State.NOT_SELECTED) == ended == (same_day.state is State.NOT_SELECTED)
    sent = session.scalars(sa.select(OutgoingMessage).order_by(OutgoingMessage.id)).all()
    assert [(row.kind, row.caused_on, row.sender_id) for row in sent if row.kind == "remind_employer"] == [
        ("remind_employer", workdays.after(since, 5), advisor.id),
        ("remind_employer", workdays.after(since, 10), advisor.id),
    ]  # one for the two of them
    assert [(row.address, row.arguments) for row in sent if row.kind == "person_told"] == [
        ("ines@exemple.fr", {"outcome": "no_answer_employer"})
    ]


def test_a_late_start_reminds_once_and_the_later_reminder_replaces_the_one_that_waits(session, advisor):
    who = build.person(session, email="ines@exemple.fr", contact_agreed=True)
    proposal = build.proposal(session, person=who, state=State.PERSON_ASKED, asked_on=FIRST)
    late = build.proposal(session, person=who, state=State.PERSON_ASKED, asked_on=FIRST - timedelta(days=9))
    live(session, THIRD)
    assert [row[1] for row in reminders_of(session, late)] == ["2"]
    live(session, SEVENTH)
    assert [row[1:] for row in reminders_of(session, proposal)] == [
        ("1", MessageState.CANCELLED),
        ("2", MessageState.WAITING),
    ]


def test_reminders_and_notices_ask_the_same_for_one_and_for_ten(session, advisor):
    def waiting(number):
        for name in [f"{number}-{n}" for n in range(number)]:
            who = build.person(session, email=f"{name}@exemple.fr", contact_agreed=True)
            offer = build.offer(
                session, scheme=None, contact_email=f"{name}@association.fr", opened_on=FIRST,
                review_by=SEVENTH + timedelta(days=14),
            )  # fmt: skip
            build.proposal(session, person=who, offer=offer, state=State.PERSON_ASKED, asked_on=FIRST)
            at_employer(session, advisor, on=FIRST, offer=offer)

    def count():
        with statements(session.get_bind().engine) as asked:
            for name, rule in RULES[-3:]:
                assert rule(session, daily.Day(SEVENTH, instant(SEVENTH), hires.BOOK)), name
        return len(asked)

    waiting(1)
    one = count()
    waiting(10)
    assert count() == one


def test_an_offer_lapses_after_two_notices_and_keeps_its_proposals(session, advisor):
    with_address, without = (
        build.offer(
            session, scheme=None, opened_on=date(2013, 6, 1), review_by=date(2013, 9, 30),
            employer=build.organisation(session, contact_email=address),
        )
        for address in ("a@exemple.fr", None)
    )  # fmt: skip
    short = build.offer(
        session, scheme=None, opened_on=date(2013, 9, 20), review_by=date(2013, 9, 30), contact_email="b@exemple.fr"
    )  # fmt: skip
    waiting = build.proposal(session, offer=without, state=State.APPROVED)
    for on in days(30):
        live(session, on)
        expected = OfferState.LAPSED if on > date(2013, 9, 30) else OfferState.OPEN
        assert {with_address.state, without.state, short.state} == {expected}
    rows = session.scalars(sa.select(OutgoingMessage).order_by(OutgoingMessage.id)).all()
    told = [(row.subject_id, row.kind, row.occasion, row.caused_on) for row in rows]
    assert told == [
        (with_address.id, "offer_lapsing", "14:2013-09-30", date(2013, 9, 16)),
        (with_address.id, "offer_lapsing", "3:2013-09-30", date(2013, 9, 27)),
        (short.id, "offer_lapsing", "3:2013-09-30", date(2013, 9, 27)),
        (with_address.id, "offer_lapsed", "2013-09-30", date(2013, 10, 1)),
        (short.id, "offer_lapsed", "2013-09-30", date(2013, 10, 1)),
    ]
    assert waiting.state is State.APPROVED


@pytest.mark.parametrize("state", [State.DEFERRED, State.PERSON_ASKED, State.SELECTED])
def test_a_right_that_is_over_for_good_closes_what_rests_on_it(session, advisor, state):
    agency = session.get_one(Agency, advisor.agency_id)
    aged = hires.person(session, agency=agency, birth_date=date(1983, 9, 20))
    franc = {"scheme": "emploi_franc", "contract_kind": "CDI", "months": None, "starts_on": None}
    common = {"state": state, "asked_on": date(2013, 9, 16), "wake_on": date(2013, 10, 30)}
    old = build.proposal(session, person=aged, offer=build.offer(session, **franc), **common)
    moved = hires.person(session, agency=agency)
    left = build.proposal(session, person=moved, offer=build.offer(session, **franc), **common)
    stays = build.proposal(session, person=moved, offer=build.offer(session, starts_on=None), **common)
    reasons = {}
    for on in (date(2013, 9, 19), date(2013, 9, 20)):
        if on.day == 20:
            homes.confirm(
                session, moved, None, since_on=date(2013, 9, 18), proof="bail", actor_id=advisor.id, on=on
            )
        right_clock.close_ended(session, daily.Day(on, instant(on), hires.BOOK))
        reasons[on.day] = [row.state for row in (old, left, stays)]
    assert reasons[19] == [state] * 3
    assert reasons[20] == [State.CLOSED, State.CLOSED, state]
    codes = session.scalars(sa.select(ReviewDecision.reason_code).order_by(ReviewDecision.proposal_id)).all()
    assert codes == ["age_limit", "moved_out_of_zone"]


def test_the_worker_runs_the_clock_as_a_job_that_fails_when_a_rule_did(tmp_path, monkeypatch):
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-09-02")
    chosen = settings.load()
    opened = open_database(f"sqlite:///{tmp_path}/own.db", KEY)
    upgrade(opened.engine)
    assert clock_work.is_owed(chosen, opened) and not clock_work.has_begun(chosen, opened)
    fails = [True]

    def rule(session, day):
        return 1 // (not fails.pop()) if fails else 7

    monkeypatch.setattr(clock_work, "RULES", (("wake", rule),))
    first, second = (worker.begin_rules(opened) for _ in range(2))
    assert first == second  # asked again while it waits
    assert worker.execute(opened, chosen, first) is JobState.FAILED
    assert clock_work.is_owed(chosen, opened) and clock_work.has_begun(chosen, opened)
    again = worker.begin_rules(opened)
    assert worker.execute(opened, chosen, again) is JobState.DONE
    assert not clock_work.is_owed(chosen, opened)
    with opened.reading() as session:
        told = session.execute(sa.select(Job.error_code, Job.message).order_by(Job.id)).all()
    assert [tuple(row) for row in told] == [
        ("rules-failed", None),
        (None, "7 changements au 2 septembre 2013"),
    ]
    opened.dispose()


def test_two_workers_at_once_and_the_command(empty_database_url, monkeypatch, capsys):
    """On a base of its own: what is committed is what the other sees."""
    opened = open_database(empty_database_url, KEY)
    upgrade(opened.engine)
    with opened.transaction() as session:
        for _ in range(6):
            build.proposal(session, state=State.DEFERRED, wake_on=FIRST)
    ran, together = [], threading.Barrier(2)

    def work():
        together.wait()
        ran.append(clock_work.run_clock(opened, hires.BOOK, on=FIRST, rules=RULES[:4]))

    with opened.transaction() as session:
        daily.begin(session, FIRST, dict(RULES[:4]))
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.changed["wake"] for one in ran) == 6 and not any(one.failed for one in ran)
    with opened.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ReviewDecision)) == 6
    opened.dispose()
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("PASSERELLE_DATA_KEY", KEY.decode())
    assert cli.status(["clock", "--today", "2013-09-04", "--json"]) == cli.DONE
    said = json.loads(capsys.readouterr().out)
    assert (said["on"], said["days"], said["failed"]) == ("2013-09-04", ["2013-09-03", "2013-09-04"], {})
    assert cli.status(["clock", "--today", "2013-09-04"]) == cli.DONE
    assert capsys.readouterr().out.startswith("Rien à faire")
    monkeypatch.setattr(clock_work, "RULES", (("wake", lambda session, day: 1 // 0), *RULES[1:2]))
    assert cli.status(["clock", "--today", "2013-09-05", "--json"]) == cli.PARTLY
    out, err = capsys.readouterr()
    assert json.loads(out)["failed"] == {"wake": "ZeroDivisionError"}
    assert "propositions revenues" in err and err.count("\n") == 1
