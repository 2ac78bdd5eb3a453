"""The campaign on the screen: lists, one line, several at once, letters; who writes, who only reads, who sees nobody."""

import re
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from matching import outreach, outreach_attempts, outreach_offers
from matching.outreach import Details
from matching.outreach_attempts import Try
from matching.store.accounts import Setting, User
from matching.store.campaign import Outreach, OutreachAttempt, OutreachEvent
from matching.store.messages import OutgoingMessage
from matching.store.organisations import Subsidy
from matching.store.upkeep import AuditEvent
from matching.vocabulary import OutreachPurpose, OutreachState as S, Party, Sector
from tests import build, hires
from tests.counting import queries
from tests.web.doors import account, an_agency, csrf, sign_in
from web.mail.compose import compose
from web.mail.letter import Moot

DAY = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)


@pytest.fixture
def scene(app, database):
    """Two associations of 2013 and one of 2012, an employer of the campaign, an offer with its hire."""
    with database.transaction() as session:
        pole, other = an_agency(session), an_agency(session, "Pôle emploi Abbeville")
        found = {}

        def line(key, name, purpose=OutreachPurpose.AVENIR, year=2013, **facts):
            house = build.organisation(session, name=name, name_key=name.lower(), **facts)
            row = build._add(
                session,
                Outreach(
                    organisation_id=house.id,
                    purpose=purpose,
                    year=year,
                    state=S.LISTED,
                    listed_on=date(2013, 3, 1),
                ),
            )
            if purpose is OutreachPurpose.AVENIR:
                session.add(Subsidy(organisation_id=house.id, year=year, amount_cents=800_000))
            found[key] = row.public_id
            return house, row

        reach = {"contact_name": "Samira Fontaine", "contact_email": "asso@exemple.fr", "field": "sport"}
        club, _ = line("club", "Judo du Colvert", **reach)
        line("relay", "Relais Santé", field="sante")
        line("old", "Club Ancien", year=2012)
        line("firm", "Bâti Plateau", OutreachPurpose.FRANC, sector=Sector.MARKET)
        build.organisation(
            session, name="Garage Neuf", name_key="garage neuf", sector=Sector.MARKET, naf="4520A"
        )
        users = {
            "me": account(session, "chief", agency=pole, name="Hugo Lenoir", phone="+33353010011"),
            "other": account(session, agency=other, name="Nadia Autre"),
            "officer": account(session, "officer", name="Étienne Vasseur"),
            "animator": account(session, "animator", agency=pole),
        }
        offer = build.offer(session, employer=club, opened_on=DAY)
        outreach_offers.opened(session, [offer.id], actor_id=None, on=DAY)
        placement = hires.hired(session, agency=pole, offer=offer)
        found["placement"] = placement.public_id
        found["person"] = session.execute(
            sa.text("select family_name, given_names from person where id = :id"), {"id": placement.person_id}
        ).one()
    return {name: sign_in(app, user) for name, user in users.items()}, found


def row_of(database, ref):
    with database.reading() as session:
        return session.scalars(sa.select(Outreach).where(Outreach.public_id == ref)).one()


def send(client, page, path, **data):
    return client.post(path, data={"csrf_token": csrf(client, page), **data})


