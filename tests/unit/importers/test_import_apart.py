"""A file read in a process of its own: the same answer, and limits that hold."""

import sys

import pytest

from importers import apart
from importers.checking import STEP, check
from matching.errors import TooLarge
from matching.vocabulary import ImportKind, Source
from tests.importing import TODAY, csv_bytes, xlsx_bytes

HEADER = "nom;prenom;date_naissance"
ROWS = ("Morel;Inès;14/05/1993", "Benali;Karim;31/02/1992", ";Léa;01/01/1990")
HOW = {"source": Source.OTHER, "today": TODAY}


def quiet(*_):
    """Progress that nobody looks at."""


@pytest.mark.parametrize("data", [csv_bytes(HEADER, *ROWS), xlsx_bytes(HEADER, *ROWS), b"", b"PK\x03\x04x"])
def test_elsewhere_is_the_same_as_here(data):
    here = check(ImportKind.YOUNG_PEOPLE, data, "f.csv", **HOW)
    there = apart.check_apart(ImportKind.YOUNG_PEOPLE, data, "f.csv", on_progress=quiet, **HOW)
    assert there.report == here.report and there.rows == here.rows and there.originals == here.originals


def test_how_far_it_has_come_is_told_here():
    seen = []
    data = csv_bytes(HEADER, *[ROWS[0]] * (2 * STEP))
    apart.check_apart(
        ImportKind.YOUNG_PEOPLE, data, "f.csv", on_progress=lambda *said: seen.append(said), **HOW
    )
    assert seen == [("check", STEP, 2 * STEP), ("check", 2 * STEP, 2 * STEP)]


def test_whoever_stops_listening_ends_it():
    class Stopped(Exception):
        pass

    def stop(*_):
        raise Stopped

    with pytest.raises(Stopped):
        apart.check_apart(
            ImportKind.YOUNG_PEOPLE, csv_bytes(HEADER, *[ROWS[0]] * STEP), "f.csv", on_progress=stop, **HOW
        )


def test_a_file_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(apart, "PATIENCE", 0)
    with pytest.raises(TooLarge, match="too-heavy"):
        apart.check_apart(
            ImportKind.YOUNG_PEOPLE, csv_bytes(HEADER, *ROWS), "f.csv", on_progress=quiet, **HOW
        )


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of memory is Linux's")
def test_a_file_that_takes_too_much_memory_is_given_up(monkeypatch):
    """The process ends where its limit is, not where it would stop by itself."""
    told = []
    monkeypatch.setattr(apart, "_work", greedy)
    with pytest.raises(TooLarge, match="too-heavy"):
        apart.check_apart(
            ImportKind.YOUNG_PEOPLE, b"", "f.csv", on_progress=lambda *said: told.append(said), **HOW
        )
    assert 1 <= len(told) <= apart.MEMORY // PIECE


#: Bytes that `greedy` takes at once.
PIECE = 32 * 1024 * 1024


def greedy(theirs, *_):
    """The real process, with a parser for a file that grows to two gibibytes."""

    def check(*_args, on_progress, **_how):
        held = []
        for number in range(64):
            held.append(bytearray(PIECE))
            on_progress("check", number, 64)
        return "ended by itself"

    apart.check = check
    apart._work(theirs, ImportKind.YOUNG_PEOPLE, b"", "f.csv", {})
