"""Every step tried from every state on one base: what a request wrote is taken back, so the next one starts from the same rows."""

import contextlib
import html
import re

import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from matching.store.matches import MatchProposal, Release, ReviewDecision
from matching.store.messages import AccessLink, OfferDraft, OutgoingMessage, PersonRequest
from matching.store.organisations import Offer, OfferEvent
from matching.store.placements import AidMilestone, Placement, PlacementEvent
from tests.web.doors import csrf

#: What a step may write, the trail apart: a refusal leaves all of it as it was.
WRITTEN = (
    MatchProposal, ReviewDecision, Release, Offer, OfferEvent, OfferDraft, Placement, PlacementEvent, AidMilestone,
    OutgoingMessage, AccessLink, PersonRequest,
)  # fmt: skip
#: Compiled once: asked twice an attempt.
WHOLE = {model: str(sa.select(model.__table__)) for model in WRITTEN}


class Bench:
    """The application on one connection, in a transaction that ends with the test."""

    def __init__(self, app, database):
        self.app, self.database = app, database
        self.tokens = {}
        self.connection = database.engine.connect()
        self.outer = self.connection.begin()
        made = sessionmaker(
            self.connection,
            join_transaction_mode="create_savepoint",
            expire_on_commit=False,
            info={"seal": database.seal},
        )
        database._writer = database._reader = made

    def close(self):
        self.outer.rollback()
        self.connection.close()

    @contextlib.contextmanager
    def attempt(self):
        taken = self.connection.begin_nested()
        yield
        taken.rollback()

    def set(self, model, key, **values):
        self.connection.execute(sa.update(model).where(model.id == key).values(**values))

    def get(self, model, key):
        columns = sa.select(model.__table__).where(model.__table__.c.id == key)
        return self.connection.execute(columns).one()

    def rows(self):
        """Everything of WRITTEN, by table."""
        return {
            model.__tablename__: self.connection.exec_driver_sql(query).all()
            for model, query in WHOLE.items()
        }

    def lines(self, log):
        return self.connection.scalar(sa.select(sa.func.count()).select_from(log))

    def post(self, client, path, *, headers=None, **data):
        """The form as its page sends it; the token is the one of the browser's session."""
        if client not in self.tokens:
            page = "/compte" if client.get("/compte").status_code == 200 else "/connexion"
            self.tokens[client] = csrf(client, page)
        return client.post(path, data={"csrf_token": self.tokens[client], **data}, headers=headers or {})


def said(answer):
    """What is told first: the alerts of the page, and the messages beside fields; in plain spaces."""
    found = re.findall(r'role="alert"[^>]*>(.*?)</div>', answer.text, re.S)
    found += re.findall(r'<p class="field-message"[^>]*>(.*?)</p>', answer.text, re.S)
    return " | ".join(plain(each) for each in found)


def words(answer):
    return plain(answer.text)


def plain(text):
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return re.sub(r"\s+", " ", text).replace("’", "'").strip()
