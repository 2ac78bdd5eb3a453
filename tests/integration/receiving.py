"""Files received by the web, and the worker that reads them."""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa

from importers import uploads as flows
from matching import clock
from matching.store.intake import ImportBatch
from matching.store.upkeep import Job
from matching.vocabulary import ImportKind, Source
from tests.importing import csv_bytes
from web import settings, uploads, worker

NOON = datetime(2013, 11, 4, 12, tzinfo=UTC)
HEADER = "identifiant;nom;prenom;date_naissance;quartier"
LISTE = csv_bytes(
    HEADER,
    "A-1;Morel;Inès;14/05/1993;nord",
    "A-2;Benali;Karim;02/03/1992;etouvie",
    "A-3;Petit;Léa;demain;nord",
)


def receive(base, data=LISTE, *, at=None, **changes):
    """A file as the page receives it; returns its batch."""
    from matching.store.accounts import User

    chosen = settings.load()
    name = uploads.keep(chosen, data)
    with base.transaction() as session:
        user = session.query(User).first()
        facts = {
            "kind": ImportKind.YOUNG_PEOPLE, "source": Source.OTHER, "file_name": "liste.csv",
            "sha256": uuid.uuid5(uuid.NAMESPACE_OID, repr(data)).hex * 2, "upload": name,
            "options": {"nomenclature": "2019", "sheet": None}, "agency_id": user.agency_id, "actor_id": user.id,
            "at": at or clock.now(), **changes,
        }  # fmt: skip
        return flows.receive(session, **facts)


def again(base, batch):
    with base.reading() as session:
        return session.scalars(sa.select(ImportBatch).where(ImportBatch.id == batch.id)).one()


def job_of(base, batch):
    with base.reading() as session:
        return session.scalars(sa.select(Job).where(Job.id == again(base, batch).job_id)).one()


def run(base, batch, handlers=worker.HANDLERS):
    return worker.execute(base, settings.load(), job_of(base, batch).public_id, handlers)


def confirm(base, batch):
    with base.transaction() as session:
        own = session.scalars(sa.select(ImportBatch).where(ImportBatch.id == batch.id)).one()
        flows.confirm(session, own, actor_id=own.actor_id, at=clock.now())


def count(base, model, *conditions):
    with base.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))
