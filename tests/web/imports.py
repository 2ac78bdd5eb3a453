"""Files sent through the pages, and the worker's own function run on the spot."""

from __future__ import annotations

import io
import re
import uuid

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from matching.store.intake import ImportBatch
from matching.store.people import Person
from matching.store.upkeep import AuditEvent, Job
from matching.vocabulary import JobState
from tests.importing import csv_bytes
from tests.web.doors import csrf
from web.worker import execute

HEADER = "identifiant;nom;prenom;date_naissance;quartier"
INES = "A-1;Morel;Inès;14/05/1993;Amiens Nord"
KARIM = "A-2;Benali;Karim;02/03/1992;Etouvie"
LISTE = csv_bytes(HEADER, INES, KARIM)


def send(client, data=LISTE, *, name="liste.csv", kind="jeunes", source="autre", **fields):
    """The form with a file, as a browser sends it."""
    said = {
        "csrf_token": csrf(client, "/imports/nouveau"),
        "kind": kind,
        "source": source,
        "nomenclature": "2019",
    }
    file = FileStorage(io.BytesIO(data), filename=name)
    boundary, body = encode_multipart({**said, **fields, "file": file})  # the client's own leaves a file open
    return client.post(
        "/imports/nouveau", data=body, content_type=f"multipart/form-data; boundary={boundary}"
    )


def act(client, ref, name):
    """Press one of the buttons of an import's page."""
    return client.post(f"/imports/{ref}/{name}", data={"csrf_token": csrf(client, "/imports/nouveau")})


def ref_of(response):
    """The import that an answer sends to."""
    assert response.status_code == 303, response.text
    return uuid.UUID(response.location.split("/imports/")[1].split("?")[0])


def work(app, kinds=("import-check", "import-apply")):
    """What the worker does when its turn comes: every job that waits, to its outcome."""
    here = app.extensions["passerelle"]
    with here.database.reading() as session:
        waiting = session.scalars(
            sa.select(Job.public_id)
            .where(Job.state == JobState.WAITING, Job.kind.in_(kinds))
            .order_by(Job.id)
        ).all()
    return [execute(here.database, here.settings, public_id) for public_id in waiting]


def checked(app, client, data=LISTE, **how):
    """A file sent and checked: the address of its page."""
    ref = ref_of(send(client, data, **how))
    assert work(app) == [JobState.DONE]
    return ref


def applied(app, client, data=LISTE, **how):
    ref = checked(app, client, data, **how)
    assert act(client, ref, "application").status_code == 303
    assert work(app) == [JobState.DONE]
    return ref


def batch_of(database, ref):
    with database.reading() as session:
        return session.scalars(sa.select(ImportBatch).where(ImportBatch.public_id == ref)).one()


def kept_files(app):
    """Names of what lies in the folder of uploads."""
    folder = app.extensions["passerelle"].settings.data_dir / "uploads"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def people(database):
    with database.reading() as session:
        return session.scalars(sa.select(Person).order_by(Person.family_name)).all()


def acts(database, kind="import"):
    with database.reading() as session:
        found = sa.select(AuditEvent.action).where(AuditEvent.subject_kind == kind).order_by(AuditEvent.id)
        return session.scalars(found).all()


def text_of(response):
    """What a page says, without its tags, spaces made ordinary."""
    said = re.sub(r"<[^>]+>", " ", response.text).replace("\u00a0", " ").replace("\u202f", " ")
    return re.sub(r"\s+", " ", said).replace("&#39;", "'")