def attempt(client, database, ref, kind="associations", **data):
    page = f"/{kind}/{ref}"
    fields = {"version": row_of(database, ref).version, "done_on": "04/11/2013", "channel": "phone", **data}
    return send(client, page, f"{page}/demarche", **fields)


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def test_the_list_of_a_year_its_chain_its_filters_its_spreadsheet(scene):
    clients, _ = scene
    page = plain(clients["me"].get("/associations").text)
    assert (
        "Associations subventionnées 2013" in page and "Judo du Colvert" in page and "Club Ancien" not in page
    )
    counts = re.findall(r'chain-count">(\d+)<', page)
    assert counts == ["2", "0", "0", "0", "1", "1", "0"], "listed … posted, hired, not yet six months"
    assert "Club Ancien" in clients["me"].get("/associations?annee=2012").text
    for query, shown in (
        ("etape=hired", "Judo"), ("etat=listed", "Relais"), ("domaine=sante", "Relais"), ("q=judo", "Judo"),
        ("suivre=personne&etat=listed", "Relais"),
    ):  # fmt: skip
        page = clients["me"].get(f"/associations?{query}").text
        assert [name for name in ("Judo du", "Relais S") if name in page] == [
            name for name in ("Judo du", "Relais S") if name.startswith(shown)
        ], query
    sheet = clients["me"].get("/associations?format=csv").data.decode("utf-8-sig")
    assert "Judo du Colvert" in sheet and "Bâti" not in sheet
    assert "Bâti Plateau" in clients["me"].get("/employeurs").text


