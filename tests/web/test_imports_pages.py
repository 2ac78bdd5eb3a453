"""Files are looked at, confirmed, stopped, started again."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from matching import clock, jobs
from matching.store.intake import ImportBatch, ImportRow
from matching.store.upkeep import Job
from matching.vocabulary import BatchState, JobState
from tests.counting import statements
from tests.importing import csv_bytes, xlsx_bytes
from tests.markup import check_markup
from tests.web.doors import account, csrf, sign_in
from tests.web.imports import (
    HEADER,
    INES,
    KARIM,
    act,
    acts,
    applied,
    batch_of,
    checked,
    kept_files,
    people,
    ref_of,
    send,
    text_of,
    work,
)

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


def reads(app, client, path):
    """How often a page asks the base for rows."""
    with statements(app.extensions["passerelle"].database.engine) as said:
        assert client.get(path).status_code == 200
    return sum(each.startswith("SELECT") for each in said)


# --- the list


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


@pytest.fixture
def admin(app, database):
    with database.transaction() as session:
        user = account(session, "admin")
    return sign_in(app, user)


# --- long work


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
