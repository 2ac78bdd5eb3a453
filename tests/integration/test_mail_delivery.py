"""Messages and their server, on both databases: what leaves, what does not and why, never twice without somebody's word."""

import re
import threading
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from matching import clock, message_acts, outbox, telling
from matching.errors import IllegalTransition, InvalidInput
from matching.proposals import Details, ProposalAction as Action, review
from matching.store.accounts import User
from matching.store.engine import open_database
from matching.store.matches import MatchProposal, ReviewDecision
from matching.store.messages import AccessLink, OutgoingMessage
from matching.store.people import Person
from matching.store.scope import Actor
from matching.vocabulary import MessageState, Party, ProposalState as State
from tests.conftest import KEY
from tests.integration.mailing import (
    AT,
    ON,
    Box,
    asked,
    forget,
    mail_server,
    own_base,
    round_,
    settings,
    stored,
    yes,
)
from web import links
from web.mail import run, transport
from web.mail.transport import Folder, Server, Undelivered
from web.settings import Smtp

HELD = AT + outbox.HOLD


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request, tmp_path_factory):
    with own_base(request.param, request, tmp_path_factory.mktemp("mail")) as made:
        yield made


@pytest.fixture
def base(kept):
    forget(kept)
    return kept


@pytest.fixture(scope="module")
def server():
    with mail_server() as box:
        yield box


@pytest.fixture
def box(server):
    server.says, server.got = {}, []
    return server


def written(database, **changes):
    with database.transaction() as session:
        return asked(session, **changes)


def proposal(database, row):
    with database.reading() as session:
        return session.get_one(MatchProposal, row.id)


def test_the_question_leaves_after_ten_minutes_and_the_person_counts_as_asked(base, box):
    row, message = written(base)
    assert round_(base, box.server(), at=HELD - timedelta(seconds=1)) == {}
    assert round_(base, box.server(), at=HELD) == {"sent": 1}
    (envelope, mail), kept = box.got[0], stored(base, message)
    assert envelope.rcpt_tos == ["ines@exemple.fr"] and envelope.mail_from == "passerelle@example.fr"
    assert str(mail["From"]) == "Nadia Férat <passerelle@example.fr>"
    assert (
        str(mail["To"]) == "ines@exemple.fr" and mail["Reply-To"].addresses[0].display_name == "Nadia Férat"
    )
    assert mail["Message-ID"] == f"<{message.public_id}@example.fr>"
    assert mail["Auto-Submitted"] is None and not [name for name in mail if name.startswith("List")]
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    (link,) = set(re.findall(r"https://passerelle\.example\.fr/reponse/([\w-]{43})", plain + html))
    assert (kept.state, kept.attempts) == (MessageState.SENT, 1) and link not in (kept.sent_text or "")
    assert "[lien personnel]" in kept.sent_text and "Bonjour Inès," in kept.sent_text
    with base.reading() as session:
        (door,) = session.scalars(sa.select(AccessLink))
        steps = session.scalars(sa.select(ReviewDecision).order_by(ReviewDecision.id)).all()
    assert (door.proposal_id, door.message_id) == (row.id, message.id) and link not in door.token_hash
    assert proposal(base, row).state is State.PERSON_ASKED and proposal(base, row).asked_on == ON
    assert (steps[-1].action, steps[-1].channel, steps[-1].actor_id) == ("contact", "email", None)
    assert round_(base, box.server(), at=HELD + timedelta(days=1)) == {} and len(box.got) == 1


@pytest.mark.parametrize(
    ("says", "code"),
    [
        ({"ines@exemple.fr": "550 no such user"}, "mailbox-refused"),
        ({"": "554 spam"}, "message-refused"),
    ],
)
def test_what_the_server_refuses_for_good_fails_and_changes_nothing_else(base, box, says, code):
    row, message = written(base)
    box.says = says
    assert round_(base, box.server(), at=HELD) == {code: 1}
    kept = stored(base, message)
    assert (kept.state, kept.error_code, kept.sent_at) == (MessageState.FAILED, code, None)
    assert proposal(base, row).state is State.APPROVED
    assert round_(base, box.server(), at=HELD + timedelta(days=2)) == {}
    with base.reading() as session:
        assert session.scalars(sa.select(AccessLink)).all() == []  # nobody has that link


