"""PASSERELLE_SMTP and PASSERELLE_MAIL_FROM: what they mean, and one French sentence for what they cannot be."""

import pytest

from matching.errors import PasserelleError
from web import cli, settings
from web.settings import Smtp
from web.wording import sentence_for


def load(monkeypatch, smtp="", sender="passerelle@example.fr"):
    monkeypatch.setenv("PASSERELLE_SMTP", smtp)
    monkeypatch.setenv("PASSERELLE_MAIL_FROM", sender)
    return settings.load()


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("", None),
        ("smtp://mail.example.fr", Smtp("mail.example.fr", 25)),
        ("smtp://u:p%2F%40@mail.example.fr", Smtp("mail.example.fr", 587, "u", "p/@")),
        ("smtp://[::1]:2525", Smtp("::1", 2525)),
        ("smtps://u:p@mail.example.fr/", Smtp("mail.example.fr", 465, "u", "p", implicit=True)),
    ],
)
def test_a_server_is_read_from_its_address(monkeypatch, text, means):
    assert load(monkeypatch, text).smtp == means


def test_a_password_is_in_no_text_of_the_settings(monkeypatch):
    assert "secret" not in repr(load(monkeypatch, "smtp://u:secret@mail.example.fr"))


@pytest.mark.parametrize(
    ("smtp", "sender", "code"),
    [
        ("mail.example.fr", "a@example.fr", "settings-smtp"),
        ("http://mail.example.fr", "a@example.fr", "settings-smtp"),
        ("smtp://u@mail.example.fr", "a@example.fr", "settings-smtp"),
        ("smtp://u:p/q@mail.example.fr", "a@example.fr", "settings-smtp"),
        ("smtp://mail.example.fr:port", "a@example.fr", "settings-smtp"),
        ("smtp://mail.example.fr?tls=no", "a@example.fr", "settings-smtp"),
        ("smtp://mail.example.fr", "", "settings-mail-from"),
        ("", "Passerelle <a@example.fr>", "settings-mail-from"),
        ("", "a@example.fr\nBcc: b@example.fr", "settings-mail-from"),
    ],
)
def test_what_cannot_be_is_one_sentence_that_repeats_no_password(
    monkeypatch, capsys, tmp_path, smtp, sender, code
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PasserelleError) as refused:
        load(monkeypatch, smtp, sender)
    assert refused.value.code == code
    said = sentence_for(refused.value)
    assert said.startswith("PASSERELLE_") and "p/q" not in said
    assert cli.status(["users", "list"]) == cli.SETTINGS
    assert capsys.readouterr().err.count("\n") <= 2
