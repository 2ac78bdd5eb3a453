"""The administrator's pages: accounts, invitations, the trail; and what each act leaves on it."""

import re

import pytest
import sqlalchemy as sa

from matching import audit
from matching.store.accounts import Invitation, User
from matching.store.people import Agency
from matching.store.upkeep import AuditEvent
from matching.vocabulary import Role
from tests import build
from tests.counting import queries
from tests.web import doors
from tests.web.entering import (
    AT,
    SECRET,
    actions,
    code,
    enter_account,
    give_password,
    is_in,
    post,
    rows,
    through,
)


@pytest.fixture
def admin(app, now):
    with app.extensions["passerelle"].database.transaction() as session:
        user = doors.account(session, "admin", name="Sophie Marchal")
    return doors.sign_in(app, user)


INVITED = {"email": "Nadia@Exemple.fr", "name": "Nadia Férat", "role": "officer"}


def link_of(page) -> str:
    return re.search(r'value="http://localhost(/[^"]+)"', page.text)[1]


def get_user(app, user) -> User:
    with app.extensions["passerelle"].database.reading() as session:
        return session.scalars(sa.select(User).where(User.id == user.id)).one()


def test_an_invitation_is_shown_once_and_waits_in_the_list(app, admin):
    offered = admin.get("/comptes/invitation").text
    assert "Tient le club et les séances" in offered and "pas encore là" not in offered
    page = post(admin, "/comptes/invitation", **INVITED)
    assert page.status_code == 200
    path = link_of(page)
    listed = admin.get("/comptes").text
    assert "nadia@exemple.fr" in listed and path not in listed
    assert app.test_client().get(path).status_code == 200


def test_an_advisor_is_invited_into_an_agency_that_the_form_makes(app, admin):
    page = post(
        admin, "/comptes/invitation",
        **{**INVITED, "role": "advisor", "permissions": ["import", "supervise"], "agency": "nouvelle",
           "new_agency": " Mission locale  d'Amiens", "new_agency_kind": "mission_locale"},
    )  # fmt: skip
    assert page.status_code == 200
    (agency,) = rows(app, sa.select(Agency.id, Agency.kind))
    (invited,) = rows(app, sa.select(Invitation.role, Invitation.permissions, Invitation.agency_id))
    assert invited == (Role.ADVISOR, ["import", "supervise"], agency.id)


def test_an_employer_is_invited_by_the_number_of_its_organisation(app, admin):
    with app.extensions["passerelle"].database.transaction() as session:
        employer = build.organisation(session, siret="73282932000074").id
    refused = post(admin, "/comptes/invitation", **{**INVITED, "role": "employer", "organisation": "1"})
    assert refused.status_code == 422 and "SIRET" in refused.text
    made = post(
        admin, "/comptes/invitation", **{**INVITED, "role": "employer", "organisation": "732 829 320 00074"}
    )
    assert made.status_code == 200
    assert rows(app, sa.select(Invitation.organisation_id)) == [(employer,)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"email": "nadia"}, "Indiquez une adresse comme"),
        ({"email": ""}, "Indiquez l’adresse e-mail"),
        ({"name": " "}, "Indiquez le prénom"),
        ({"role": "roi"}, "Choisissez une fonction"),
        ({"role": ""}, "Choisissez une fonction"),
        ({"role": "advisor"}, "Choisissez l’agence"),
        ({"role": "advisor", "agency": "999"}, "Choisissez l’agence"),
        ({"role": "advisor", "agency": "nouvelle"}, "Nommez la nouvelle agence"),
        (
            {"role": "advisor", "agency": "nouvelle", "new_agency": "A", "new_agency_kind": "x"},
            "Choisissez le réseau",
        ),
        ({"email": "connu@exemple.fr"}, "Un compte porte déjà cette adresse"),
    ],
)
def test_a_wrong_invitation_says_what_to_do_and_writes_nothing(app, admin, change, said):
    with app.extensions["passerelle"].database.transaction() as session:
        build.user(session, email="connu@exemple.fr", role=Role.OFFICER)
    refused = post(admin, "/comptes/invitation", **{**INVITED, **change})
    assert refused.status_code == 422 and said in refused.text
    assert rows(app, sa.select(Invitation.id)) == rows(app, sa.select(Agency.id)) == []
    assert "account.invited" not in actions(app)


def test_an_invitation_that_is_withdrawn_opens_nothing(app, admin):
    path = link_of(post(admin, "/comptes/invitation", **INVITED))
    form = re.search(r'action="(/comptes/invitations/[^"]+)"', admin.get("/comptes").text)[1]
    assert post(admin, form, page="/comptes").status_code == 303
    assert app.test_client().get(path).status_code == 404
    assert "account.link-closed" in actions(app)