def test_one_form_notes_the_attempt_and_moves_the_line(scene, database):
    clients, refs = scene
    answer = attempt(
        clients["me"], database, refs["relay"], result="promised", posts="2", month="2013-12", reached="la directrice"
    )  # fmt: skip
    assert answer.status_code == 303
    row = row_of(database, refs["relay"])
    assert (row.state, row.posts_promised, row.target_month) == (S.PROMISED, 2, date(2013, 12, 1))
    page = plain(clients["me"].get(f"/associations/{refs['relay']}").text)
    assert "2 emplois promis pour décembre 2013" in page and "avec la directrice" in page
    assert "Préparer l'appel" not in page, "who promised is on the list of calls no more"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Dites ce qui en sort"),
        ({"result": "refused"}, "Choisissez pourquoi l'employeur n'embauche pas"),
        ({"result": "refused", "reason": "no_answer"}, "se dit après 3 essais"),
        ({"result": "refused", "reason": "other"}, "Ajoutez un mot"),
        ({"result": "promised", "posts": "2"}, "Indiquez le mois"),
        ({"result": "promised", "month": "2013-12"}, "Indiquez combien de postes"),
        ({"result": "later", "until": "01/11/2013"}, "doit venir après aujourd'hui"),
        ({"result": "talked", "done_on": "12/11/2013"}, "est dans l'avenir"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(scene, database, data, said):
    clients, refs = scene
    answer = attempt(clients["me"], database, refs["relay"], reached="la trésorière", **data)
    page = plain(answer.text)
    assert answer.status_code == 422 and said in page and 'value="la trésorière"' in page
    assert row_of(database, refs["relay"]).state is S.LISTED


def test_who_was_slower_is_told_who_did_what_and_keeps_what_was_typed(scene, database):
    clients, refs = scene
    page = f"/associations/{refs['relay']}"
    token, version = csrf(clients["me"], page), row_of(database, refs["relay"]).version
    assert attempt(clients["officer"], database, refs["relay"], result="interested").status_code == 303
    late = clients["me"].post(f"{page}/demarche", data={
        "csrf_token": token, "version": version, "done_on": "04/11/2013", "channel": "phone", "result": "talked",
        "reached": "le trésorier",
    })  # fmt: skip
    assert late.status_code == 409
    assert "Étienne Vasseur a fait avancer" in late.text and "le trésorier" in late.text


def test_an_officer_notes_and_assigns_and_sees_no_person(scene, database):
    clients, refs = scene
    officer = clients["officer"]
    with database.reading() as session:
        hugo = session.scalars(sa.select(User).where(User.name == "Hugo Lenoir")).one().public_id
    page = f"/associations/{refs['club']}"
    shown = officer.get(page).text
    family, given = refs["person"]
    assert family not in shown and given not in shown and str(refs["placement"]) not in shown
    assert (
        "Moins de 5 embauches" in plain(shown)
        and "pourvu" not in shown
        and "/offres/" not in shown
        and "/organisations/" not in shown
    )
    assert str(refs["placement"]) in clients["me"].get(page).text
    assert attempt(officer, database, refs["relay"], result="talked").status_code == 303
    given_to = send(
        officer, page, f"/associations/{refs['relay']}/attribution", owner=str(hugo), due_on="12/11/2013"
    )
    assert given_to.status_code == 303 and row_of(database, refs["relay"]).owner_id is not None
    for path in (
        "/employeurs",
        f"/employeurs/{refs['firm']}",
        "/employeurs/ajouter",
        f"{page}/lettre",
        "/associations/modele",
    ):
        assert officer.get(path).status_code == 403, path
    assert attempt_status(officer, refs["firm"]) == 404
    assert officer.get(f"/associations/{refs['firm']}").status_code == 404
    assert clients["animator"].get("/associations").status_code == 403


def test_an_officer_reads_no_few_people_of_an_association_by_its_name(scene, database):
    """How many were hired there, and whether they are still there, on the sheet, in the chain, at home, in a file."""
    clients, _ = scene
    officer, me = clients["officer"], clients["me"]
    lists = plain(officer.get("/associations").text)
    assert "1 embauche" in plain(me.get("/associations").text) and "1 embauche" not in lists
    assert 'chain-count">moins de 5<' in lists and "etape=still_there" not in lists
    assert 'value="still_there"' in me.get("/associations").text and 'value="still_there"' not in lists
    assert 'Encore en emploi à six mois</dt><dd class="number">moins de 5<' in plain(officer.get("/").text)
    asked = officer.get("/associations?etape=still_there&format=csv").data.decode("utf-8-sig")
    assert asked == officer.get("/associations?format=csv").data.decode("utf-8-sig"), (
        "no filter by people's fate"
    )
    with database.reading() as session:
        left = session.scalars(
            sa.select(AuditEvent.details).where(AuditEvent.action == "outreach.export")
        ).all()
    assert [each["rows"] for each in left] == [2, 2], "a copy that leaves is on the trail"


def attempt_status(client, ref):
    data = {"csrf_token": csrf(client, "/compte"), "version": 1, "done_on": "04/11/2013", "channel": "phone",
            "result": "talked"}  # fmt: skip
    return client.post(f"/employeurs/{ref}/demarche", data=data).status_code


def test_another_agency_reads_and_writes_nothing(scene, database):
    clients, refs = scene
    with database.transaction() as session:
        row = session.scalars(sa.select(Outreach).where(Outreach.public_id == refs["relay"])).one()
        hugo = session.scalars(sa.select(User).where(User.name == "Hugo Lenoir")).one()
        outreach.assign(session, row, hugo, DAY, actor_id=hugo.id, party=Party.ADVISOR, on=DAY)
        ref_of_hugo, events = str(hugo.public_id), session.scalar(sa.select(sa.func.count(OutreachEvent.id)))
    other, page = clients["other"], f"/associations/{refs['relay']}"
    assert other.get(page).status_code == 200 and "Noter une démarche" not in other.get(page).text
    token = csrf(other, "/compte")
    row = {"csrf_token": token, "version": 2, "done_on": "04/11/2013", "channel": "phone", "result": "talked"}
    letter = {"csrf_token": token, "subject": "a", "text": "b", "how": "imprimer"}
    for path, data in (
        ("demarche", row), ("attribution", {"csrf_token": token, "owner": ref_of_hugo, "due_on": "12/11/2013"}),
        ("notification", {"csrf_token": token, "sent_on": "04/11/2013", "clause": "oui"}),
        ("courrier", {"csrf_token": token, "refuse": "oui"}), ("lettre", letter),
    ):  # fmt: skip
        assert other.post(f"{page}/{path}", data=data).status_code == 404, path
    lot = other.post("/associations/lot", data={
        "csrf_token": token, "pour": "notifier", "ref": str(refs["relay"]), "sent_on": "04/11/2013", "clause": "oui",
    })  # fmt: skip
    assert lot.status_code == 200 and "Une autre agence suit cette ligne" in lot.text
    other.post("/associations/lettres", data={"csrf_token": token, "ref": str(refs["relay"])})
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(OutreachEvent.id))) == events


