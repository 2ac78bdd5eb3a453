"""A dossier on screen, its advisor, and one of another agency."""

import sqlalchemy as sa

from matching import names
from matching.store.people import (
    Person,
)
from matching.store.upkeep import AuditEvent
from tests import build
from tests.web import doors


def person(session, agency, given="Inès", family="Morel", **changes):
    key = f"{names.fold(family)} {names.fold(given)}"
    facts = {"given_names": given, "family_name": family, "name_key": key, "civility": "Mme"}
    return build.person(session, agency_id=agency.id, **facts | changes)


def stored(scene, model=Person):
    with scene.database.reading() as session:
        if model is Person:
            return session.get_one(Person, scene.ines.id)
        return session.scalars(sa.select(model).where(model.person_id == scene.ines.id)).all()


def post(scene, path, client=None, version=None, **data):
    client = client or scene.client
    token = doors.csrf(client, scene.url if client is not scene.outside else "/candidats")
    seen = stored(scene).version if version is None else version
    return client.post(scene.url + path, data={"csrf_token": token, "version": seen, **data})


def trail(scene, action=None):
    with scene.database.reading() as session:
        query = sa.select(AuditEvent).order_by(AuditEvent.id)
        return [each for each in session.scalars(query) if action in (None, each.action)]


PAGES = ("", "/coordonnees", "/offres")


class Scene:
    """Claire and Hugo of one agency, Paul of another; Inès Morel, of whom little is known."""

    def __init__(self, app, database):
        self.app, self.database = app, database
        with database.transaction() as session:
            self.agency = doors.an_agency(session)
            self.claire = doors.account(session, name="Claire Delmotte")
            self.hugo = doors.account(session, name="Hugo Lenoir")
            elsewhere = doors.an_agency(session, "Mission locale de Saint-Quentin")
            self.paul = doors.account(session, name="Paul Vernier", agency=elsewhere)
            self.ines = person(
                session,
                self.agency,
                birth_date=None,
                no_diploma_stated_on=None,
                situation=None,
                identifier="0123456A",
            )
        self.client, self.other = doors.sign_in(app, self.claire), doors.sign_in(app, self.hugo)
        self.outside = doors.sign_in(app, self.paul)
        self.url = f"/candidats/{self.ines.public_id}"
