"""A file through the pages: sent, checked, looked at, applied; refused, stopped, abandoned; and who may."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa

from matching import clock, jobs
from matching.store.intake import ImportBatch, ImportRow
from matching.store.people import Agency, Person
from matching.store.upkeep import AuditEvent, Job
from matching.vocabulary import AgencyKind, BatchState, JobState
from tests.counting import statements
from tests.importing import csv_bytes, xlsx_bytes
from tests.markup import check_markup
from tests.web.doors import KINDS, account, csrf, sign_in
from tests.web.imports import (
    HEADER,
    INES,
    KARIM,
    act,
    applied,
    batch_of,
    checked,
    kept_files,
    ref_of,
    send,
    work,
)


@pytest.fixture
def importer(app, database):
    with database.transaction() as session:
        user = account(session, "importer")
    return sign_in(app, user)


@pytest.fixture
def elsewhere(app, database):
    """An importer of another agency."""
    with database.transaction() as session:
        agency = Agency(name="Mission locale d'Abbeville", kind=AgencyKind.MISSION_LOCALE)
        session.add(agency)
        session.flush()
        user = account(session, "importer", agency)
    return sign_in(app, user)


def people(database):
    with database.reading() as session:
        return session.scalars(sa.select(Person).order_by(Person.family_name)).all()


def acts(database, kind="import"):
    with database.reading() as session:
        found = sa.select(AuditEvent.action).where(AuditEvent.subject_kind == kind).order_by(AuditEvent.id)
        return session.scalars(found).all()


def text_of(response):
    """What a page says, without its tags, spaces made ordinary."""
    said = re.sub(r"<[^>]+>", " ", response.text).replace("\u00a0", " ").replace("\u202f", " ")
    return re.sub(r"\s+", " ", said).replace("&#39;", "'")


# --- the whole way


def test_a_file_is_looked_at_before_anything_is_written_then_applied(app, database, importer):
    ref = ref_of(send(importer))
    page = importer.get(f"/imports/{ref}")
    assert "Vous pouvez quitter cette page" in text_of(page) and "Actualiser" in page.text
    assert f'data-poll="/imports/{ref}/etat"' in page.text
    check_markup(page.text)

    assert work(app) == [JobState.DONE]
    page = importer.get(f"/imports/{ref}")
    said = text_of(page)
    assert "À créer (2)" in said and "À modifier (0)" in said and "À corriger (0)" in said
    assert "Morel Inès" in said and "Date de naissance" in said and "14/05/1993" in said
    assert people(database) == []
    check_markup(page.text)

    answer = act(importer, ref, "application")
    assert answer.status_code == 303
    assert people(database) == []
    assert work(app) == [JobState.DONE]
    said = text_of(importer.get(f"/imports/{ref}"))
    assert "2 créées" in said and "Les correspondances seront recalculées" in said
    assert [person.family_name for person in people(database)] == ["Benali", "Morel"]
    assert {person.agency_id for person in people(database)} == {batch_of(database, ref).agency_id}
    assert acts(database) == ["import.uploaded", "import.applied"]
    assert kept_files(app) == []
    with database.reading() as session:
        waiting = session.scalars(sa.select(Job).where(Job.kind == "match")).all()
        assert [(job.state, job.arguments) for job in waiting] == [(JobState.WAITING, {})]


def test_changes_are_shown_old_to_new_and_look_alikes_are_named(app, database, importer):
    applied(app, importer)
    ref = checked(
        app,
        importer,
        csv_bytes(HEADER, INES.replace("Amiens Nord", "Etouvie"), KARIM, "A-3;Morel;Ines;14/05/1993;nord"),
    )
    page = importer.get(f"/imports/{ref}?onglet=modifier")
    said = text_of(page)
    assert "À créer (1)" in said and "À modifier (1)" in said and "1 sans changement" in said
    assert "Quartier déclaré : avant Amiens Nord → après Étouvie" in said
    assert "Fiches qui se ressemblent (1)" in said and "Morel Inès" in said
    check_markup(page.text)


def test_lines_to_mend_say_the_column_the_value_and_what_to_do(app, database, importer):
    bad = "A-9;Petit;Léa;31/02/1999;Atlantide"
    ref = checked(app, importer, csv_bytes(HEADER, INES, KARIM, bad))
    page = importer.get(f"/imports/{ref}?onglet=corriger")
    said = text_of(page)
    assert "Ligne 4 Petit Léa Date de naissance « 31/02/1999 » : Cette date ne peut pas être lue" in said
    assert "Quartier déclaré « Atlantide » : Ce quartier n’est pas connu" in said
    check_markup(page.text)
    answer = importer.get(f"/imports/{ref}/rejets.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rejets-liste.csv"'
    assert (
        answer.data.startswith(b"\xef\xbb\xbf") and "31/02/1999" in answer.text and "_erreurs" in answer.text
    )
    assert acts(database)[-1] == "import.rejects.read"

    act(importer, ref, "application")
    work(app)
    said = text_of(importer.get(f"/imports/{ref}"))
    assert "2 créées" in said and "31/02/1999" in said
    assert importer.get(f"/imports/{ref}/rejets.csv").status_code == 200
    assert [name.endswith(".rejets.csv") for name in kept_files(app)] == [True]


def test_a_file_without_a_fault_keeps_the_place_of_the_table(app, importer):
    ref = checked(app, importer)
    assert "Aucune ligne à corriger" in text_of(importer.get(f"/imports/{ref}?onglet=corriger"))


def test_rejects_cannot_become_formulas(app, importer):
    ref = checked(app, importer, csv_bytes(HEADER, INES, KARIM, "A-9;=1+2;Léa;14/05/1993;nord"))
    assert '"\'=1+2"' in importer.get(f"/imports/{ref}/rejets.csv").text


def test_the_same_file_again_says_when_it_was_imported_and_changes_nothing(app, database, importer):
    first = applied(app, importer)
    again = checked(app, importer)
    assert again != first
    page = importer.get(f"/imports/{again}")
    assert "Ce fichier a déjà été importé le 4 novembre 2013" in text_of(page)
    assert f'href="/imports/{first}"' in page.text
    assert act(importer, again, "application").status_code == 409
    assert work(app) == [] and len(people(database)) == 2
    check_markup(page.text)


def test_a_file_sent_twice_by_a_double_click_is_one_import(app, database, importer):
    assert ref_of(send(importer)) == ref_of(send(importer))
    with database.reading() as session:
        assert session.query(ImportBatch).count() == 1 and session.query(Job).count() == 1
    assert len(kept_files(app)) == 1


def test_what_changed_meanwhile_is_judged_again_and_said(app, database, importer):
    one = checked(app, importer, csv_bytes(HEADER, INES, KARIM))
    applied(app, importer, csv_bytes(HEADER, INES), name="autre.csv")
    act(importer, one, "application")
    assert work(app) == [JobState.DONE]
    said = text_of(importer.get(f"/imports/{one}"))
    assert "La base avait changé depuis la vérification" in said
    assert "1 créée" in said and len(people(database)) == 2


def test_a_workbook_and_offers_go_the_same_way(app, importer):
    ref = checked(app, importer, xlsx_bytes(HEADER, INES, KARIM), name="liste.xlsx")
    assert "À créer (2)" in text_of(importer.get(f"/imports/{ref}"))
    offers = b'[{"id": "1", "intitule": "Jardinier", "typeContrat": "CDI"}]'
    ref = checked(app, importer, offers, kind="offres", source="france-travail", name="offres.json")
    assert "Jardinier" in text_of(importer.get(f"/imports/{ref}"))


def test_the_rqth_columns_are_not_read_where_the_setting_is_off(app, importer, monkeypatch):
    monkeypatch.setenv("PASSERELLE_RQTH", "off")
    ref = checked(app, importer, csv_bytes(HEADER + ";rqth", INES + ";oui"))
    assert "rqth (vie privée : ni lue ni gardée)" in text_of(importer.get(f"/imports/{ref}"))


# --- waiting, stopping, starting again


def test_the_fragment_tells_how_far_the_work_has_come_then_that_it_is_over(app, database, importer):
    ref = ref_of(send(importer))
    now = clock.now()
    with database.transaction() as session:
        job = session.query(Job).one()
        jobs.claim(session, job.public_id, at=now - timedelta(seconds=30))
        for ago, done in ((20, 0), (10, 1204)):
            at = now - timedelta(seconds=ago)
            jobs.beat(session, job.id, at=at, attempt=1, step="check", done=done, total=1860)
    said = text_of(importer.get(f"/imports/{ref}/etat"))
    assert "Étape 2 sur 3 : vérification des lignes" in said and "1 204 sur 1 860" in said
    assert "Encore 10 secondes environ" in said
    assert "<html" not in importer.get(f"/imports/{ref}/etat").text
    with database.transaction() as session:
        session.query(Job).one().beat_at = now - timedelta(seconds=70)
    assert "Ce travail semble bloqué" in text_of(importer.get(f"/imports/{ref}"))
    assert act(importer, ref, "relance").status_code == 303
    assert work(app) == [JobState.DONE]
    assert "data-done" in importer.get(f"/imports/{ref}/etat").text


def test_nobody_at_work_is_said_with_what_to_do(database, importer):
    ref = ref_of(send(importer))
    assert "ne répond pas" not in importer.get(f"/imports/{ref}").text
    with database.transaction() as session:
        session.query(Job).one().submitted_at = clock.now() - timedelta(seconds=31)
    said = text_of(importer.get(f"/imports/{ref}"))
    assert "Le travail de fond ne répond pas" in said and "passerelle work" in said
    with database.transaction() as session:  # busy with another's file, it is not down
        other = jobs.submit(session, "match", {}, actor_id=None, at=clock.now())
        jobs.claim(session, other.public_id, at=clock.now())
    said = text_of(importer.get(f"/imports/{ref}"))
    assert "ne répond pas" not in said and "un autre travail est en cours, le vôtre suit" in said


def test_a_check_that_was_stopped_starts_again_or_is_abandoned(app, database, importer):
    ref = ref_of(send(importer))
    assert act(importer, ref, "arret").status_code == 303
    said = text_of(importer.get(f"/imports/{ref}"))
    assert "Le travail a été arrêté. Rien n’est écrit." in said and "Relancer" in said
    assert work(app) == []
    act(importer, ref, "relance")
    assert work(app) == [JobState.DONE]
    assert batch_of(database, ref).state is BatchState.CHECKED


def test_an_application_that_was_stopped_waits_for_a_decision_again(app, database, importer):
    ref = checked(app, importer)
    act(importer, ref, "application")
    act(importer, ref, "arret")
    assert work(app) == [] and people(database) == []
    assert "Appliquer les lignes correctes" in importer.get(f"/imports/{ref}").text
    act(importer, ref, "application")
    assert work(app) == [JobState.DONE] and len(people(database)) == 2


def test_what_is_abandoned_leaves_neither_file_nor_lines(app, database, importer):
    ref = checked(app, importer, csv_bytes(HEADER, INES, KARIM, "A-9;Petit;Léa;x;nord"))
    assert len(kept_files(app)) == 2
    assert act(importer, ref, "abandon").status_code == 303
    assert kept_files(app) == []
    with database.reading() as session:
        assert session.query(ImportRow).count() == 0
        assert session.scalar(sa.select(ImportBatch.preview)) == {}
    assert acts(database)[-1] == "import.abandoned"
    assert "a été abandonné" in text_of(importer.get(f"/imports/{ref}"))
    assert act(importer, ref, "application").status_code == 409
    assert importer.get(f"/imports/{ref}/rejets.csv").status_code == 404


def test_a_file_lost_from_the_disk_is_said(app, database, importer):
    ref = ref_of(send(importer))
    folder = app.extensions["passerelle"].settings.data_dir / "uploads"
    next(folder.iterdir()).unlink()
    assert work(app) == [JobState.FAILED]
    assert "Le fichier n’est plus sur le serveur" in text_of(importer.get(f"/imports/{ref}"))


# --- hostile files


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
        assert answer.text == elsewhere.get(f"/imports/{missing}{path}").text
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


# --- the list


def reads(app, client, path):
    """How often a page asks the base for rows."""
    with statements(app.extensions["passerelle"].database.engine) as said:
        assert client.get(path).status_code == 200
    return sum(each.startswith("SELECT") for each in said)


def test_the_list_is_sorted_filtered_and_exported_in_as_many_queries_for_50_rows(app, database, importer):
    ref = ref_of(send(importer, name="=cmd.csv"))
    few = reads(app, importer, "/imports")
    with database.transaction() as session:
        own = session.query(ImportBatch).one()
        session.add_all(
            ImportBatch(
                agency_id=own.agency_id, kind="offres", source="autre", file_name=f"f{number}.csv", sha256="0" * 64,
                state=BatchState.ABANDONED, counts={}, actor_id=own.actor_id, received_at=clock.now(), options={},
                preview={},
            )
            for number in range(60)
        )  # fmt: skip
    assert reads(app, importer, "/imports") == few
    page = importer.get("/imports?tri=fichier&contenu=jeunes")
    assert str(ref) in page.text and "1 fichier" in text_of(page)
    assert "61 fichiers, page 1 sur 2" in text_of(importer.get("/imports?tri=nimporte&etat=rien"))
    assert "Aucun fichier ne répond" in importer.get("/imports?fichier=zzz").text
    check_markup(page.text)
    lines = importer.get("/imports?format=csv").text.splitlines()
    assert len(lines) == 62 and any('"\'=cmd.csv"' in line for line in lines)


def test_an_empty_list_says_what_to_do_first(importer):
    page = importer.get("/imports")
    assert "Aucun fichier n’a encore été importé" in text_of(page)
    check_markup(page.text)


# --- long work


@pytest.fixture
def admin(app, database):
    with database.transaction() as session:
        user = account(session, "admin")
    return sign_in(app, user)


def test_the_administrator_sees_failed_work_first_in_words_and_starts_it_again(
    app, database, importer, admin
):
    ref_of(send(importer))
    now = clock.now()
    with database.transaction() as session:
        job = jobs.submit(session, "match", {"n": 1}, actor_id=None, at=now)
        jobs.claim(session, job.public_id, at=now)
        jobs.finish(session, job.id, JobState.FAILED, at=now, attempt=1, error_code="disk-full")
        failed = job.public_id
    page = admin.get("/travaux")
    said = text_of(page)
    assert said.index("Calcul des propositions") < said.index("Vérification d’un fichier", said.index("Par "))
    assert "Le disque du serveur est plein" in said
    check_markup(page.text)
    answer = admin.post(f"/travaux/{failed}/relance", data={"csrf_token": csrf(admin, "/travaux")})
    assert answer.status_code == 303
    with database.reading() as session:
        assert session.query(Job).filter_by(public_id=failed).one().state is JobState.WAITING
    assert acts(database, "job") == ["job.restarted"]
    page = admin.get(f"/travaux/{failed}")
    assert f'data-poll="/travaux/{failed}/etat"' in page.text
    check_markup(page.text)
    assert admin.get(f"/travaux/{failed}/etat").status_code == 200


def test_others_see_their_own_work_only(app, database, importer, elsewhere, admin):
    ref_of(send(importer))
    with database.reading() as session:
        job = session.query(Job).one().public_id
    assert "Vérification d’un fichier" in text_of(importer.get("/travaux"))
    assert f"/travaux/{job}" not in elsewhere.get("/travaux").text
    assert elsewhere.get(f"/travaux/{job}").status_code == 404
    assert elsewhere.get(f"/travaux/{job}/etat").status_code == 404
    token = csrf(elsewhere, "/imports/nouveau")
    assert elsewhere.post(f"/travaux/{job}/relance", data={"csrf_token": token}).status_code == 404
    answer = importer.post(f"/travaux/{job}/relance", data={"csrf_token": csrf(importer, "/imports/nouveau")})
    assert answer.status_code == 409 and "déjà reparti" in text_of(answer)
    lines = admin.get("/travaux?format=csv").text.splitlines()
    assert len(lines) == 2


def test_the_list_of_work_takes_as_many_queries_for_50_rows(app, database, admin):
    now = clock.now()
    with database.transaction() as session:
        jobs.submit(session, "match", {"n": 0}, actor_id=None, at=now)
    few = reads(app, admin, "/travaux")
    with database.transaction() as session:
        for number in range(60):
            jobs.submit(session, "match", {"n": number + 1}, actor_id=None, at=now)
    assert reads(app, admin, "/travaux") == few
