"""Long work: all of it for the administrator, one's own for others; what failed comes first and can start again."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from matching import clock, jobs as flows
from matching.errors import NotFound
from matching.store import scope
from matching.store.accounts import User
from matching.store.upkeep import Job
from matching.vocabulary import JobState, Role

from .. import job_progress
from ..db import note, reading, transaction
from ..lists import Column, Filter, Listing
from ..notices import done
from ..security import actor, requires
from ..tables import csv_response
from ..wording import jobs as words

pages = Blueprint("jobs", __name__)

#: What asks for somebody comes first.
_URGENCY = sa.case(
    (Job.state == JobState.FAILED, 0),
    (Job.state == JobState.RUNNING, 1),
    (Job.state == JobState.WAITING, 2),
    else_=3,
)
COLUMNS = (
    Column("etat", "État", (_URGENCY,)),
    Column("travail", "Travail", (Job.kind,)),
    Column("demande", "Demandé le", (Job.submitted_at,)),
    Column("par", "Par", (User.name,)),
    Column("fin", "Fini le", (Job.finished_at,)),
    Column("suite", "Où il en est"),
    Column("relance", "Relancer", hidden=True),
)
FILTERS = (
    Filter(
        "etat",
        "État",
        tuple((str(state), label) for state, (label, _) in words.STATES.items()),
        lambda value: Job.state == JobState(value),
    ),
    Filter("travail", "Travail", tuple(words.KINDS.items()), lambda value: Job.kind == value),
)
HEADER = ("État", "Travail", "Demandé le", "Par", "Commencé le", "Fini le", "Essais", "Résultat")


@pages.get("/travaux")
@requires("jobs.read")
def index() -> Response | str:
    listing = Listing.read(COLUMNS, FILTERS, sort="etat", tie=(Job.submitted_at.desc(), Job.id.desc()))
    query = scope.jobs(actor()).add_columns(User.name).outerjoin(User, User.id == Job.submitted_by_id)
    at = clock.now()
    with reading() as session:
        if listing.wants_csv:
            lines = (
                (
                    words.STATES[job.state][0], words.KINDS.get(job.kind, job.kind), job.submitted_at, who,
                    job.started_at, job.finished_at, job.attempts, job.message or _fault(job),
                )
                for job, who in listing.every(session, query)
            )  # fmt: skip
            return csv_response("travaux.csv", HEADER, lines)
        rows = listing.rows(session, query)
        busy = flows.is_busy(session, at=at)
    return render_template(
        "jobs/index.html",
        listing=listing,
        rows=[
            (job, who, job_progress.of(job, at=at, busy=busy), _fault(job), flows.may_restart(job, at=at))
            for job, who in rows
        ],
        words=words,
        every_account=actor().role is Role.ADMIN,
    )


@pages.get("/travaux/<uuid:ref>")
@requires("jobs.read")
def show(ref: uuid.UUID) -> str:
    at = clock.now()
    query = scope.jobs(actor()).add_columns(User.name).outerjoin(User, User.id == Job.submitted_by_id)
    with reading() as session:
        row = session.execute(query.where(Job.public_id == ref)).first()
        busy = flows.is_busy(session, at=at)
    if row is None:
        raise NotFound("not-found")
    job, who = row
    return render_template(
        "jobs/show.html",
        job=job,
        who=who,
        shown=job_progress.of(job, at=at, busy=busy),
        fault=_fault(job),
        may_restart=flows.may_restart(job, at=at),
        words=words,
    )


@pages.get("/travaux/<uuid:ref>/etat")
@requires("jobs.read")
def state(ref: uuid.UUID) -> str:
    """The fragment that the page asks for every second."""
    at = clock.now()
    with reading() as session:
        job = scope.one(session, scope.jobs(actor()), Job.public_id == ref)
        busy = flows.is_busy(session, at=at)
    shown = job_progress.of(job, at=at, busy=busy)
    if not shown.polled:
        return render_template("jobs/over.html", url=url_for(".show", ref=ref))
    return render_template("jobs/state.html", shown=shown, job_words=words)


@pages.post("/travaux/<uuid:ref>/relance")
@requires("jobs.read")
def restart(ref: uuid.UUID) -> Response:
    """Raises IllegalTransition when it is under way again already."""
    with transaction() as session:
        job = scope.one(session, scope.jobs(actor()), Job.public_id == ref)
        flows.restart(session, job, at=clock.now())
        note(session, "job.restarted", "job", str(ref), kind=job.kind)
    job_progress.carry(job)
    return redirect(done(url_for(".show", ref=ref), "job-restarted"), 303)


def _fault(job: Job) -> str | None:
    return words.fault(job.error_code) if job.state is JobState.FAILED else None