def test_a_busy_mailbox_is_tried_further_and_further_apart_then_somebody_is_told(base, box):
    _, message = written(base)
    box.says = {"ines@exemple.fr": "451 try later"}
    at, waits = HELD, []
    for _ in range(outbox.ATTEMPTS - 1):
        assert round_(base, box.server(), at=at) == {"mailbox-busy": 1}
        assert round_(base, box.server(), at=at + timedelta(seconds=1)) == {}
        waits.append(stored(base, message).try_at - at)
        at = stored(base, message).try_at
        assert outbox.in_hours(at) == at
    assert waits[1] > waits[0] and waits[4] > waits[2] and max(waits[:6]) > timedelta(minutes=20)
    assert round_(base, box.server(), at=at) == {"mailbox-busy": 1}
    assert stored(base, message).state is MessageState.FAILED
    box.says = {}
    with base.transaction() as session:
        outbox.resend(session, session.get_one(OutgoingMessage, message.id), at=at)
    assert round_(base, box.server(), at=at) == {"sent": 1}


def test_a_server_away_for_a_day_loses_nothing(base, box):
    first, second = written(base), written(base, email="karim@exemple.fr")
    away = Server(Smtp("127.0.0.1", 1))
    for hours in range(25):
        assert set(round_(base, away, at=HELD + timedelta(hours=hours))) <= {"server-down"}
    assert {stored(base, each).state for _, each in (first, second)} == {MessageState.WAITING}
    assert round_(base, box.server(), at=HELD + timedelta(hours=25)) == {"sent": 2}
    assert sorted(str(mail["To"]) for mail in box.mails) == ["ines@exemple.fr", "karim@exemple.fr"]


def test_an_outage_of_days_is_told_in_the_end(base):
    _, message = written(base)
    assert round_(base, Server(Smtp("127.0.0.1", 1)), at=HELD + outbox.OUTAGE + timedelta(hours=1)) == {
        "server-down": 1
    }
    assert stored(base, message).state is MessageState.FAILED


def test_nothing_leaves_at_night(base, box):
    evening = AT.replace(hour=18, minute=55)  # 19 h 55 in Amiens
    _, message = written(base, at=evening)
    assert stored(base, message).due_at == AT.replace(day=5, hour=6, minute=30)
    assert round_(base, box.server(), at=AT.replace(hour=23)) == {}
    assert round_(base, box.server(), at=AT.replace(day=5, hour=6, minute=30)) == {"sent": 1}


class Dies:
    """A server that takes the message, and a worker killed before it could note it."""

    def __init__(self, box):
        self.box = box

    def send(self, envelope):
        self.box.server().send(envelope)
        raise KeyboardInterrupt


def test_killed_between_the_server_and_the_note_it_is_not_sent_again_by_itself(base, box):
    row, message = written(base)
    with pytest.raises(KeyboardInterrupt):
        round_(base, Dies(box), at=HELD)
    assert stored(base, message).state is MessageState.SENDING
    later = HELD + outbox.LEASE + timedelta(seconds=1)
    assert round_(base, box.server(), at=later) == {} and len(box.got) == 1
    kept = stored(base, message)
    assert (kept.state, kept.error_code) == (MessageState.FAILED, "interrupted")
    with base.transaction() as session:  # it may have left: too late to take the decision back
        with pytest.raises(InvalidInput, match="already-told"):
            review(
                session, session.get_one(MatchProposal, row.id), Action.UNDO, actor_id=message.sender_id,
                party=Party.ADVISOR, on=ON, at=later,
            )  # fmt: skip
        outbox.resend(session, session.get_one(OutgoingMessage, message.id), at=later)
    assert round_(base, box.server(), at=later) == {"sent": 1}
    assert [mail["Message-ID"] for mail in box.mails] == [f"<{message.public_id}@example.fr>"] * 2


def test_two_workers_send_one_message_once(base, box):
    for number in range(6):
        written(base, email=f"jeune{number}@exemple.fr")
    threads = [
        threading.Thread(target=round_, args=(base, box.server()), kwargs={"at": HELD}) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(mail["To"]) for mail in box.mails) == [f"jeune{n}@exemple.fr" for n in range(6)]


