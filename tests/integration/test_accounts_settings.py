"""Production does not start with a door ajar (S1), and says in one sentence which one; settings of the doors are read."""

import os
import re
import subprocess
import sys

import pytest

from matching.errors import PasserelleError
from web import cli, settings
from web.settings import Argon2, Limits
from web.wording import sentence_for

GOOD = {
    "PASSERELLE_ENV": "production",
    "PASSERELLE_SECRET_KEY": "f3a1" * 4 + "9b27c06de85a4410",
    "PASSERELLE_DATA_KEY": "77c04e9a1db2856f" * 2,
    "PASSERELLE_TRUSTED_HOSTS": "passerelle.example.fr",
}


@pytest.fixture
def told(monkeypatch):
    def tell(**changes):
        for name, value in {**GOOD, **changes}.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)

    return tell


def test_production_that_is_well_told_starts(told):
    told()
    settings.load().refuse_unsafe()


WRONG = [
    ({"PASSERELLE_SECRET_KEY": None}, "settings-key"),
    ({"PASSERELLE_DATA_KEY": None}, "settings-key"),
    ({"PASSERELLE_SECRET_KEY": "f3a1c06de85a4410"}, "settings-key"),
    ({"PASSERELLE_SECRET_KEY": "changeme-changeme-changeme-changeme"}, "settings-key-example"),
    ({"PASSERELLE_DATA_KEY": "your-secret-key-of-32-bytes-or-more"}, "settings-key-example"),
    ({"PASSERELLE_DATA_KEY": "0" * 64}, "settings-key-example"),
    ({"PASSERELLE_SECRET_KEY": "abcabcabcabcabcabcabcabcabcabcabcabc"}, "settings-key-example"),
    ({"PASSERELLE_DEBUG": "1"}, "settings-debug"),
    ({"FLASK_DEBUG": "1"}, "settings-debug"),
    ({"PASSERELLE_TRUSTED_HOSTS": None}, "settings-trusted-hosts"),
    ({"PASSERELLE_TRUSTED_HOSTS": " , "}, "settings-trusted-hosts"),
    ({"PASSERELLE_ARGON2": "m=19455,t=2,p=1"}, "settings-argon2-floor"),
    ({"PASSERELLE_ARGON2": "m=65536,t=1,p=4"}, "settings-argon2-floor"),
    ({"PASSERELLE_ARGON2": "beaucoup"}, "settings-argon2"),
    ({"PASSERELLE_ARGON2": "m=7,t=2,p=1"}, "settings-argon2"),
    ({"PASSERELLE_PUBLIC_URL": "passerelle.example.fr"}, "settings-public-url"),
    ({"PASSERELLE_PUBLIC_URL": "javascript:alert(1)"}, "settings-public-url"),
    ({"PASSERELLE_PROXY_HOPS": "-1"}, "settings-number"),
    ({"PASSERELLE_LOGIN_TRIES": "0"}, "settings-number"),
    ({"PASSERELLE_LOGIN_ADDRESS_TRIES": "cent"}, "settings-number"),
    ({"PASSERELLE_SECOND_FACTOR": "jamais"}, "settings-second-factor"),
    ({"PASSERELLE_ENV": "prod"}, "settings-env"),
]


@pytest.mark.parametrize(
    ("change", "code"), WRONG, ids=lambda value: value if isinstance(value, str) else str(value)
)
def test_each_door_ajar_is_refused_with_status_78_and_its_own_sentence(told, capsys, tmp_path, change, code):
    told(**change)
    with pytest.raises(PasserelleError) as refused:
        settings.load().refuse_unsafe()
    assert refused.value.code == code
    assert cli.status(["init"]) == cli.SETTINGS
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and err.strip() == sentence_for(refused.value)
    assert not any(value in err for value in change.values() if value and "KEY" in str(change))
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o666])
def test_a_key_file_that_others_can_read_is_refused(told, tmp_path, mode):
    told(PASSERELLE_SECRET_KEY=None)
    path = tmp_path / "var" / "secret_key"
    settings.write_key(path)
    settings.load().refuse_unsafe()
    path.chmod(mode)
    with pytest.raises(PasserelleError, match="settings-key-readable"):
        settings.load().refuse_unsafe()


def test_development_makes_its_keys_readable_by_their_owner_alone(tmp_path):
    chosen = settings.load()
    chosen.refuse_unsafe()
    assert len(chosen.key("SECRET_KEY")) >= 64 and chosen.key("SECRET_KEY") != chosen.key("DATA_KEY")
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "var").iterdir()} == {0o600}
    assert chosen.trusted_hosts == settings.LOOPBACK


def test_settings_of_the_doors_are_read(monkeypatch):
    assert settings.load().limits == Limits(5, 25, 100) and settings.load().proxy_hops == 0
    assert not settings.load().second_factor_for_all and settings.load().public_url is None
    for name, value in {
        "ARGON2": "m=20000,t=2,p=1", "LOGIN_TRIES": "3", "LOGIN_DAILY_TRIES": "9", "LOGIN_ADDRESS_TRIES": "50",
        "SECOND_FACTOR": "all", "PROXY_HOPS": "1", "PUBLIC_URL": "https://passerelle.example.fr/",
        "TRUSTED_HOSTS": "a.example.fr, b.example.fr",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"PASSERELLE_{name}", value)
    read = settings.load()
    assert read.argon2 == Argon2(20_000, 2, 1) and read.limits == Limits(3, 9, 50)
    assert read.second_factor_for_all and read.proxy_hops == 1
    assert read.public_url == "https://passerelle.example.fr"
    assert read.trusted_hosts == ("a.example.fr", "b.example.fr")


@pytest.mark.parametrize("wrong", [True, False])
def test_what_serves_in_production_stops_with_78_before_any_worker(tmp_path, wrong):
    """Gunicorn as the Procfile starts it; well told, it gets as far as its workers."""
    command = re.search(r"^web: gunicorn (.*)$", (cli_root() / "Procfile").read_text(), re.MULTILINE)[1]
    told = {**GOOD, "PASSERELLE_DATA_DIR": str(tmp_path), **({"PASSERELLE_DATA_KEY": ""} if wrong else {})}
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")
    } | told
    check = [] if wrong else ["--check-config"]
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", *command.replace('"', "").split(), "--bind", "127.0.0.1:0", *check],
        env=environment, cwd=cli_root(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == (78 if wrong else 0), done.stderr
    assert "Traceback" not in done.stderr
    assert ("PASSERELLE_DATA_KEY" in done.stderr) is wrong


def cli_root():
    from pathlib import Path

    return Path(cli.__file__).parents[1]