def test_links_lead_where_the_settings_say_whatever_the_host(app, admin, monkeypatch):
    import dataclasses

    here = app.extensions["passerelle"]
    here.settings = dataclasses.replace(here.settings, public_url="https://passerelle.example.fr")
    for headers in ({}, {"X-Forwarded-Host": "e.x"}):
        form = {"csrf_token": doors.csrf(admin, "/comptes/invitation"), **INVITED}
        page = admin.post("/comptes/invitation", data=form, headers=headers).text
        assert 'value="https://passerelle.example.fr/invitation/' in page and "e.x/" not in page


def act(admin, user, what):
    return post(admin, f"/comptes/{user.public_id}/{what}", page=f"/comptes/{user.public_id}")


def test_a_closed_account_is_out_at_once_and_in_again_when_reopened(app, now, admin):
    user = enter_account(app)
    client = through(app, user, now.at)
    assert act(admin, user, "fermeture").status_code == 303
    assert not is_in(client)
    assert give_password(app.test_client(), user).status_code == 422
    act(admin, user, "reouverture")
    now.forward(seconds=30)
    assert is_in(through(app, user, now.at)) and not is_in(client)


def test_other_rights_end_the_sessions_and_another_name_does_not(app, now, admin):
    user = enter_account(app)
    client = through(app, user, now.at)
    rights = {"name": "Claire D.", "role": "advisor", "agency": str(user.agency_id)}
    path = f"/comptes/{user.public_id}"
    assert post(admin, path, **rights).status_code == 303
    assert is_in(client) and "Claire D." in client.get("/compte").text
    assert post(admin, path, **{**rights, "permissions": ["import"]}).status_code == 303
    assert not is_in(client)
    now.forward(seconds=30)
    client = through(app, user, now.at)
    post(admin, path, **{**rights, "role": "officer", "permissions": ["import"]})
    assert not is_in(client)
    changed = get_user(app, user)
    assert (changed.role, changed.permissions, changed.agency_id) == (Role.OFFICER, [], None)
    noted = rows(app, sa.select(AuditEvent.details).where(AuditEvent.action == "account.rights-changed"))
    assert [row[0]["fields"] for row in noted] == [
        ["name"],
        ["permissions"],
        ["role", "permissions", "agency"],
    ]


def test_a_lost_telephone_is_taken_away_and_another_is_asked_for(app, now, admin):
    user = enter_account(app)
    client = through(app, user, now.at)
    assert act(admin, user, "second-facteur").status_code == 303
    assert not is_in(client) and get_user(app, user).totp_secret is None
    client = app.test_client()
    give_password(client, user)
    now.forward(minutes=1)
    assert post(client, "/second-facteur", code=code(now.at, SECRET)).status_code == 422
    assert "Installer le second facteur" in client.get("/second-facteur").text


def test_a_link_to_a_new_password_is_shown_once(app, now, admin):
    user = enter_account(app)
    path = link_of(act(admin, user, "mot-de-passe"))
    strong = "marelle-Cuivre-sept-9"
    assert post(app.test_client(), path, password=strong, again=strong).status_code == 303
    assert give_password(app.test_client(), user, strong).status_code == 303


def test_nobody_changes_or_closes_their_own_account_and_one_administrator_stays(app, now):
    boss, second = enter_account(app, "admin"), enter_account(app, "admin")
    client = through(app, boss, now.at)
    assert "Enregistrer" not in client.get(f"/comptes/{boss.public_id}").text
    for what in ("fermeture", "second-facteur"):
        post(client, f"/comptes/{boss.public_id}/{what}", page="/comptes/invitation")
    rights = {"name": "X", "role": "officer"}
    refused = post(client, f"/comptes/{boss.public_id}", **rights)
    assert refused.status_code == 422 and "ses propres droits" in refused.text
    assert get_user(app, boss).active and get_user(app, boss).role is Role.ADMIN
    assert act(client, second, "fermeture").status_code == 303


@pytest.mark.parametrize(
    "path", ["/comptes", "/comptes/invitation", "/comptes/00000000-0000-4000-8000-000000000000", "/journal"]
)
@pytest.mark.parametrize("kind", ["advisor", "chief", "officer", "animator"])
def test_these_pages_are_the_administrators_alone_and_a_refusal_is_noted(app, now, path, kind):
    with app.extensions["passerelle"].database.transaction() as session:
        user = doors.account(session, kind)
    client = doors.sign_in(app, user)
    answer = client.get(path)
    assert answer.status_code == 403 and "Vous êtes ici en tant que" in answer.text
    assert actions(app) == ["page.refused"]


def test_an_account_that_does_not_exist_is_not_found(admin):
    assert admin.get("/comptes/00000000-0000-4000-8000-000000000000").status_code == 404
    assert admin.get("/comptes/1").status_code == 404


