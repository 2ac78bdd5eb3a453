"""Acts of the journal upon contracts under way, applied through their flows: check-ins, training, agreements, rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from matching import agreements, check_ins, commitments, placement_register
from matching.store.follow_up import CheckIn, Training
from matching.store.organisations import Organisation
from matching.vocabulary import CheckInKind

from .contracts import Line

if TYPE_CHECKING:
    from .load import Stage


def _check_in_of(stage: Stage, line: Line) -> CheckIn:
    placement = stage.placement(line)
    return stage.session.scalars(
        sa.select(CheckIn).where(
            CheckIn.placement_id == placement.id,
            CheckIn.kind == CheckInKind(line.get("kind", "job")),
            CheckIn.month == line["month"],
        )
    ).one()


def _check_in(stage: Stage, line: Line, day: date) -> None:
    answers = check_ins.Answers(
        on=day,
        channel=line["channel"],
        with_whom=line["with_whom"],
        still_there=None if "situation" in line else True,
        situation=line.get("situation"),
        alert=line.get("alert"),
        note=line.get("note"),
    )
    check_ins.note(stage.session, _check_in_of(stage, line), answers, **stage.who(line))


def _missed(stage: Stage, line: Line, day: date) -> None:
    check_ins.miss(stage.session, _check_in_of(stage, line), **stage.who(line), on=day)


def _alert_closed(stage: Stage, line: Line, day: date) -> None:
    row = _check_in_of(stage, line)
    check_ins.close_alert(stage.session, row, line["answer"], **stage.who(line), on=day)


def _tutor(stage: Stage, line: Line, day: date) -> None:
    commitments.name_tutor(stage.session, stage.placement(line), line["name"], **stage.who(line), on=day)


def _training(stage: Stage, line: Line, day: date) -> None:
    commitments.plan_training(
        stage.session,
        stage.placement(line),
        line["title"],
        hours=line["hours"],
        planned_on=_day(line["planned"]),
        **stage.who(line),
        on=day,
    )


def _training_followed(stage: Stage, line: Line, day: date) -> None:
    placement = stage.placement(line)
    training = stage.session.scalars(
        sa.select(Training).where(Training.placement_id == placement.id, Training.title == line["title"])
    ).one()
    commitments.follow_training(
        stage.session,
        placement,
        training,
        started_on=_day(line["started"]),
        ended_on=_day(line["ended"]),
        certified=line["certified"],
        **stage.who(line),
        on=day,
    )


def _aided(stage: Stage, line: Line, day: date) -> None:
    employer = stage.session.scalars(
        sa.select(Organisation).where(Organisation.siret == line["employer"])
    ).one()
    contract = placement_register.Contract(
        programme=line["programme"],
        kind=line["kind"],
        months=line["months"],
        weekly_hours=line["hours"],
        signed_on=day,
        starts_on=date.fromisoformat(line["starts"]),
        tutor=line["tutor"],
        diagnosed=True,
    )
    placement_register.register(
        stage.session,
        stage.person(line),
        employer,
        contract,
        _terms(line["agreement"]),
        **stage.who(line),
        on=day,
        at=stage.at,
        book=stage.book,
    )


def _agreement(stage: Stage, line: Line, day: date) -> None:
    agreements.add(
        stage.session,
        stage.placement(line),
        _terms(line["agreement"]),
        number=line["number"],
        **stage.who(line),
        on=day,
        book=stage.book,
    )


def _agreement_review(stage: Stage, line: Line, day: date) -> None:
    agreements.note_review(
        stage.session,
        stage.placement(line),
        line["number"],
        held_on=day,
        **stage.who(line),
        on=day,
        book=stage.book,
    )


def _terms(paper: dict[str, Any]) -> agreements.Terms:
    return agreements.Terms(
        reference=paper["reference"],
        decided_on=date.fromisoformat(paper["decided"]),
        starts_on=date.fromisoformat(paper["starts"]),
        ends_on=date.fromisoformat(paper["ends"]),
        weekly_hours=paper["hours"],
        rate_bp=paper["rate_bp"],
        rate_source=paper["source"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


ACTS: dict[str, Callable[[Stage, Line, date], None]] = {
    "check_in": _check_in,
    "check_in_missed": _missed,
    "alert_closed": _alert_closed,
    "tutor": _tutor,
    "training": _training,
    "training_followed": _training_followed,
    "aided": _aided,
    "agreement": _agreement,
    "agreement_review": _agreement_review,
}