def test_several_lines_are_named_before_and_answered_one_by_one(scene, database):
    clients, refs = scene
    me, lines = clients["me"], [str(refs["club"]), str(refs["relay"])]
    page = f"/associations/lot?pour=notifier&ref={lines[0]}&ref={lines[1]}"
    shown = plain(me.get(page).text)
    assert "2 lignes" in shown and "Judo du Colvert" in shown and "Relais Santé" in shown
    bare = send(me, page, "/associations/lot", pour="notifier", ref=lines, clause="oui")
    assert bare.status_code == 422 and "Judo du Colvert" in bare.text
    made = send(
        me, page, "/associations/lot", pour="notifier", ref=lines[:1], clause="oui", sent_on="15/03/2013"
    )
    assert made.status_code == 200 and "1 ligne sur 1" in plain(made.text)
    assert (row_of(database, refs["club"]).with_clause, row_of(database, refs["relay"]).with_clause) == (
        True,
        None,
    )


def test_employers_are_added_by_choice(scene, database):
    clients, _ = scene
    me = clients["me"]
    page = me.get("/employeurs/ajouter?naf=45").text
    assert "Garage Neuf" in page and "Bâti Plateau" not in page
    ref = re.search(r'name="ref" value="([^"]+)"', page)[1]
    none = send(me, "/employeurs/ajouter", "/employeurs/ajouter?naf=45", annee="2013")
    assert none.status_code == 422 and "Cochez au moins un employeur" in none.text and ref in none.text
    assert "Bâti Plateau" not in none.text, "what was looked for is kept"
    assert send(me, "/employeurs/ajouter", "/employeurs/ajouter", annee="2013", ref=ref).status_code == 303
    assert "Garage Neuf" in me.get("/employeurs").text


def test_the_year_of_a_file_without_one_is_said_on_the_page(scene, database):
    clients, _ = scene
    with database.transaction() as session:
        house = build.organisation(session, name="Sans Année")
        session.add(Subsidy(organisation_id=house.id, year=None, amount_cents=100))
    assert "Une association sans année : dites laquelle" in plain(clients["me"].get("/associations").text)
    wrong = send(clients["me"], "/associations", "/associations/annee", fichier="", year="13")
    assert wrong.status_code == 422 and "de 2000 à 2100" in plain(wrong.text)
    assert (
        send(clients["me"], "/associations", "/associations/annee", fichier="", year="2012").status_code
        == 303
    )
    assert "Sans Année" in clients["me"].get("/associations?annee=2012").text


def letter(client, ref, **data):
    page = f"/associations/{ref}/lettre"
    return send(
        client,
        page,
        page,
        **{"subject": "Un emploi", "text": "Bonjour,\nparlons-en.", "how": "courriel", **data},
    )


def test_a_letter_is_filled_in_changed_and_sent_once_as_an_attempt(scene, database):
    clients, refs = scene
    me, page = clients["me"], f"/associations/{refs['club']}/lettre"
    shown = plain(me.get(page).text)
    assert "Bonjour Samira Fontaine" in shown and "Aide : 1 073 € par mois pendant 36 mois" in shown
    assert "{" not in re.search(r"<textarea[^>]*>(.*?)</textarea>", shown, re.S)[1]
    left = letter(me, refs["club"], text="Bonjour {contact}")
    assert left.status_code == 422 and "Il reste un champ" in plain(left.text)
    assert letter(me, refs["club"]).status_code == 303
    assert letter(me, refs["club"]).status_code == 409, "the very text again"
    with database.reading() as session:
        message = session.scalars(
            sa.select(OutgoingMessage).where(OutgoingMessage.kind == "outreach_letter")
        ).one()
        assert message.address == "asso@exemple.fr"
        made = compose(session, message, book=hires.BOOK, on=DAY, at=AT)
        assert made.subject == "Un emploi" and made.paragraphs == ("Bonjour,\nparlons-en.",)
        assert made.signature[0] == "Hugo Lenoir"
        noted = session.scalars(sa.select(OutreachAttempt)).one()
        assert (noted.channel, noted.result) == ("email", "message_left")
    assert letter(me, refs["relay"]).status_code == 422, "no address"
    printed = letter(me, refs["relay"], how="imprimer")
    assert printed.status_code == 200 and "letter-sheet" in printed.text


