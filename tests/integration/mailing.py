"""A mail server of the test's own, and messages waiting in an outbox."""

import contextlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path

import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from matching import telling
from matching.eligibility import programme
from matching.store.engine import open_database
from matching.store.matches import ReviewDecision
from matching.store.messages import AccessLink, OutgoingMessage
from matching.store.migrate import upgrade
from matching.store.people import Agency
from matching.vocabulary import AgencyKind, ProposalState as State
from tests import build
from tests.conftest import KEY
from web.mail import deliver
from web.mail.transport import Server
from web.settings import LOOPBACK, Settings, Smtp

ON = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, 41, tzinfo=UTC)
BOOK = programme.load()


@dataclass
class Box:
    """What a server was given; `says` what it answers to each address, to DATA under ""."""

    says: dict[str, str] = field(default_factory=dict)
    got: list = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        answer = self.says.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server, _session, envelope):
        answer = self.says.get("", "250 OK")
        if answer.startswith("2"):
            self.got.append((envelope, message_from_bytes(envelope.content, policy=policy.default)))
        return answer

    @property
    def mails(self):
        return [mail for _, mail in self.got]

    def server(self, **more):
        return Server(Smtp("127.0.0.1", self.port, **more))


class AnyPort(Controller):
    """On a port that the system chooses."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextlib.contextmanager
def mail_server(box=None, **how):
    box = box or Box()
    controller = AnyPort(box, hostname="127.0.0.1", port=0, **how)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


def yes(_server, _session, _envelope, _mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"passerelle", b"a/b@c"))


@contextlib.contextmanager
def own_base(kind, request, folder):
    """A base of one module's own, which workers may commit to."""
    if kind == "sqlite":
        url, server = f"sqlite:///{folder}/mail.db", None
    else:
        server = sa.make_url(request.getfixturevalue("postgres_server"))
        url = server.set(database=f"mail_{uuid.uuid4().hex}").render_as_string(hide_password=False)
        _run(server, f'CREATE DATABASE "{sa.make_url(url).database}"')
    made = open_database(url, KEY)
    upgrade(made.engine)
    yield made
    made.dispose()
    if server is not None:
        _run(server, f'DROP DATABASE "{sa.make_url(url).database}" WITH (FORCE)')


def _run(server, statement):
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def forget(database):
    """No message is left of another test."""
    with database.transaction() as session:
        for table in (AccessLink, OutgoingMessage):
            session.execute(sa.delete(table))


def settings(tmp_path=Path("."), **changes):
    facts = {
        "environment": "development", "data_dir": tmp_path, "database_url": "sqlite://", "programmes_dir": None,
        "today": ON, "trusted_hosts": LOOPBACK, "public_url": "https://passerelle.example.fr",
        "mail_from": "passerelle@example.fr", **changes,
    }  # fmt: skip
    return Settings(**facts)


def round_(database, where, *, at=AT, on=ON, **changes):
    return deliver(database, settings(**changes), where, book=BOOK, on=on, at=at)


def agency(session, name="Pôle emploi Amiens"):
    found = session.query(Agency).filter_by(name=name).one_or_none()
    if found is None:
        found = Agency(name=name, kind=AgencyKind.POLE_EMPLOI)
        session.add(found)
        session.flush()
    return found


def asked(session, *, at=AT, sender=None, state=State.APPROVED, offer=None, **person):
    """A proposal that was approved, and the question that waits to leave."""
    house = agency(session)
    sender = sender or build.user(session, agency_id=house.id, name="Nadia Férat")
    facts = {"agency_id": house.id, "email": "ines@exemple.fr", "given_names": "Inès", "family_name": "Morel"}
    who = build.person(session, **{**facts, **person})
    row = build.proposal(session, person=who, state=state, asked_on=None, wake_on=None, offer=offer)
    decision = ReviewDecision(
        proposal_id=row.id, actor_id=sender.id, action="approve", from_state=State.TO_REVIEW, to_state=State.APPROVED,
        decided_on=ON, decided_at=at,
    )  # fmt: skip
    session.add(decision)
    session.flush()
    return row, telling.ask(session, row, decision, on=ON, at=at)


def stored(database, message):
    with database.reading() as session:
        return session.get_one(OutgoingMessage, message.id)
