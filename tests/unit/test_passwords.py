"""What a good password is (A1), how it is kept (A2), and what a one-time code is (A3)."""

import threading
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given, strategies as st

from matching.errors import Unavailable
from matching.store.seal import Seal
from web.security import passwords, totp
from web.security.passwords import Passwords, common, entropy, weakness
from web.settings import ARGON2, ARGON2_FLOOR, Argon2

CHEAP = Argon2(64, 1, 1)
PERSON = ("claire.delmotte@demo.example.org", "Claire Delmotte-Ünal")
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "good",
    [
        "7Kf-qzPw_3vX",  # 12 of four classes
        "7Kf9qzPw3vXbTm",  # 14 of three
        "lampe orage tuile vent cuivre sept marelle",  # 7 words
        "Kx7!" * 32,  # 128 signs
        "ÿéçàüöäñßœ-2013x",
        "密码很长很安全的一句话啊你说呢吧",
        "секретный soleil парольдлявсех1",
    ],
)
def test_what_the_cnil_takes_passes(good):
    assert weakness(good, personal=PERSON) is None


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("7Kf-qzPw_3v", "password-weak"),
        ("7Kf9qzPw3vXbT", "password-weak"),
        ("lampeoragetuile", "password-weak"),
        ("", "password-weak"),
        ("a" * 40, "password-weak"),
        ("ababab" * 10, "password-weak"),
        ("Motdepasse2013!", "password-common"),
        ("M0td3p@sse-2014!", "password-common"),
        ("P@ssw0rd12345!", "password-common"),
        ("Azerty-Azerty-Azerty", "password-common"),
        ("Motdepasse2013€€", "password-common"),
        ("!!Jetaimemonamour!!80", "password-common"),
        ("12345678901234567890123456", "password-common"),
        ("Mlkjhgfdsqpoiuytreza", "password-common"),
        ("Delmotte-x7-Kq2!", "password-personal"),
        ("DELMÔTTE-x7-Kq2!", "password-personal"),
        ("unal-x7-Kq2!-zz9P", "password-personal"),
        ("x7-Kq2!-claire.9P", "password-personal"),
        ("demo-x7-Kq2!9P-zz", "password-personal"),
        ("J'habite à Amiens en 2013", "password-personal"),
        ("Ma-Passerelle-80-x7", "password-personal"),
        ("x7-Kq2!" * 147, "password-long"),
        ("é" * 513, "password-long"),
        ("x7-Kq2!9P\0zzW", "password-signs"),
        ("x7-Kq2!9P\ud800zzW", "password-signs"),
    ],
)
def test_what_is_refused_says_why(bad, why):
    assert weakness(bad, personal=PERSON) == why


def test_a_short_part_of_a_name_bars_nothing():
    assert weakness("lampe orage tuile vent cuivre sept li", personal=("li@a.fr", "Li Ann")) is None


def test_the_list_that_ships_holds_more_than_a_thousand_and_every_line_is_refused():
    assert len(common()) >= 1_000
    assert all(passwords._is_common(word) for word in common())


@given(st.text(max_size=60))
def test_entropy_never_falls_when_a_sign_is_added(text):
    assert entropy(text + "x") >= entropy(text)


def test_a_password_is_kept_as_argon2id_with_its_parameters_and_opens_however_it_is_typed():
    keep = Passwords(CHEAP)
    stored = keep.hash("cafe\u0301 ﬁn 7Kf-qzPw")
    assert stored.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert keep.verify(stored, "café fin 7Kf-qzPw")
    assert not keep.verify(stored, "cafe fin 7Kf-qzPw")
    assert not keep.verify(None, "café fin 7Kf-qzPw") and not keep.verify("garbage", "x")
    assert not keep.verify(stored, "x" * 1_025) and not keep.verify(stored, "\ud800")


def test_the_default_is_the_documented_one_and_above_the_floor():
    assert ARGON2 == (65_536, 3, 4) and ARGON2_FLOOR == (19_456, 2, 1)
    assert all(mine >= least for mine, least in zip(ARGON2, ARGON2_FLOOR, strict=True))


def test_a_hash_of_other_parameters_is_told():
    stored = Passwords(CHEAP).hash("x")
    assert not Passwords(CHEAP).needs_rehash(stored)
    assert Passwords(Argon2(128, 1, 1)).needs_rehash(stored)


def test_more_checks_than_cores_wait_their_turn_and_then_give_up(monkeypatch):
    """Every turn is taken by a check that does not end: the next one waits as long as it is told, then says busy."""
    monkeypatch.setattr(passwords.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(passwords, "PATIENCE", 0.05)
    keep, started, over = Passwords(CHEAP), threading.Semaphore(0), threading.Event()

    def hold():
        with keep._turn():
            started.release()
            over.wait(10)

    holding = [threading.Thread(target=hold) for _ in range(2)]
    for thread in holding:
        thread.start()
        started.acquire()
    with pytest.raises(Unavailable) as refused:
        keep.hash("x")
    assert refused.value.code == "busy"
    over.set()
    for thread in holding:
        thread.join()
    assert keep.hash("x")


def test_a_code_of_the_step_before_or_after_is_taken_and_no_other():
    secret = totp.new_secret(Seal(b"k" * 32), "token")
    maker = pyotp.TOTP(secret)
    taken = [
        shift
        for shift in range(-4, 5)
        if totp.step_of(secret, maker.at(AT + timedelta(seconds=30 * shift)), at=AT) is not None
    ]
    assert taken == [-1, 0, 1]
    assert totp.step_of(secret, " ".join(maker.at(AT)), at=AT) == int(AT.timestamp()) // 30
    assert totp.step_of(secret, "", at=AT) is None and totp.step_of(secret, "é" * 6, at=AT) is None


def test_the_offered_secret_has_160_bits_and_belongs_to_one_session():
    seal = Seal(b"k" * 32)
    secret = totp.new_secret(seal, "token")
    assert len(secret) == 32  # 5 bits a sign
    assert secret == totp.new_secret(seal, "token")
    assert len({secret, totp.new_secret(seal, "other"), totp.new_secret(Seal(b"j" * 32), "token")}) == 3
    assert totp.in_groups("ABCDEFGH") == "ABCD EFGH"


def test_the_square_holds_the_address_of_the_secret():
    """Read back module by module: the path draws what the encoder made, inside its quiet zone."""
    import re

    import segno

    address = totp.address("ABCDEFGH" * 4, email="a@b.fr")
    assert address.startswith("otpauth://totp/Passerelle:a%40b.fr?secret=" + "ABCDEFGH" * 4)
    size, path = totp.qr_code(address)
    rows = segno.make(address, error="m", micro=False).matrix
    drawn = {(int(x) - 4, int(y) - 4) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", path)}
    assert size == len(rows) + 8
    assert drawn == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}