def step(session, row, action, message, **details):
    return review(
        session, session.get_one(MatchProposal, row.id), action, actor_id=message.sender_id, party=Party.ADVISOR,
        on=ON, at=AT, details=Details(**details),
    )  # fmt: skip


def test_undo_holds_the_message_back_and_a_new_approval_asks_anew(base, box):
    row, message = written(base)
    with base.transaction() as session:
        step(session, row, Action.UNDO, message)
    assert stored(base, message).state is MessageState.CANCELLED
    assert round_(base, box.server(), at=HELD) == {} and box.got == []
    with base.transaction() as session:
        again = session.get_one(MatchProposal, row.id)
        decision = step(session, row, Action.APPROVE, message)
        assert telling.ask(session, again, decision, on=ON, at=AT).state is MessageState.WAITING
    assert round_(base, box.server(), at=HELD) == {"sent": 1}


def test_undo_is_refused_once_the_message_is_with_the_server(base):
    row, message = written(base)
    with base.transaction() as session:
        outbox.claim(session, at=HELD)
    with base.transaction() as session, pytest.raises(InvalidInput, match="already-told"):
        step(session, row, Action.UNDO, message)


@pytest.mark.parametrize("kept", ["postgresql"], indirect=True)
def test_undo_is_refused_when_a_worker_takes_the_message_between_two_looks(base, monkeypatch):
    """On one database that two write to at once: who looked before the worker, and acted after it, asked nobody back."""
    row, message = written(base)
    look = outbox.has_left

    def slow(session, decision_id):
        seen = look(session, decision_id)
        with base.transaction() as worker:
            outbox.claim(worker, at=HELD)
        return seen

    monkeypatch.setattr(outbox, "has_left", slow)
    with pytest.raises(InvalidInput, match="already-told"), base.transaction() as session:
        step(session, row, Action.UNDO, message)
    assert proposal(base, row).state is State.APPROVED
    assert stored(base, message).state is MessageState.SENDING


def test_an_address_corrected_while_it_waits_is_the_one_it_leaves_to(base, box):
    """A link of one's own never goes to the stranger whose address was typed by mistake."""
    row, message = written(base, email="inconnue@exemple.fr")
    with base.transaction() as session:
        change(session, Person, row.person_id, email="ines@exemple.fr")
    assert round_(base, box.server(), at=HELD) == {"sent": 1}
    assert [envelope.rcpt_tos for envelope, _ in box.got] == [["ines@exemple.fr"]]
    assert stored(base, message).address == "ines@exemple.fr"


def change(session, model, key, **values):
    for name, value in values.items():
        setattr(session.get_one(model, key), name, value)


@pytest.mark.parametrize(
    ("meanwhile", "code"),
    [
        (lambda s, row: change(s, MatchProposal, row.id, state=State.CLOSED, closed_on=ON), "moved"),
        (lambda s, row: change(s, MatchProposal, row.id, state=State.PERSON_ASKED), "moved"),
        (lambda s, row: change(s, Person, row.person_id, contact_agreed=False), "no-consent"),
        (lambda s, row: change(s, Person, row.person_id, email=None), "no-address"),
    ],
)
def test_what_moved_meanwhile_is_cancelled_not_sent(base, box, meanwhile, code):
    row, message = written(base)
    with base.transaction() as session:
        meanwhile(session, row)
    assert round_(base, box.server(), at=HELD) == {code: 1} and box.got == []
    kept = stored(base, message)
    assert (kept.state, kept.error_code) == (MessageState.CANCELLED, code)


def test_a_call_before_it_leaves_stops_the_question(base, box):
    row, message = written(base)
    with base.transaction() as session:
        step(session, row, Action.CONTACT, message, channel="phone")
    assert stored(base, message).state is MessageState.CANCELLED and round_(base, box.server(), at=HELD) == {}


def test_sent_again_it_goes_to_the_address_of_the_day(base, box):
    row, message = written(base, email="ines@exmple.fr")
    box.says = {"ines@exmple.fr": "550 no"}
    round_(base, box.server(), at=HELD)
    with base.transaction() as session:
        user = session.get_one(User, message.sender_id)
        actor = Actor(user.id, user.public_id, user.name, user.role, agency_id=user.agency_id)
        change(session, Person, row.person_id, email="ines@exemple.fr")
        kept = message_acts.locked(session, actor, OutgoingMessage.id == message.id)
        message_acts.send_again(session, actor, kept, at=HELD)
        with pytest.raises(IllegalTransition):
            message_acts.send_again(session, actor, kept, at=HELD)
    assert round_(base, box.server(), at=HELD) == {"sent": 1}
    assert str(box.mails[0]["To"]) == "ines@exemple.fr"


