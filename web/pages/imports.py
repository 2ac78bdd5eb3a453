"""Files sent to the base: the list of them, and the form that sends one."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from importers import reading as files, uploads as flows
from matching import clock
from matching.errors import TooLarge, UnreadableFile
from matching.store import scope
from matching.store.accounts import User
from matching.store.intake import ImportBatch
from matching.store.people import Agency
from matching.store.upkeep import Job
from matching.vocabulary import BatchState, ImportKind, Role, Source

from .. import uploads
from ..db import installation, reading, transaction
from ..forms.fields import cleaned
from ..forms.imports import UploadForm
from ..job_progress import carry
from ..lists import Column, Filter, Listing
from ..notices import done
from ..security import actor, allows, requires
from ..tables import csv_response
from ..wording import imports as words
from ..wording.jobs import REFUSALS

pages = Blueprint("imports", __name__)

#: What a form weighs around its file.
AROUND = 64 * 1024

COLUMNS = (
    Column("recu", "Reçu le", (ImportBatch.received_at,)),
    Column("fichier", "Fichier", (sa.func.lower(ImportBatch.file_name),)),
    Column("contenu", "Contenu", (ImportBatch.kind,)),
    Column("par", "Par", (User.name,)),
    Column("crees", "Créées", number=True),
    Column("modifiees", "Modifiées", number=True),
    Column("refusees", "À corriger", number=True),
    Column("etat", "État", (ImportBatch.state,)),
)
FILTERS = (
    Filter(
        "fichier",
        "Nom du fichier",
        where=lambda text: ImportBatch.file_name.icontains(text, autoescape=True),
    ),
    Filter(
        "contenu",
        "Contenu",
        tuple((value, label) for value, (label, _) in words.CHOICES.items()),
        lambda value: ImportBatch.kind == ImportKind(value),
    ),
    Filter(
        "etat",
        "État",
        tuple((str(state), label) for state, (label, _) in words.STATES.items()),
        lambda value: ImportBatch.state == BatchState(value),
    ),
)
HEADER = (
    "Reçu le", "Appliqué le", "Fichier", "Contenu", "Source", "Agence", "Par", "Lignes lues", "Créées", "Modifiées",
    "Inchangées", "À corriger", "État",
)  # fmt: skip


@pages.url_value_preprocessor
def room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """The one address that takes a whole file. Said before anything reads what was sent (I1)."""
    if endpoint == "imports.receive":
        request.max_content_length = files.LARGEST + AROUND


@pages.get("/imports")
@requires("imports.journal")
def index() -> Response | str:
    listing = Listing.read(COLUMNS, FILTERS, sort="recu", descending=True, tie=(ImportBatch.id.desc(),))
    query = (
        scope.batches(actor())
        .add_columns(User.name, Agency.name)
        .outerjoin(User, User.id == ImportBatch.actor_id)
        .outerjoin(Agency, Agency.id == ImportBatch.agency_id)
    )
    with reading() as session:
        if listing.wants_csv:
            return csv_response("imports.csv", HEADER, map(_line, listing.every(session, query)))
        rows = listing.rows(session, query)
    return render_template(
        "imports/index.html",
        listing=listing,
        rows=rows,
        words=words,
        may_run=allows(actor(), "imports.run"),
        every_agency=actor().role is Role.ADMIN,
    )


def _line(row: Any) -> tuple[Any, ...]:
    batch, who, agency = row
    counted = [
        batch.counts.get(name) for name in ("rows_read", "created", "updated", "unchanged", "rejected")
    ]
    return (
        batch.received_at, batch.applied_on, batch.file_name, words.CHOICES[batch.kind][0],
        words.SOURCES[batch.source], agency, who, *counted, words.STATES[batch.state][0],
    )  # fmt: skip


@pages.get("/imports/nouveau")
@requires("imports.run")
def new() -> str:
    return _form(UploadForm())


@pages.post("/imports/nouveau")
@requires("imports.run")
def receive() -> Response | tuple[str, int]:
    """Keep the file outside what is served, as a batch that a job will check. Nothing of it is written before."""
    form = UploadForm()
    agency_id = actor().agency_id
    if not form.validate():
        return _form(form), 422
    if agency_id is None:
        return _form(form, REFUSALS["no-agency"]), 422
    kind = ImportKind(form.kind.data)
    data = form.file.data.stream.read(files.LARGEST + 1)
    try:
        files.format_of(data, kind)
    except UnreadableFile as refusal:
        form.file.errors = [refusal.facts["message"]]
        return _form(form), 413 if isinstance(refusal, TooLarge) else 422
    settings = installation().settings
    name = uploads.keep(settings, data)
    try:
        with transaction() as session:
            batch = flows.receive(
                session,
                kind=kind,
                source=Source(form.source.data),
                file_name=_file_name(form.file.data.filename),
                sha256=hashlib.sha256(data).hexdigest(),
                upload=name,
                options=_options(form, kind),
                agency_id=agency_id,
                actor_id=actor().id,
                at=clock.now(),
            )
            job = session.scalars(sa.select(Job).where(Job.id == batch.job_id)).one()
    except BaseException:
        uploads.delete(settings, name)
        raise
    same = batch.upload != name
    if same:
        uploads.delete(settings, name)
    else:
        carry(job)
    shown = url_for(".show", ref=batch.public_id)
    return redirect(done(shown, "import-same" if same else "import-received"), 303)


def _options(form: UploadForm, kind: ImportKind) -> dict[str, Any]:
    """How the file is to be read."""
    options: dict[str, Any] = {"nomenclature": form.nomenclature.data, "sheet": form.sheet.data}
    if kind is ImportKind.ASSOCIATIONS and form.year.data is not None:
        options["year"] = form.year.data
    return options


def _form(form: UploadForm, *refused: str) -> str:
    hints = {value: hint for value, (_, hint) in words.CHOICES.items()}
    return render_template("imports/new.html", form=form, hints=hints, refused=refused)


def _file_name(sent: str | None) -> str:
    """The name alone, whatever path a browser gave."""
    return cleaned(PurePosixPath((sent or "").replace("\\", "/")).name)[:255] or "fichier"