def test_who_asked_not_to_be_written_to_is_not(scene, database):
    clients, refs = scene
    me, page = clients["me"], f"/associations/{refs['club']}"
    assert letter(me, refs["club"]).status_code == 303
    assert send(me, page, f"{page}/courrier", refuse="oui").status_code == 303
    refused = me.post(f"{page}/lettre", data={
        "csrf_token": csrf(me, page), "subject": "x", "text": "autre", "how": "imprimer",
    })  # fmt: skip
    assert refused.status_code == 422 and "ne plus recevoir de courrier" in plain(refused.text)
    batch = plain(me.get(f"/associations/lettres?ref={refs['club']}&ref={refs['relay']}").text)
    assert "1 lettre à imprimer" in batch and "Ne veulent plus recevoir de courrier" in batch
    with database.reading() as session:
        waiting = session.scalars(
            sa.select(OutgoingMessage).where(OutgoingMessage.kind == "outreach_letter")
        ).one()
        with pytest.raises(Moot):
            compose(session, waiting, book=hires.BOOK, on=DAY, at=AT)


def test_the_model_of_the_agency_refuses_an_unknown_field_and_is_its_own(scene, database):
    clients, _ = scene
    me, other = clients["me"], clients["other"]
    wrong = send(me, "/associations/modele", "/associations/modele", subject="Objet", text="Bonjour {prenom}")
    assert wrong.status_code == 422 and "« prenom » n'est pas un champ connu" in plain(wrong.text)
    lone = send(me, "/associations/modele", "/associations/modele", subject="Objet", text="Bonjour {contact")
    assert lone.status_code == 422 and "Une accolade est seule" in plain(lone.text)
    kept = send(
        me,
        "/associations/modele",
        "/associations/modele",
        subject="Objet",
        text="Bonjour {contact}, à nous deux",
    )
    assert kept.status_code == 303
    assert "à nous deux" in me.get("/associations/modele").text
    assert "à nous deux" not in other.get("/associations/modele").text
    with database.reading() as session:
        assert (
            session.scalar(
                sa.select(sa.func.count()).select_from(Setting).where(Setting.name.like("outreach%"))
            )
            == 1
        )


def test_the_list_takes_as_many_queries_for_many_lines_as_for_few(scene, app, database):
    clients, _ = scene
    engine = app.extensions["passerelle"].database.engine
    few = queries(engine, lambda: clients["me"].get("/associations"))
    with database.transaction() as session:
        user = build.user(session)
        for number in range(30):
            house = build.organisation(session, name=f"Club {number}")
            row = build._add(session, Outreach(
                organisation_id=house.id, purpose=OutreachPurpose.AVENIR, year=2013, state=S.LISTED, listed_on=DAY,
            ))  # fmt: skip
            outreach_attempts.note(session, row, Try(DAY, "phone", "talked", details=Details()), actor_id=user.id,
                          party=Party.ADVISOR, on=DAY, at=AT)  # fmt: skip
    assert queries(engine, lambda: clients["me"].get("/associations")) == few


def test_the_letter_is_among_the_messages_of_the_agency(scene, database):
    clients, refs = scene
    assert letter(clients["me"], refs["club"]).status_code == 303
    assert "Courriel à un employeur" in plain(clients["me"].get("/messages").text)
