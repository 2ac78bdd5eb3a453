"""The monthly report against a recount in plain Python, and what a step of a contract does to it."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from matching import placements, proposals, report
from matching.eligibility import programme
from matching.errors import InvalidInput
from matching.report_model import LEVELS, STEPS, Month, read, write
from matching.store.matches import MatchProposal, ReviewDecision
from matching.store.organisations import OfferEvent, Zone
from matching.store.people import Diploma, Person, ResidenceSpell
from matching.store.placements import AidMilestone, Placement
from matching.vocabulary import (
    MilestoneState,
    OfferState,
    Party,
    PlacementState,
    ProposalState,
    ResidenceKind,
    ResidenceMethod,
    ZoneKind,
)
from tests import build
from tests.counting import queries

BOOK = programme.load()
OCTOBER, NOVEMBER = Month(2013, 10), Month(2013, 11)
LATER = date(2014, 1, 6)
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)
#: Hides nothing: figures can be compared with a recount.
OPEN = 1


def monthly(session, month=OCTOBER, on=LATER, edition=OPEN):
    return report.monthly(session, month, on=on, book=BOOK, edition=edition)


def lines(indicator, *by):
    return {line.key if len(by) > 1 else line.key[0]: line.value for line in indicator.by(*by).lines}


def positive(counts):
    return {key: value for key, value in counts.items() if value}


@pytest.fixture
def zones(session):
    made = [
        Zone(
            local_id=f"t-{name}", kind=kind, name=name, insee_codes=["80021"], valid_from=first, valid_to=last
        )
        for name, kind, first, last in (
            ("nord", ZoneKind.ZUS, date(1997, 1, 1), date(2014, 12, 31)),
            ("sud", ZoneKind.ZUS, date(1997, 1, 1), date(2014, 12, 31)),
            ("campagne", ZoneKind.ZRR, date(1997, 1, 1), None),
            ("futur", ZoneKind.QPV, date(2015, 1, 1), None),
        )
    ]
    session.add_all(made)
    session.flush()
    return made


def home(session, person, zone, start=date(2010, 1, 1), end=None, kind=ResidenceKind.CONFIRMED):
    session.add(
        ResidenceSpell(
            person_id=person.id, kind=kind, zone_id=zone.id if zone else None, start_on=start, end_on=end,
            source="autre", method=ResidenceMethod.PROOF,
        )
    )  # fmt: skip


def many(session, zones, count, seed=7):
    """Contracts of all kinds, signed from August to December, with their aid."""
    draw = random.Random(seed)
    for _ in range(count):
        who = build.person(
            session,
            civility=draw.choice(["M", "Mme", None]),
            no_diploma_stated_on=draw.choice([None, date(2013, 1, 7)]),
        )
        for _ in range(draw.randrange(3)):
            level, obtained = draw.randint(3, 8), draw.choice([None, date(2012, 7, 1), date(2013, 12, 20)])
            session.add(
                Diploma(person_id=who.id, level=level, obtained_on=obtained, source=f"s{draw.random()}")
            )
        if draw.random() < 0.8:
            kind = draw.choice([ResidenceKind.CONFIRMED, ResidenceKind.CONFIRMED, ResidenceKind.DECLARED])
            end = draw.choice([None, None, date(2013, 10, 10)])
            home(session, who, draw.choice([*zones, None]), end=end, kind=kind)
        signed = date(2013, 8, 1) + timedelta(days=draw.randrange(150))
        placement = Placement(
            person_id=who.id,
            organisation_id=draw.choice(list(employers(session))),
            programme=draw.choice(["emplois-avenir", "emplois-avenir", "emplois-francs-2013", None]),
            contract_kind="CDI", state=draw.choice([PlacementState.RUNNING] * 4 + [PlacementState.ABANDONED]),
            proposed_on=date(2013, 8, 1), signed_on=draw.choice([signed] * 5 + [None]), snapshot={},
        )  # fmt: skip
        session.add(placement)
        session.flush()
        if placement.programme:
            for number in range(draw.randrange(4)):
                due = signed + timedelta(days=30 * number)
                state = draw.choice(
                    [
                        MilestoneState.UPCOMING,
                        MilestoneState.PAID,
                        MilestoneState.CANCELLED,
                        MilestoneState.LAPSED,
                    ]
                )
                session.add(
                    AidMilestone(
                        placement_id=placement.id, kind="monthly", number=number, due_on=due, state=state,
                        amount_cents=draw.choice([0, 107_300]),
                        paid_on=due + timedelta(days=12) if state is MilestoneState.PAID else None,
                    )
                )  # fmt: skip
    session.flush()


_EMPLOYERS = {}


def employers(session):
    key = id(session)
    if key not in _EMPLOYERS:
        _EMPLOYERS.clear()
        _EMPLOYERS[key] = [build.organisation(session).id for _ in range(3)]
    return _EMPLOYERS[key]


def known_on(session, person_id, day):
    """Zone and level of a person that day, read row by row."""
    spells = session.scalars(sa.select(ResidenceSpell).where(ResidenceSpell.person_id == person_id)).all()
    by_id = {zone.id: zone for zone in session.scalars(sa.select(Zone))}
    zone = "unknown"
    for spell in spells:
        if spell.kind is ResidenceKind.DECLARED or spell.start_on > day or (spell.end_on or day) < day:
            continue
        if spell.zone_id is None:
            zone = "outside"
        elif by_id[spell.zone_id].valid_from <= day <= (by_id[spell.zone_id].valid_to or day):
            zone = by_id[spell.zone_id].local_id
    held = [
        each.level
        for each in session.scalars(sa.select(Diploma).where(Diploma.person_id == person_id))
        if each.obtained_on is None or each.obtained_on <= day
    ]
    none = session.get(Person, person_id).no_diploma_stated_on
    level = str(max(held)) if held else ("none" if none else "unknown")
    return zone, level


@pytest.mark.parametrize("month", [OCTOBER, NOVEMBER])
def test_signatures_are_those_of_a_recount(session, zones, month):
    many(session, zones, 120)
    made = monthly(session, month)
    rows = []
    for each in session.scalars(sa.select(Placement)):
        if each.signed_on and each.state is not PlacementState.ABANDONED:
            zone, level = known_on(session, each.person_id, each.signed_on)
            sex = {"Mme": "women", "M": "men"}.get(
                session.get(Person, each.person_id).civility or "", "unknown"
            )
            rows.append((str(each.signed_on)[:7], each.programme or "no-programme", zone, level, sex))
    assert len(rows) > 30
    for indicator, here in (
        (made["D1"], [row for row in rows if row[0] == str(month)]),
        (made["D1-year"], [row for row in rows if row[0] <= str(month)]),
    ):
        assert indicator.value == len(here)
        assert positive(lines(indicator, "programme")) == Counter(row[1] for row in here)
        assert positive(lines(indicator, "zone")) == Counter(row[2] for row in here)
        assert positive(lines(indicator, "level")) == Counter(row[3] for row in here)
        assert positive(lines(indicator, "programme", "zone")) == Counter((row[1], row[2]) for row in here)
        assert positive(lines(indicator, "programme", "level")) == Counter((row[1], row[3]) for row in here)
    months = Counter(row[0] for row in rows if row[0] <= str(month))
    assert positive(lines(made["D1-year"], "month")) == months

    avenir = [row for row in rows if row[0] <= str(month) and row[1] == "emplois-avenir"]
    zone_known = [row for row in avenir if row[2] != "unknown"]
    inside = [row for row in zone_known if row[2] in ("t-nord", "t-sud")]
    share = made["D3-year"]
    assert (share.numerator, share.denominator) == (len(inside), len(zone_known))
    assert share.value == pytest.approx(len(inside) / len(zone_known), abs=1e-4)
    assert share.unknown_share == pytest.approx(1 - len(zone_known) / len(avenir), abs=1e-4)
    low = [row for row in avenir if row[3] in LEVELS[:2]]
    assert (made["D4-year"].numerator, made["D4-year"].denominator) == (
        len(low),
        sum(row[3] != "unknown" for row in avenir),
    )
    year = [row for row in rows if row[0] <= str(month)]
    assert made["D6-year"].numerator == sum(row[4] == "women" for row in year)
    assert made["D6-year"].denominator == sum(row[4] != "unknown" for row in year)


def test_aid_is_that_of_a_recount(session, zones):
    many(session, zones, 120)
    made = monthly(session)
    found = {"E6-due": [], "E6-paid": [], "E6-next": []}
    for row, name in session.execute(
        sa.select(AidMilestone, Placement.programme).join(
            Placement, Placement.id == AidMilestone.placement_id
        )
    ):
        if not row.amount_cents:
            continue
        what = (name, row.placement_id, row.amount_cents)
        if str(row.due_on)[:7] == "2013-10" and row.state is not MilestoneState.CANCELLED:
            found["E6-due"].append(what)
        if row.paid_on and str(row.paid_on)[:7] == "2013-10":
            found["E6-paid"].append(what)
        paid = row.paid_on is not None and row.paid_on <= date(2013, 10, 31)
        lost = row.state in (MilestoneState.CANCELLED, MilestoneState.LAPSED)
        if date(2013, 11, 1) <= row.due_on <= date(2013, 12, 30) and not paid and not lost:
            found["E6-next"].append(what)
    for key, rows in found.items():
        assert rows, key
        assert made[key].value == len({placement for _, placement, _ in rows})
        assert made[key].also == {"payments": len(rows), "amount_cents": sum(cents for *_, cents in rows)}
        for line in made[key].by("programme").lines:
            own = [row for row in rows if row[0] == line.key[0]]
            assert line.value == len({row[1] for row in own})
            assert line.also == {"payments": len(own), "amount_cents": sum(row[2] for row in own)}


def decide(session, proposal, action, day, reason=None):
    session.add(
        ReviewDecision(
            proposal_id=proposal.id, action=str(action), from_state=None, to_state=ProposalState.TO_REVIEW,
            reason_code=reason, decided_on=day, decided_at=AT,
        )
    )  # fmt: skip
    session.flush()


def test_the_funnel_follows_the_proposals_of_two_months_before(session):
    employer = build.organisation(session)
    ways = {
        (): 6,
        ("approve",): 1,
        ("reject",): 2,
        ("approve", "undo"): 1,
        ("approve", "undo", "reject"): 1,
        ("stale",): 3,
        ("approve", "contact", "no"): 2,
        ("approve", "contact", "yes", "send", "selected"): 3,
        ("approve", "contact", "yes", "send", "interview", "not_selected"): 1,
    }
    for way, count in ways.items():
        for _ in range(count):
            made = build.proposal(session, proposed_on=date(2013, 8, 12))
            for step, action in enumerate(way):
                decide(session, made, action, date(2013, 9, 2 + step))
    late = build.proposal(session, proposed_on=date(2013, 8, 30))
    decide(session, late, "approve", date(2013, 11, 2))  # after the month: not yet
    build.proposal(session, proposed_on=date(2013, 9, 1))  # another cohort
    for state, signed_on in (
        (PlacementState.RUNNING, date(2013, 10, 31)),
        (PlacementState.RUNNING, date(2013, 11, 4)),
        (PlacementState.ABANDONED, date(2013, 10, 2)),
    ):
        selected = session.scalars(
            sa.select(MatchProposal)
            .join(ReviewDecision, ReviewDecision.proposal_id == MatchProposal.id)
            .where(
                ReviewDecision.action == "selected", MatchProposal.id.not_in(sa.select(Placement.proposal_id))
            )
        ).first()
        session.add(
            Placement(
                proposal_id=selected.id, person_id=selected.person_id, organisation_id=employer.id,
                contract_kind="CDI", state=state, proposed_on=date(2013, 9, 20), signed_on=signed_on, snapshot={},
            )
        )  # fmt: skip
        session.flush()
    made = monthly(session)["C1"]
    assert made.period == "2013-08"
    reached = dict(zip(STEPS, (18, 10, 7, 6, 4, 4, 4, 3, 1), strict=True))
    assert lines(made, "step") == reached
    left = lines(made, "stopped_at")
    assert left == {step: reached[step] - reached[after] for step, after in pairwise(STEPS)}


def test_rejections_of_the_month_by_reason_without_those_undone(session):
    for day, reason, undone in (
        (date(2013, 10, 1), "skills", False),
        (date(2013, 10, 31), "skills", False),
        (date(2013, 10, 8), "mobility", False),
        (date(2013, 10, 8), "mobility", True),
        (date(2013, 9, 30), "language", False),
    ):
        made = build.proposal(session)
        decide(session, made, "reject", day, reason)
        if undone:
            decide(session, made, "undo", day)
    decide(session, build.proposal(session), "approve", date(2013, 10, 9))
    found = monthly(session)["C4"]
    assert positive(lines(found, "reason")) == {"skills": 2, "mobility": 1}
    assert (found.numerator, found.denominator) == (3, 4)


def test_offers_open_at_the_end_of_the_month_whatever_became_of_them_since(session):
    steps = {
        "a": [("submit", "submitted", 9, 2), ("accept", "open", 10, 2)],
        "b": [("accept", "open", 10, 3), ("fill", "filled", 10, 20), ("reopen", "open", 10, 25)],
        "c": [("accept", "open", 9, 3), ("fill", "filled", 11, 2)],
        "d": [("accept", "open", 9, 3), ("lapse", "lapsed", 10, 12)],
        "e": [("accept", "open", 11, 3)],
    }
    employer = build.organisation(session)
    for positions, (name, events) in enumerate(steps.items(), 1):
        made = build.offer(session, employer=employer, reference=name, positions=positions)
        for action, state, month, day in events:
            session.add(
                OfferEvent(
                    offer_id=made.id,
                    action=action,
                    to_state=OfferState(state),
                    done_on=date(2013, month, day),
                )
            )
    session.flush()
    found = monthly(session)["B1"]
    assert lines(found, "movement") == {"opened": 2, "filled": 1, "lapsed": 1, "open": 3}
    assert {line.key[0]: line.also["posts"] for line in found.by("movement").lines} == {
        "opened": 3, "filled": 2, "lapsed": 4, "open": 6,
    }  # fmt: skip
    assert (found.value, found.change, found.also) == (3, 1, {"posts": 6})


def test_the_register_by_confirmed_zone_on_the_last_day(session, zones):
    nord, sud, country, _ = zones
    there = [build.person(session) for _ in range(5)]
    home(session, there[0], nord)
    home(session, there[1], nord, end=date(2013, 10, 15))
    home(session, there[1], sud, start=date(2013, 10, 16))
    home(session, there[2], None)
    home(session, there[3], country, kind=ResidenceKind.DECLARED)
    build.person(session, known_since=date(2013, 11, 1))
    session.flush()
    found = monthly(session)["A1"]
    assert positive(lines(found, "zone")) == {"t-nord": 1, "t-sud": 1, "outside": 1, "unknown": 2}
    assert found.value == 5
    assert found.by("zone").get("t-nord").label == "nord"


def test_a_signature_counts_in_its_month_until_it_is_taken_back(session):
    who = build.person(session)
    offer = build.offer(session, positions=1)
    proposal = build.proposal(session, person=who, offer=offer, state=ProposalState.SELECTED)
    user = build.user(session)
    placement = placements.open(
        session,
        proposal,
        programme="emplois-avenir",
        actor_id=user.id,
        party=Party.ADVISOR,
        on=date(2013, 11, 4),
    )
    steps = placements.PlacementAction

    def step(action, on, party=Party.ADVISOR, **details):
        placements.change(
            session, placement, action, actor_id=user.id, party=party, on=on, at=AT, book=BOOK,
            details=placements.Details(**details),
        )  # fmt: skip

    signing = date(2013, 11, 4)
    step(steps.PROMISE, signing)
    step(
        steps.REQUEST_AID, signing, conditions={"contributions_paid": signing, "commitments_signed": signing}
    )
    step(steps.GRANT, signing, number="80-1")
    assert lines(monthly(session, NOVEMBER)["D1"], "programme")["emplois-avenir"] == 0
    step(steps.SIGN, signing, starts_on=date(2013, 11, 18))
    made = monthly(session, NOVEMBER)
    assert lines(made["D1"], "programme")["emplois-avenir"] == 1
    assert made["E6-next"].value == 1
    assert monthly(session, OCTOBER)["D1"].value == 0
    # Taken back in December: November never had it.
    step(steps.CANCEL, date(2013, 12, 2), party=Party.SUPERVISOR, reason="Contrat jamais conclu.")
    made = monthly(session, NOVEMBER)
    assert made["D1"].value == 0
    assert made["E6-next"].value == 0


def test_a_month_is_the_same_on_any_later_day(session, zones):
    many(session, zones, 30)
    early = write(monthly(session, on=date(2013, 11, 1), edition=5))
    assert early == write(monthly(session, on=date(2016, 5, 2), edition=5))
    assert read(early) == monthly(session, edition=5)


@pytest.mark.parametrize("on", [date(2013, 10, 1), date(2013, 10, 31)])
def test_a_month_that_is_not_over_has_no_report(session, on):
    with pytest.raises(InvalidInput, match="month-not-over") as refusal:
        monthly(session, on=on)
    assert refusal.value.facts["from_day"] == date(2013, 11, 1)


def test_an_empty_base_has_a_report_of_zeroes(session):
    made = monthly(session, edition=5)
    assert [indicator.value for indicator in made.indicators if indicator.unit == "count"] == [0] * 8
    assert not any(indicator.suppressed for indicator in made.indicators)
    assert all(indicator.value is None for indicator in made.indicators if indicator.unit == "share")


def test_small_counts_take_their_money_with_them(session):
    employer = build.organisation(session)
    for number in range(8):
        name = "emplois-avenir" if number else "emplois-francs-2013"
        made = build.placement(
            session, programme=name, signed_on=date(2013, 9, 2), state=PlacementState.RUNNING,
            organisation_id=employer.id,
        )  # fmt: skip
        cents = 107_300 if number else 250_000
        session.add(
            AidMilestone(
                placement_id=made.id, kind="monthly", number=1, due_on=date(2013, 10, 15), amount_cents=cents,
                state=MilestoneState.UPCOMING,
            )
        )  # fmt: skip
    session.flush()
    due = monthly(session, edition=5)["E6-due"]
    hidden = {line.key[0]: (line.value, line.also["amount_cents"]) for line in due.by("programme").lines}
    assert hidden == {"emplois-avenir": (None, None), "emplois-francs-2013": (None, None)}
    # 8 contracts and 1,001,100 cents would give 7 times 107,300 and once 250,000.
    assert (due.value, due.also) == (8, {"payments": None, "amount_cents": None})


def test_the_same_figure_is_hidden_wherever_it_stands(session, zones):
    many(session, zones, 40, seed=3)
    made = monthly(session, NOVEMBER, edition=5)
    month, year = made["D1"], made["D1-year"]
    own = {line.key[0]: line.value for line in month.by("programme").lines}
    among = {key[1]: value for key, value in lines(year, "month", "programme").items() if key[0] == "2013-11"}
    assert own == among
    assert None in own.values() or None in lines(month, "zone").values()
    for indicator in made.indicators:
        if indicator.suppressed:
            assert (indicator.value, indicator.numerator, indicator.denominator) == (None, None, None)
        for cut in indicator.breakdowns:
            for line in cut.lines:
                assert line.suppressed == (line.value is None)
                assert line.value is None or line.value == 0 or line.value >= 5


def test_as_many_queries_for_one_contract_as_for_fifty(session, zones):
    def count():
        return queries(session.get_bind(), lambda: monthly(session, edition=5))

    many(session, zones, 1)
    one = count()
    many(session, zones, 49, seed=11)
    assert count() == one <= 14


def test_every_review_step_is_placed_in_the_funnel():
    from matching.report_figures import REACHED

    aside = {"compute", "stale", "shortlist", "defer", "wake", "undo", "close"}
    assert {str(action) for action in REACHED} == {str(action) for action in proposals.ProposalAction} - aside
