"""One file sent to the base: its progress, what it would do, its application, what became of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Response as Sent, redirect, render_template, url_for
from sqlalchemy.orm import Session, undefer
from werkzeug.wrappers import Response

from importers import uploads as flows
from matching import clock, jobs
from matching.errors import IllegalTransition, NotFound
from matching.store import scope
from matching.store.accounts import User
from matching.store.intake import ImportBatch, ImportRow
from matching.store.upkeep import Job
from matching.vocabulary import BatchState, ImportKind, JobState, RowOutcome

from .. import job_progress, uploads
from ..db import installation, note, reading, transaction
from ..forms.imports import YearForm
from ..lists import Listing
from ..notices import done
from ..security import actor, allows, requires
from ..tables import plain
from ..wording import import_fields, imports as words, jobs as job_words
from .imports import pages as pages

#: key of the address -> the rows of that tab
TABS = {
    "creer": RowOutcome.CREATED,
    "modifier": RowOutcome.UPDATED,
    "corriger": RowOutcome.REJECTED,
}


#: States in which there are rows to show.
SHOWN = (BatchState.CHECKED, BatchState.APPLIED, BatchState.REPEATED, BatchState.REFUSED)
#: What a batch that nobody looked at, or that was made by the command, says besides its rows.
NOTHING: dict[str, Any] = {
    "refused": None, "columns": [], "ignored": [], "head": [], "warnings": [], "pairs": [], "pairs_count": 0,
    "earlier": None, "foreseen": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A batch that this account may see, who sent it, and the work on it."""

    batch: ImportBatch
    sent_by: str | None
    job: Job | None

    @property
    def under_way(self) -> bool:
        """Whether somebody works on the file, or should."""
        return self.batch.state in (BatchState.RECEIVED, BatchState.APPLYING)


def _find(session: Session, ref: uuid.UUID) -> Found:
    """Raises NotFound: missing, or another agency's."""
    query = (
        scope.batches(actor())
        .add_columns(User.name, Job)
        .outerjoin(User, User.id == ImportBatch.actor_id)
        .outerjoin(Job, Job.id == ImportBatch.job_id)
        .options(undefer(ImportBatch.preview))
        .where(ImportBatch.public_id == ref)
    )
    row = session.execute(query).first()
    if row is None:
        raise NotFound("not-found")
    return Found(*row)


@pages.get("/imports/<uuid:ref>")
@requires("imports.journal")
def show(ref: uuid.UUID) -> str:
    return _page(ref)


def _page(ref: uuid.UUID, conflict: str | None = None, year: YearForm | None = None) -> str:
    """The page of a file, whatever it has come to. The administrator sees the journal without rows of people."""
    may_run = allows(actor(), "imports.run")
    at = clock.now()
    rows: Any = ()
    with reading() as session:
        found = _find(session, ref)
        busy = jobs.is_busy(session, at=at)
        tab, listing = _tab(found.batch)
        if may_run and found.batch.state in SHOWN:
            query = sa.select(ImportRow).where(
                ImportRow.batch_id == found.batch.id, ImportRow.outcome == TABS[tab]
            )
            rows = listing.scalars(session, query)
    batch, job = found.batch, found.job
    failed = found.under_way and job is not None and job.state in (JobState.FAILED, JobState.CANCELLED)
    return render_template(
        "imports/show.html",
        batch=batch,
        sent_by=found.sent_by,
        job=job,
        shown=job_progress.of(job, at=at, busy=busy) if found.under_way and job is not None else None,
        failed=failed,
        preview={**NOTHING, **(batch.preview if may_run else {})},
        earlier_on=_earlier_on(batch),
        people_page="people.show" if batch.kind is ImportKind.YOUNG_PEOPLE else None,
        may_run=may_run,
        conflict=conflict,
        year=year or YearForm(formdata=None),
        tab=tab,
        tabs=TABS,
        listing=listing,
        rows=rows,
        words=words,
        fields=import_fields,
        job_words=job_words,
        recomputed=batch.kind in flows.MATCHED,
    )


def _earlier_on(batch: ImportBatch) -> date | None:
    """When the very same file was applied before."""
    earlier = batch.preview.get("earlier")
    return date.fromisoformat(earlier["on"]) if earlier and earlier["on"] else None


def _tab(batch: ImportBatch) -> tuple[str, Listing]:
    """Which rows are shown, and their page: of a file to confirm those asked for, else those refused."""
    listing = Listing.read((), (), sort="line", tie=(ImportRow.line,), keep=("onglet",))
    asked = listing.fixed.get("onglet", "")
    if batch.state is not BatchState.CHECKED:
        return "corriger", listing
    if asked in TABS:
        return asked, listing
    listing.fixed.pop("onglet", None)
    count = batch.counts
    return ("creer" if count["created"] else "modifier" if count["updated"] else "corriger"), listing


