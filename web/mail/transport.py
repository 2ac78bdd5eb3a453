"""Gives one message to a server, or to a folder in development. What went wrong is said by a code of ours, never by the
server's words: they name people."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import os
import re
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from matching.accounts import EMAIL_SHAPE

from ..settings import Settings, Smtp
from .letter import Letter

log = logging.getLogger("passerelle.mail")

#: Seconds that a server has for each answer (reliability.md F2).
PATIENCE = 5.0
#: Where messages of a development installation are put, in its data folder.
FOLDER = "courrier"
POINTS = re.compile(rb"^\.", re.MULTILINE)


class Undelivered(Exception):
    """`server-down`, `mailbox-busy`: later; `mailbox-refused`, `address-invalid`, `message-refused`: never as it is;
    `interrupted`: nobody knows."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message ready to leave: its bytes, from whom, to whom; `name` is unique to the message."""

    name: str
    sender: str
    address: str
    content: bytes


class Transport(Protocol):
    def send(self, envelope: Envelope) -> None:
        """Take the message, or raise Undelivered."""


def of(settings: Settings) -> Transport | None:
    """The server that the settings name; in development without one, a folder; in production None: rows wait."""
    if settings.smtp is not None:
        return Server(settings.smtp)
    return None if settings.production else Folder(settings.data_dir / FOLDER)


def seal(letter: Letter, *, name: str, address: str, sender: str, url: str | None, at: datetime) -> Envelope:
    """The letter in its envelope: from a person's name at our address, answers to that person. The same message has the
    same Message-ID however often it is sent. Raises Undelivered("address-invalid")."""
    to = checked(address)
    mail = EmailMessage(policy=policy.SMTP)
    mail["Subject"] = letter.subject
    mail["From"] = Address(letter.sender or "Passerelle", addr_spec=sender)
    mail["To"] = Address(addr_spec=to)
    if letter.reply_to:
        with contextlib.suppress(Undelivered):
            mail["Reply-To"] = Address(letter.sender or "", addr_spec=checked(letter.reply_to))
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{name}@{sender.rpartition('@')[2]}>"
    if letter.automatic:
        mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = "fr"
    mail.set_content(letter.text(url), cte="quoted-printable")
    mail.add_alternative(letter.html(url), subtype="html", cte="quoted-printable")
    return Envelope(name, sender, to, mail.as_bytes())


def checked(address: str) -> str:
    """The address as a server takes it: one, whole, of plain signs. Raises Undelivered("address-invalid")."""
    local, _, domain = address.strip().rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode('ascii')}"
        plain.encode("ascii")
        if not EMAIL_SHAPE.fullmatch(plain) or any(sign in plain for sign in '<>()[],;:\\"'):
            raise Undelivered("address-invalid")
        if Address(addr_spec=plain).addr_spec != plain:
            raise Undelivered("address-invalid")
    except (ValueError, IndexError) as wrong:  # UnicodeError included; the parser trips on odd ends
        raise Undelivered("address-invalid") from wrong
    return plain


@dataclass(frozen=True, slots=True)
class Folder:
    """Development: each message a file that a mail reader opens."""

    path: Path

    def send(self, envelope: Envelope) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o700)  # links that open are in there, whoever made the folder
            handle = os.open(self.path / f"{envelope.name}.eml", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(envelope.content)
        except OSError as fault:
            raise Undelivered("server-down") from fault


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server. One connection a message: a broken one costs no other."""

    settings: Smtp

    def send(self, envelope: Envelope) -> None:
        with self._connection() as client:
            self._greet(client)
            self._hand_over(client, envelope)

    @contextlib.contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        here = self.settings
        try:
            client: smtplib.SMTP
            if here.implicit:
                client = smtplib.SMTP_SSL(here.host, here.port, timeout=PATIENCE, context=self._trust())
            else:
                client = smtplib.SMTP(here.host, here.port, timeout=PATIENCE)
        except (OSError, smtplib.SMTPException) as fault:
            raise Undelivered("server-down") from fault
        try:
            yield client
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                client.quit()
            client.close()

    def _greet(self, client: smtplib.SMTP) -> None:
        """TLS where it is offered; always before a password, unless the server is this very machine."""
        try:
            client.ehlo_or_helo_if_needed()
            if not self.settings.implicit and client.has_extn("starttls"):
                client.starttls(context=self._trust())
                client.ehlo()
            elif not self.settings.implicit and self.settings.user and not self._is_here():
                log.error("the mail server offers no TLS: the password stays here")
                raise Undelivered("server-down")
            if self.settings.user:
                client.login(self.settings.user, self.settings.password or "")
        except (OSError, smtplib.SMTPException) as fault:
            log.error("the mail server refused us: %s", type(fault).__name__)
            raise Undelivered("server-down") from fault

    def _hand_over(self, client: smtplib.SMTP, envelope: Envelope) -> None:
        """Once the content is on its way, only the server's answer tells whether it has it."""
        try:
            _ask(client.mail(envelope.sender), "message-refused", "server-down")
            _ask(client.rcpt(envelope.address), "mailbox-refused", "mailbox-busy")
            _ask(client.docmd("DATA"), "message-refused", "server-down")
        except (OSError, smtplib.SMTPException) as fault:
            raise Undelivered("server-down") from fault
        try:
            client.send(POINTS.sub(b"..", envelope.content) + b".\r\n")
            reply = client.getreply()
        except (OSError, smtplib.SMTPException) as fault:
            raise Undelivered("interrupted") from fault
        _ask(reply, "message-refused", "mailbox-busy")

    def _trust(self) -> ssl.SSLContext:
        """Certificates are checked, but on this machine, where they are made by hand."""
        context = ssl.create_default_context()
        if self._is_here():
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def _is_here(self) -> bool:
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(self.settings.host).is_loopback
        return self.settings.host == "localhost"


def _ask(reply: tuple[int, bytes], never: str, later: str) -> None:
    """Go on when the server said yes (2xx, or 354 to DATA). Raises Undelivered."""
    code = reply[0]
    if 200 <= code < 300 or code == 354:
        return
    raise Undelivered(never if 500 <= code < 600 else later)