class Writes:
    """A server slow enough for somebody else to write meanwhile."""

    def __init__(self, database):
        self.database, self.took = database, 0

    def send(self, _envelope):
        with self.database.transaction() as session:
            session.execute(sa.update(Person).values(remarks="relu"))
        self.took += 1


def test_the_base_is_free_while_the_server_is_asked(base):
    written(base)
    other = open_database(base.engine.url.render_as_string(hide_password=False), KEY)
    where = Writes(other)
    began = time.monotonic()
    assert round_(base, where, at=HELD) == {"sent": 1} and where.took == 1
    assert time.monotonic() - began < 4  # a base held meanwhile would have waited five seconds, then refused
    other.dispose()


def test_the_worker_s_round_says_nothing_of_anybody_in_its_log(base, monkeypatch, tmp_path, caplog):
    caplog.set_level("DEBUG")
    _, good = written(base)
    _, bad = written(base, email="inès@exemple.fr")
    monkeypatch.setattr(clock, "now", lambda: HELD)
    assert run(base, settings(tmp_path)) == {"sent": 1, "address-invalid": 1}
    assert [path.name for path in (tmp_path / "courrier").iterdir()] == [f"{good.public_id}.eml"]
    assert stored(base, bad).error_code == "address-invalid"
    for hidden in ("exemple.fr", "Inès", "Morel", "Bonjour"):
        assert hidden not in caplog.text
    assert run(base, settings(tmp_path, environment="production")) == {}


def test_a_poison_message_stops_no_other(base, box):
    _, poison = written(base)
    with base.transaction() as session:
        session.get_one(OutgoingMessage, poison.id).kind = "nobody_knows"
    _, good = written(base, email="karim@exemple.fr")
    assert round_(base, box.server(), at=HELD) == {"not-composed": 1, "sent": 1}
    assert stored(base, poison).state is MessageState.FAILED and stored(base, good).state is MessageState.SENT


def test_without_a_server_development_keeps_files_and_production_waits(tmp_path):
    folder = transport.of(settings(tmp_path))
    assert folder == Folder(tmp_path / "courrier")
    folder.path.mkdir(mode=0o755)
    folder.send(transport.Envelope("x", "a@b.fr", "c@d.fr", b"Subject: x\r\n\r\nx\r\n"))
    assert (tmp_path / "courrier" / "x.eml").stat().st_mode & 0o777 == 0o600
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert transport.of(settings(tmp_path, environment="production")) is None


def test_links_of_a_development_lead_to_where_it_answers(tmp_path):
    here = settings(tmp_path, public_url=None)
    assert links.base(here) == "http://127.0.0.1:8000"
    links.note(here, "http://127.0.0.1:8001")
    assert links.base(here) == "http://127.0.0.1:8001"
    (tmp_path / links.ADDRESS).write_text("https://elsewhere.example/")
    assert links.base(here) == "http://127.0.0.1:8000"
    assert links.base(settings(tmp_path)) == "https://passerelle.example.fr"


def test_a_password_is_given_over_tls_or_on_this_machine_alone(certificate):
    envelope = transport.Envelope("x", "a@exemple.fr", "c@exemple.fr", b"Subject: x\r\n\r\n.\r\nx\r\n")
    with mail_server(
        Box(), tls_context=certificate, require_starttls=True, authenticator=yes, auth_required=True
    ) as box:
        box.server(user="passerelle", password="a/b@c").send(envelope)
        assert box.got[0][0].content.endswith(b".\r\nx\r\n")  # a line of one point is text, not the end
        with pytest.raises(Undelivered) as refused:
            box.server(user="passerelle", password="wrong").send(envelope)
        assert refused.value.code == "server-down"
        with pytest.raises(Undelivered):  # no password at all: the server asks for one
            box.server().send(envelope)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of this test, for 127.0.0.1."""
    import ssl
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime(2013, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tls")
    (folder / "c.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "k.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "c.pem", folder / "k.pem")
    return context
