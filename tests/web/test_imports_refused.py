"""Hostile files, and who may send any."""

import io
import zipfile

import pytest
import sqlalchemy as sa

from matching.store.intake import ImportBatch
from matching.vocabulary import BatchState, JobState
from tests.importing import csv_bytes
from tests.markup import check_markup
from tests.web.doors import KINDS, account, csrf, sign_in
from tests.web.entering import bare
from tests.web.imports import (
    HEADER,
    INES,
    act,
    acts,
    applied,
    batch_of,
    checked,
    kept_files,
    people,
    send,
    text_of,
    work,
)


def bomb():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)
    return made.getvalue()


def unsafe():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(
            "xl/workbook.xml", '<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/passwd">]><w>&e;</w>'
        )
    return made.getvalue()


AT_THE_DOOR = {
    "empty": (b"", "Le fichier est vide"),
    "only blanks": (b"\xef\xbb\xbf \r\n ", "Le fichier est vide"),
    "pdf named csv": (b"%PDF-1.7 ...", "Ce format n’est pas lu"),
    "old or encrypted workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, "Ce format n’est pas lu"),
    "web page": (b"<html><script>alert(1)</script></html>", "Ce format n’est pas lu"),
    "json of another kind": (b'{"resultats": []}', "Ce format n’est pas lu"),
}


LATER = {
    "truncated workbook": (b"PK\x03\x04" + b"\0" * 40, "Le classeur est abîmé"),
    "bomb": (bomb(), "taille anormale"),
    "external entity": (unsafe(), "déclaration interdite"),
    "nul bytes": (b"nom;prenom\0;x\r\n", "Le texte du fichier est illisible"),
    "no header": (b"a;b\r\n1;2\r\n", "Aucune ligne d’en-têtes reconnue"),
    "offers for people": (csv_bytes("intitule;employeur;type_contrat;code_postal", "a;b;CDI;80000"), "Aucune ligne d’en-têtes reconnue"),
    "mostly wrong": (csv_bytes(HEADER, *["x;;;;"] * 12), "Plus de la moitié des lignes"),
    "too many columns": (csv_bytes(HEADER + ";c" * 101), "plus de 100 colonnes"),
}  # fmt: skip


# --- hostile files


@pytest.mark.parametrize("case", AT_THE_DOOR)
def test_a_file_that_cannot_be_read_is_refused_at_the_door(app, database, importer, case):
    data, sentence = AT_THE_DOOR[case]
    answer = send(importer, data)
    assert answer.status_code == 422
    assert sentence in text_of(answer) and "Il y a 1 point à corriger" in text_of(answer)
    check_markup(answer.text)
    assert kept_files(app) == []
    with database.reading() as session:
        assert session.query(ImportBatch).count() == 0


@pytest.mark.parametrize("case", LATER)
def test_a_hostile_file_gets_a_clear_sentence_and_leaves_nothing(app, database, importer, case):
    data, sentence = LATER[case]
    ref = checked(app, importer, data)
    page = importer.get(f"/imports/{ref}")
    assert sentence in text_of(page) and "Fichier refusé, rien n’est écrit" in text_of(page)
    assert batch_of(database, ref).state is BatchState.REFUSED
    assert [name for name in kept_files(app) if not name.endswith(".csv")] == []
    assert people(database) == []
    check_markup(page.text)


def test_what_a_file_says_is_text_and_nothing_else(app, importer):
    payload = "<script>alert(1)</script>"
    ref = checked(
        app, importer, csv_bytes(HEADER, f"A-1;{payload};Inès;14/05/1993;nord"), name="<script>.csv"
    )
    for page in (importer.get(f"/imports/{ref}"), importer.get("/imports")):
        assert payload not in page.text and "&lt;script&gt;" in page.text


def test_a_social_security_number_is_shown_nowhere(app, database, importer):
    number = "193058002100156"
    key = 97 - int(number[:13]) % 97
    number = number[:13] + f"{key:02d}"
    ref = checked(
        app, importer, csv_bytes(HEADER + ";observations", INES + f";n° {number}", f"{number};X;Y;bad;;")
    )
    assert number not in importer.get(f"/imports/{ref}?onglet=corriger").text
    assert number not in importer.get(f"/imports/{ref}/rejets.csv").text
    with database.reading() as session:
        assert number not in repr(session.execute(sa.select(ImportBatch.preview)).all())


def test_ten_mebibytes_are_the_limit_here_and_one_elsewhere(app, database, importer):
    token = csrf(importer, "/imports/nouveau")
    large = b"nom;prenom;date_naissance\r\n" + b"x" * (10 * 1024 * 1024)
    answer = send(importer, large)
    assert answer.status_code == 413
    answer = send(importer, large + large)
    assert answer.status_code == 413 and "dépasse la taille admise" in text_of(answer)
    answer = importer.post("/deconnexion", data={"csrf_token": token, "x": "x" * (1024 * 1024)})
    assert answer.status_code == 413
    assert kept_files(app) == []
    assert send(importer, csv_bytes(HEADER, *[INES] * 40_000)).status_code == 303  # more than 1 MiB