def test_a_role_may_not_be_slipped_in_with_other_fields(app, admin):
    user = enter_account(app, "officer")
    rights = {
        "name": "X",
        "role": "officer",
        "active": "0",
        "password_hash": "x",
        "email": "a@b.fr",
        "id": "99",
    }
    post(admin, f"/comptes/{user.public_id}", **rights)
    kept = get_user(app, user)
    assert kept.active and kept.email == user.email and kept.password_hash == user.password_hash


def fill(app, count):
    with app.extensions["passerelle"].database.transaction() as session:
        for number in range(count):
            user = doors.account(session, name=f"Agent {number:03}", email=f"a{number:03}@exemple.fr")
            audit.append(
                session, at=AT, actor_id=user.id, action="person.read",
                subject_kind="person", subject_id=f"p{number}",
            )  # fmt: skip


@pytest.mark.parametrize("path", ["/comptes", "/journal"])
def test_a_list_asks_as_much_of_the_base_for_one_row_as_for_many(app, now, admin, path):
    admin.get("/comptes")
    base = app.extensions["passerelle"].database.engine
    few = queries(base, lambda: admin.get(path))
    fill(app, 60)
    many = queries(base, lambda: admin.get(path))
    assert many == few <= 12


def test_accounts_are_found_sorted_paged_and_taken_away_as_a_table(app, now, admin):
    fill(app, 60)
    page = admin.get("/comptes?tri=-nom&fonction=advisor").text
    assert page.index("Agent 059") < page.index("Agent 058") and "Sophie Marchal</a>" not in page
    assert "Agent 003" in admin.get("/comptes?tri=-nom&fonction=advisor&page=2").text
    assert admin.get("/comptes?q=a007").text.count('scope="row"') == 1
    assert "Aucun compte ne répond" in admin.get("/comptes?q=100%25").text
    assert admin.get("/comptes?tri=password_hash&fonction=roi&page=-1").status_code == 200
    table = admin.get("/comptes?format=csv&fonction=advisor").data.decode("utf-8-sig")
    assert table.count("\r\n") == 61 and '"Agent 000";"a000@exemple.fr";"conseil"' in table


def test_the_trail_is_filtered_by_who_what_and_when(app, now, admin):
    fill(app, 60)
    assert admin.get("/journal").text.count("a lu une fiche</td>") == 50
    assert admin.get("/journal?qui=Agent+007").text.count("a lu une fiche</td>") == 1
    assert admin.get("/journal?objet=p7").text.count("a lu une fiche</td>") == 1
    assert admin.get("/journal?acte=person.read&page=2").text.count("a lu une fiche</td>") == 10
    assert "Aucune ligne" in admin.get("/journal?acte=account.invited").text
    assert "Aucune ligne" in admin.get("/journal?du=25/11/2026").text
    assert "a lu une fiche" in admin.get("/journal?du=24/11/2026&au=24/11/2026").text
    assert "Aucune ligne" in admin.get("/journal?au=23/11/2026").text
    assert admin.get("/journal?du=hier&tri=x").status_code == 200
    table = admin.get("/journal?format=csv&qui=Agent+007").data.decode("utf-8-sig")
    assert table.count("\r\n") == 2
    assert actions(app)[-1] == "audit.exported"


def test_the_page_says_whether_the_chain_holds(app, now, admin):
    fill(app, 3)
    assert "3 lignes suivent" in admin.get("/journal/verification").text
    with app.extensions["passerelle"].database.transaction() as session:
        session.execute(sa.text("DROP TRIGGER audit_event_no_update"))
        session.execute(sa.text("UPDATE audit_event SET subject_id = 'p9' WHERE id = 2"))
    assert "rompue à la ligne 2" in admin.get("/journal/verification").text


def test_every_act_on_an_account_is_on_the_trail_with_no_value(app, now):
    boss = enter_account(app, "admin", name="Sophie Marchal")
    client = through(app, boss, now.at)
    user = enter_account(app, name="Hugo Lenoir", email="hugo.lenoir@exemple.fr")
    give_password(app.test_client(), user, "faux-Orage-tuile-7")
    post(client, "/comptes/invitation", **INVITED)
    act(client, user, "mot-de-passe")
    act(client, user, "second-facteur")
    act(client, user, "fermeture")
    act(client, user, "reouverture")
    post(client, "/deconnexion", page="/compte")
    assert actions(app) == [
        "account.password-given", "account.signed-in", "account.sign-in-failed", "account.invited",
        "account.password-link", "account.second-factor-reset", "account.disabled", "account.enabled",
        "account.signed-out",
    ]  # fmt: skip
    trail = str(rows(app, sa.select(AuditEvent.details, AuditEvent.subject_id)))
    assert not any(value in trail for value in ("Hugo", "hugo", "Nadia", "nadia", "faux"))
    with app.extensions["passerelle"].database.reading() as session:
        assert audit.verify(session) == audit.Verdict(9, None)