@pages.get("/imports/<uuid:ref>/etat")
@requires("imports.journal")
def state(ref: uuid.UUID) -> str:
    """The fragment that the page asks for every second while somebody works on the file."""
    at = clock.now()
    with reading() as session:
        found = _find(session, ref)
        busy = jobs.is_busy(session, at=at)
    shown = job_progress.of(found.job, at=at, busy=busy) if found.job is not None else None
    if not found.under_way or shown is None or not shown.polled:
        return render_template("jobs/over.html", url=url_for(".show", ref=ref))
    return render_template("jobs/state.html", shown=shown, job_words=job_words)


@pages.post("/imports/<uuid:ref>/application")
@requires("imports.run")
def confirm(ref: uuid.UUID) -> Response | tuple[str, int]:
    """Have the good rows written. Of two people who confirm, the second is told."""
    try:
        with transaction() as session:
            batch = scope.one(session, scope.batches(actor()), ImportBatch.public_id == ref)
            job = flows.confirm(session, batch, actor_id=actor().id, at=clock.now())
    except IllegalTransition as faster:
        return _page(ref, job_words.REFUSALS[faster.code]), 409
    job_progress.carry(job)
    return redirect(done(url_for(".show", ref=ref), "import-confirmed"), 303)


@pages.post("/imports/<uuid:ref>/annee")
@requires("imports.run")
def say_year(ref: uuid.UUID) -> Response | tuple[str, int]:
    """The grant year of associations whose file says none."""
    form = YearForm()
    if not form.validate():
        return _page(ref, year=form), 422
    year = form.year.data
    assert year is not None  # asked for by the form
    try:
        with transaction() as session:
            batch = scope.one(session, scope.batches(actor()), ImportBatch.public_id == ref)
            flows.say_year(session, batch, year)
    except IllegalTransition as faster:
        return _page(ref, job_words.REFUSALS[faster.code]), 409
    return redirect(done(url_for(".show", ref=ref), "import-year", year=year), 303)


@pages.post("/imports/<uuid:ref>/abandon")
@requires("imports.run")
def abandon(ref: uuid.UUID) -> Response | tuple[str, int]:
    try:
        with transaction() as session:
            batch = scope.one(session, scope.batches(actor()), ImportBatch.public_id == ref)
            gone = flows.abandon(session, batch, actor_id=actor().id, at=clock.now())
    except IllegalTransition as faster:
        return _page(ref, job_words.REFUSALS[faster.code]), 409
    uploads.delete_all(installation().settings, *gone)
    return redirect(done(url_for(".show", ref=ref), "import-abandoned"), 303)


@pages.post("/imports/<uuid:ref>/arret")
@requires("imports.run")
def stop(ref: uuid.UUID) -> Response:
    with transaction() as session:
        batch = scope.one(session, scope.batches(actor()), ImportBatch.public_id == ref)
        job = session.scalar(sa.select(Job).where(Job.id == batch.job_id))
        if job is not None and job.state in jobs.UNDER_WAY:
            flows.stop(session, batch, job, at=clock.now())
    return redirect(done(url_for(".show", ref=ref), "job-stopping"), 303)


@pages.post("/imports/<uuid:ref>/relance")
@requires("imports.run")
def restart(ref: uuid.UUID) -> Response | tuple[str, int]:
    """Have the work on a file done again: it failed, was stopped, or says nothing any more."""
    try:
        with transaction() as session:
            batch = scope.one(session, scope.batches(actor()), ImportBatch.public_id == ref)
            job = session.scalar(sa.select(Job).where(Job.id == batch.job_id))
            if job is None or batch.state not in (BatchState.RECEIVED, BatchState.APPLYING):
                raise IllegalTransition("import-not-waiting")
            jobs.restart(session, job, at=clock.now())
    except IllegalTransition as faster:
        return _page(ref, job_words.REFUSALS[faster.code]), 409
    job_progress.carry(job)
    return redirect(done(url_for(".show", ref=ref), "job-restarted"), 303)


@pages.get("/imports/<uuid:ref>/rejets.csv")
@requires("imports.run", fresh=True)
def rejects(ref: uuid.UUID) -> Response:
    """The refused lines as the file gave them, to mend and send again. Rows of people: the reading is noted."""
    with transaction() as session:
        batch = scope.one(session, scope.batches(actor()), ImportBatch.public_id == ref)
        content = uploads.rejects(installation().settings, batch.upload)
        note(session, "import.rejects.read", "import", str(ref))
        name = batch.file_name.rsplit(".", 1)[0]
    answer = Sent(content, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{plain("rejets-" + name + ".csv")}"'
    return answer