# --- who may


@pytest.mark.parametrize("kind", KINDS)
def test_only_importers_send_files_and_the_administrator_reads_the_journal_alone(app, database, kind):
    with database.transaction() as session:
        user, owner = account(session, kind), account(session, "importer")
    ref = checked(app, sign_in(app, owner))
    client = sign_in(app, user)
    may_run = kind in ("importer", "chief")
    may_read = may_run or kind == "admin"
    statuses = {
        path: client.get(path).status_code
        for path in ("/imports", f"/imports/{ref}", "/imports/nouveau", f"/imports/{ref}/rejets.csv")
    }
    assert statuses == {
        "/imports": 200 if may_read else 403,
        f"/imports/{ref}": 200 if may_read else 403,
        "/imports/nouveau": 200 if may_run else 403,
        f"/imports/{ref}/rejets.csv": 404 if may_run else 403,  # no line was refused
    }
    if kind == "admin":
        page = client.get(f"/imports/{ref}")
        assert "Morel" not in page.text and "Inès" not in page.text and "Appliquer" not in page.text
        check_markup(page.text)
    if not may_run:
        token = csrf(client, "/compte")
        for name in ("application", "abandon", "arret", "relance"):
            answer = client.post(f"/imports/{ref}/{name}", data={"csrf_token": token})
            assert answer.status_code == 403
    assert batch_of(database, ref).state is BatchState.CHECKED


def test_another_agency_finds_nothing_as_if_it_did_not_exist(app, database, importer, elsewhere):
    ref = checked(app, importer)
    missing = "00000000-0000-4000-8000-000000000000"
    for path in ("", "/etat", "/rejets.csv"):
        answer = elsewhere.get(f"/imports/{ref}{path}")
        assert answer.status_code == 404
        assert bare(answer.text) == bare(elsewhere.get(f"/imports/{missing}{path}").text)
    for name in ("application", "abandon", "arret", "relance"):
        assert act(elsewhere, ref, name).status_code == 404
    assert "liste.csv" not in elsewhere.get("/imports").text
    assert batch_of(database, ref).state is BatchState.CHECKED


def test_what_another_agency_knows_of_a_person_is_not_shown(app, importer, elsewhere):
    applied(app, importer, csv_bytes(HEADER + ";telephone", INES + ";0639980001"))
    ref = checked(app, elsewhere, csv_bytes(HEADER + ";telephone", INES + ";0639980002"))
    said = text_of(elsewhere.get(f"/imports/{ref}?onglet=modifier"))
    assert "0639980001" not in said and "33639980001" not in said
    assert "(fiche d&#39;une autre agence)" in said or "(fiche d'une autre agence)" in said


def test_of_two_importers_who_confirm_one_wins_and_the_other_is_told(app, database, importer):
    with database.transaction() as session:
        user = account(session, "chief")
    colleague = sign_in(app, user)
    ref = checked(app, importer)
    assert act(importer, ref, "application").status_code == 303
    for name in ("application", "abandon"):
        answer = act(colleague, ref, name)
        assert answer.status_code == 409
        assert "Quelqu’un vient de décider de cet import" in text_of(answer)
    assert work(app) == [JobState.DONE]
    assert act(colleague, ref, "application").status_code == 409
    assert len(people(database)) == 2
    assert acts(database) == ["import.uploaded", "import.applied"]


def test_no_button_works_without_its_token(app, database, importer):
    ref = checked(app, importer)
    for path in (
        "/imports/nouveau",
        *(f"/imports/{ref}/{name}" for name in ("application", "abandon", "arret", "relance")),
    ):
        assert importer.post(path, data={"kind": "jeunes"}).status_code == 400
        assert importer.get(path).status_code in (200, 405)
    assert batch_of(database, ref).state is BatchState.CHECKED


def test_an_importer_without_an_agency_is_told_whom_to_ask(app, database):
    with database.transaction() as session:
        user = account(session, "importer")
        user.agency_id = None
    answer = send(sign_in(app, user))
    assert answer.status_code == 422 and "rattaché à aucune agence" in text_of(answer)


def test_the_form_says_what_is_missing(importer):
    answer = importer.post("/imports/nouveau", data={"csrf_token": csrf(importer, "/imports/nouveau")})
    assert answer.status_code == 422
    assert "Choisissez un fichier." in answer.text and "Dites ce que contient le fichier." in answer.text
    check_markup(answer.text)
    answer = send(importer, kind="recettes")
    assert answer.status_code == 422
