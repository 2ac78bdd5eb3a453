"""Settings: defaults that work, keys that nobody else can read, production that refuses to guess."""

import stat
from datetime import date

import pytest

from matching.errors import PasserelleError
from web import cli, settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_the_base_lies_in_the_data_folder(monkeypatch):
    monkeypatch.delenv("PASSERELLE_DATA_DIR")
    assert settings.load().database_url == "sqlite:///var/passerelle.db"


def test_a_dotenv_file_lies_under_the_environment(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("PASSERELLE_TODAY=2013-11-04\nPASSERELLE_ENV=production\n")
    monkeypatch.setenv("PASSERELLE_ENV", "development")
    monkeypatch.setenv("PASSERELLE_TODAY", "")
    monkeypatch.delenv("PASSERELLE_TODAY")
    loaded = settings.load()
    assert (loaded.environment, loaded.today) == ("development", date(2013, 11, 4))
    monkeypatch.delenv("PASSERELLE_TODAY")


def test_a_development_key_is_made_once_for_its_owner_only(tmp_path):
    first = settings.load().key("DATA_KEY")
    path = tmp_path / "var" / "data_key"
    assert settings.load().key("DATA_KEY") == first
    assert len(first) >= settings.KEY_BYTES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_production_makes_no_key_of_its_own(monkeypatch, capsys):
    monkeypatch.setenv("PASSERELLE_ENV", "production")
    assert cli.status(["init"]) == cli.SETTINGS
    assert "32" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"), [("PASSERELLE_ENV", "staging"), ("PASSERELLE_SECRET_KEY", "short")]
)
def test_a_setting_that_cannot_be_is_refused(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(PasserelleError):
        settings.load().key("SECRET_KEY")


def test_a_bad_business_day_is_named(monkeypatch, capsys):
    monkeypatch.setenv("PASSERELLE_TODAY", "4 novembre")
    assert cli.status(["init"]) == cli.SETTINGS
    assert "4 novembre" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["not a url", "nosuchdb://moi:secret@x/y", "postgresql//moi:secret@x/y"])
def test_an_address_that_means_nothing_is_refused_without_its_password(monkeypatch, capsys, url):
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", url)
    assert cli.status(["init"]) == cli.SETTINGS
    err = capsys.readouterr().err
    assert "PASSERELLE_DATABASE_URL" in err and "secret" not in err


def test_a_file_that_is_no_database_is_refused_without_touching_it(tmp_path, monkeypatch, capsys):
    path = tmp_path / "notes.txt"
    path.write_text("pas une base" * 100)
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", f"sqlite:///{path}")
    assert cli.status(["init"]) == cli.FAULT
    assert path.read_text() == "pas une base" * 100
    assert "Traceback" not in capsys.readouterr().err
