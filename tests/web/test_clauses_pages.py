"""Social clauses on screen: from the contract that is known to the hours of a month, and what is typed wrong."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from matching.store.campaign import ClauseHours, ClausePerson, Lot, Tender
from matching.store.upkeep import AuditEvent
from matching.vocabulary import TenderState
from tests import build
from tests.counting import statements
from tests.markup import check_markup
from tests.web.doors import account, an_agency, sign_in
from tests.web.hiring import advisor, base_of, token
from web.forms.clauses import minutes
from web.wording.clauses import typed

GYM = {
    "buyer": "Amiens Métropole", "object": "Réhabilitation du gymnase", "reference": "2013-042", "known_on": "7/1/2013",
    "publishes_on": "1/3/2013", "starts_on": "1/5/2013", "ends_on": "30/4/2014",
}  # fmt: skip
LOT = {"number": "1", "label": "Gros œuvre", "holder": "Bâti Picardie", "share": "7,5", "labour": "26 666 h 40",
       "penalty": "30,50", "starts_on": "1/5/2013", "ends_on": "30/4/2014"}  # fmt: skip
MASON = {
    "public": "young_low_level", "proof_on": "29/4/2013", "under_26": "oui", "resident": "oui", "mode": "etti",
    "carrier": "Intérim Insertion 80", "job": "maçon", "contract_kind": "CTT", "starts_on": "6/5/2013",
}  # fmt: skip


def held(app, table):
    with base_of(app).reading() as session:
        return session.scalars(sa.select(table).order_by(table.id)).all()


def send(client, path, page_path=None, **data):
    """The form of that page, with its token and its version."""
    page = client.get(page_path or path)
    versions = re.findall(r'name="version"[^>]*value="(\d+)"', page.text)
    return client.post(
        path, data={"csrf_token": token(page), "version": versions[0] if versions else "", **data}
    )


def step(client, path, name, **data):
    page = client.get(path)
    version = re.search(rf'name="{name}-version"[^>]*value="(\d+)"', page.text)
    fields = {f"{name}-{key}": value for key, value in {"on": "4/11/2013", **data}.items()}
    return client.post(
        f"{path}/etapes/{name}",
        data={"csrf_token": token(page), f"{name}-version": version[1] if version else "1", **fields},
    )


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'").replace("&#39;", "'")


def errors(answer):
    check_markup(answer.text)
    assert answer.status_code == 422, answer.status_code
    found = re.search(r'class="errors".*?</ul>', answer.text, re.S)
    return [plain(re.sub(r"<[^>]+>", "", text)) for text in re.findall(r"<li>(.*?)</li>", found[0], re.S)]


def known(client, **changes):
    answer = send(client, "/clauses/nouveau", **{**GYM, **changes})
    assert answer.status_code == 303, errors(answer)
    return answer.location.split("?")[0]


def with_lot(client, **changes):
    path = known(client)
    assert step(client, path, "insertion", on="20/2/2013").status_code == 303
    answer = send(client, f"{path}/lots/nouveau", **{**LOT, **changes})
    assert answer.status_code == 303, errors(answer)
    return path, answer.location.split("?")[0]


def put(client, lot, **changes):
    answer = send(
        client, f"{lot}/personnes/nouvelle", f"{lot}/personnes/nouvelle?ailleurs=1", **{**MASON, **changes}
    )
    assert answer.status_code == 303, errors(answer)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("35", 2100), ("35,5", 2130), ("35.25 h", 2115), ("35 h 30", 2130), ("35h05", 2105), ("35:30", 2130),
     ("1 607", 96420), ("1\u202f607 heures", 96420), ("0,01", 1), ("7 h 05 min", 425)],
)  # fmt: skip
def test_hours_are_read_to_the_minute_and_given_back(text, expected):
    assert minutes(text) == expected
    assert minutes(typed(expected)) == expected


@pytest.mark.parametrize(
    "text", ["-5", "− 5", "35 h 60", "35 h 5", "trente", "1,234", "1e3", "٣", "12345678", "h 30"]
)
def test_what_is_no_number_of_hours_is_refused(text):
    with pytest.raises(ValueError, match="heures"):
        minutes(text)


def test_from_the_contract_that_is_known_to_its_hours(app):
    client = advisor(app)
    empty = client.get("/clauses")
    check_markup(empty.text)
    assert "Aucun marché pour l’instant" in empty.text
    path = known(client, publishes_on="15/11/2013")
    listed = client.get("/clauses")
    check_markup(listed.text)
    assert "À faire d’abord" in listed.text and "Dans 11" in plain(listed.text)
    assert step(client, path, "proposition").status_code == 303
    assert "À faire d’abord" not in client.get("/clauses").text
    assert step(client, path, "insertion").status_code == 303
    assert "Aucun lot : le marché" in plain(client.get(path).text)
    lot = send(client, f"{path}/lots/nouveau", **LOT).location.split("?")[0]
    assert held(app, Lot)[0].minutes_due == 120_000 and held(app, Lot)[0].penalty_cents == 3_050
    put(client, lot)
    page = client.get(lot)
    check_markup(page.text)
    ((who,),) = [[row.public_id.hex for row in held(app, ClausePerson)]]
    assert f'name="h.{who}.2013-06"' in page.text and f'name="h.{who}.2013-11"' in page.text
    data = {f"h.{who}.2013-06": "140 h 30", f"f.{who}.2013-06": "7", f"h.{who}.2013-07": "35,5"}
    answer = send(client, f"{lot}/heures", lot, **data)
    assert answer.status_code == 303
    after = client.get(answer.location)
    check_markup(after.text)
    assert "Cases notées : 2" in plain(after.text) and 'value="140,5"' in after.text
    assert "176 h" in plain(after.text) and "100 %" in plain(after.text)
    assert [(row.worked_minutes, row.trained_minutes) for row in held(app, ClauseHours)] == [
        (8430, 420),
        (2130, 0),
    ]
    for url in (path, "/clauses", "/clauses?etape=aval&q=bati", "/clauses/acheteurs/2013",
                "/clauses/acheteurs/2013?acheteur=amiens+metropole", "/clauses/acheteurs/2012", lot + "?mois=2013-05"):  # fmt: skip
        shown = client.get(url)
        check_markup(shown.text)
        assert shown.status_code == 200, url
    assert "En retard" in client.get("/clauses").text
    lines = client.get("/clauses?format=csv").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and "Bâti Picardie" in lines[1] and '"176"' in lines[1]
    trail = [
        each.action for each in held(app, AuditEvent) if each.subject_kind in ("tender", "lot", "clauses")
    ]
    assert [each for each in trail if each != "lot.read"] == [
        "tender.know", "tender.propose", "tender.insert", "lot.add", "lot.person_add", "lot.hours", "clauses.export",
    ]  # fmt: skip


def test_what_does_not_hold_is_said_cell_by_cell_and_all_that_was_typed_stays(app):
    client = advisor(app)
    _, lot = with_lot(client)
    put(client, lot, ends_on="30/9/2013")
    who = held(app, ClausePerson)[0].public_id.hex
    typed_ = {
        f"h.{who}.2013-06": "120", f"h.{who}.2013-07": "-5", f"h.{who}.2013-08": "trente", f"h.{who}.2013-09": "301",
        f"h.{who}.2013-10": "12", f"h.{who}.2014-01": "12",
    }  # fmt: skip
    answer = send(client, f"{lot}/heures", lot, **typed_)
    found = errors(answer)
    assert len(found) == 5
    for month, said in (
        ("juillet", "ne sont pas négatives"), ("août", "par exemple 35,5 ou 35 h 30"), ("septembre", "Plus de 300 heures"),
        ("octobre", "Le contrat ne court pas ce mois-là"), ("janvier 2014", "Ce mois est à venir"),
    ):  # fmt: skip
        assert any(month in line and said in line for line in found), (month, found)
    for value in ("120", "-5", "trente", "301"):
        assert f'value="{value}"' in answer.text
    assert held(app, ClauseHours) == []


NOBODY = [
    ({"proof_on": "7/5/2013"}, "La preuve de l'éligibilité doit dater du 6 mai 2013 au plus tard"),
    ({"public": ""}, "Cette valeur n'est pas dans la liste"),
    ({"carrier": ""}, "Indiquez qui porte le contrat"),
    ({"starts_on": "30/4/2013", "proof_on": "30/4/2013"}, "Le lot ne commence que le 1er mai 2013"),
    ({"ends_on": "5/5/2013"}, "La fin, le"),
    ({"exit": "lasting_job"}, "La sortie se note avec le dernier jour"),
    ({"proof_on": "5/11/2013"}, "Cette date est à venir"),
    ({"job": "1 85 05 78 006 084 91"}, "Retirez le numéro de sécurité sociale"),
]


def test_somebody_who_does_not_hold_is_said_at_the_field(app):
    client = advisor(app)
    _, lot = with_lot(client)
    new = f"{lot}/personnes/nouvelle"
    for changes, said in NOBODY:
        answer = send(client, new, f"{new}?ailleurs=1", **{**MASON, **changes})
        assert [each for each in errors(answer) if each.startswith(said)], (said, errors(answer))
        assert 'value="29/4/2013"' in answer.text or "proof_on" in changes
    assert held(app, ClausePerson) == []


NO_LOT = [
    ({"number": "1"}, "Le lot n° 1 existe déjà"),
    ({"due": "12"}, "Donnez les heures dues, ou la règle"),
    ({"share": "", "labour": ""}, "Indiquez les heures dues"),
    ({"labour": ""}, "La règle demande la part et les heures"),
    ({"share": "7,555"}, "Deux chiffres après la virgule"),
    ({"share": "120"}, "Indiquez un pourcentage"),
    ({"penalty": "-3"}, "Indiquez un montant"),
    ({"labour": "-10"}, "Des heures ne sont pas négatives"),
    ({"ends_on": "30/4/2012"}, "La fin, le"),
]


def test_a_lot_that_does_not_hold_is_said_at_the_field(app):
    client = advisor(app)
    path, _ = with_lot(client)
    for changes, said in NO_LOT:
        answer = send(client, f"{path}/lots/nouveau", **{**LOT, "number": "2", **changes})
        assert [line for line in errors(answer) if line.startswith(said)], (said, errors(answer))
        assert "Gros œuvre" in answer.text and len(held(app, Lot)) == 1


def test_a_holder_is_a_sheet_of_ours_or_a_name_and_an_unusual_share_is_told(app):
    client = advisor(app)
    with base_of(app).transaction() as session:
        for name in ("Bâti Picardie", "Bâti Picardie Sud"):
            build.organisation(session, name=name, name_key=name.replace("â", "a").lower())
    path = known(client)
    step(client, path, "insertion", on="20/2/2013")
    answer = send(client, f"{path}/lots/nouveau", **LOT)
    assert errors(answer) == ["Des fiches portent ce nom : choisissez la bonne, ou gardez le nom seul."]
    first, second, free = re.findall(r'name="organisation" value="([^"]+)"', answer.text)
    answer = send(client, f"{path}/lots/nouveau", **{**LOT, "share": "12"}, organisation=second)
    assert "hors de l’usage" in client.get(answer.location).text
    assert held(app, Lot)[0].holder_id is not None and held(app, Lot)[0].holder is None
    edited = client.get(f"{answer.location.split('?')[0]}/modifier")
    check_markup(edited.text)
    assert "Bâti Picardie Sud" in edited.text
    assert (
        send(client, f"{path}/lots/nouveau", **{**LOT, "number": "2"}, organisation=free).status_code == 303
    )
    assert held(app, Lot)[1].holder == "Bâti Picardie" and first != second


def test_the_refusal_has_its_reason_and_the_second_tab_is_told(app):
    client = advisor(app)
    path = known(client)
    old = client.get(path)
    assert errors(step(client, path, "refus")) == ["Choisissez pourquoi la clause n'est pas retenue."]
    assert len(errors(step(client, path, "refus", reason="other"))) == 1
    assert step(client, path, "refus", reason="too_small", note="Trois semaines").status_code == 303
    late = client.post(
        f"{path}/etapes/proposition",
        data={"csrf_token": token(old), "proposition-version": "1", "proposition-on": "4/11/2013"},
    )
    check_markup(late.text)
    assert late.status_code == 409 and "a écrit ici entre-temps" in late.text
    assert held(app, Tender)[0].state is TenderState.REFUSED
    assert "Marché trop petit ou trop court : Trois semaines" in plain(client.get(path).text)
    assert (
        "Clause refusée" in client.get("/clauses/acheteurs/2013").text
        or "trop petit" in client.get("/clauses/acheteurs/2013").text
    )


def test_two_grids_at_once_the_second_keeps_what_was_typed(app):
    client = advisor(app)
    _, lot = with_lot(client)
    put(client, lot)
    who = held(app, ClausePerson)[0].public_id.hex
    page = client.get(lot)
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    base = {"csrf_token": token(page), "version": version}
    assert client.post(f"{lot}/heures", data={**base, f"h.{who}.2013-06": "100"}).status_code == 303
    second = client.post(f"{lot}/heures", data={**base, f"h.{who}.2013-06": "90"})
    check_markup(second.text)
    assert (
        second.status_code == 409 and 'value="90"' in second.text and "Enregistré : 100" in plain(second.text)
    )
    again = re.search(r'name="version" value="(\d+)"', second.text)[1]
    assert (
        client.post(f"{lot}/heures", data={**base, "version": again, f"h.{who}.2013-06": "90"}).status_code
        == 303
    )
    assert held(app, ClauseHours)[0].worked_minutes == 5_400


def test_somebody_of_the_caseload_is_found_corrected_and_taken_off(app):
    client = advisor(app)
    with base_of(app).transaction() as session:
        ref = build.person(session, agency_id=an_agency(session).id).public_id
    _, lot = with_lot(client)
    found = client.get(f"{lot}/personnes/nouvelle?q=morel")
    check_markup(found.text)
    assert str(ref) in found.text
    form = client.get(f"{lot}/personnes/nouvelle?personne={ref}")
    check_markup(form.text)
    assert "under_26" not in form.text
    facts = {**MASON, "person": str(ref)}
    answer = send(client, f"{lot}/personnes/nouvelle", f"{lot}/personnes/nouvelle?personne={ref}", **facts)
    assert answer.status_code == 303
    (row,) = held(app, ClausePerson)
    assert (row.under_26, row.resident) == (True, None)
    page = client.get(lot)
    assert "Morel" in page.text and "À préciser : domicile" in plain(page.text)
    again = send(client, f"{lot}/personnes/nouvelle", f"{lot}/personnes/nouvelle?personne={ref}", **facts)
    assert errors(again)[0].startswith("Cette personne est déjà sur ce lot")
    edit = f"{lot}/personnes/{row.public_id}"
    check_markup(client.get(edit).text)
    answer = send(client, edit, **{**MASON, "ends_on": "31/10/2013", "exit": "short_job"})
    assert answer.status_code == 303 and "Sortie : emploi court" in plain(client.get(lot).text)
    assert send(client, f"{edit}/retirer", edit).status_code == 303
    assert held(app, ClausePerson) == []
    assert send(client, f"{lot}/supprimer", lot).status_code == 303
    assert held(app, Lot) == []


def test_another_agency_reads_and_writes_nothing_of_it(app):
    client = advisor(app)
    path, lot = with_lot(client)
    put(client, lot)
    who = held(app, ClausePerson)[0].public_id
    with base_of(app).transaction() as session:
        stranger = build.person(session, agency_id=an_agency(session, name="Autre agence").id).public_id
        colleague = account(session, agency=an_agency(session, name="Autre agence"))
        before = session.scalar(sa.select(sa.func.count()).select_from(AuditEvent))
    other = sign_in(app, colleague)
    assert "Aucun marché pour l’instant" in other.get("/clauses").text
    pages = (path, f"{path}/modifier", f"{path}/lots/nouveau", lot, f"{lot}/modifier", f"{lot}/personnes/nouvelle",
             f"{lot}/personnes/{who}")  # fmt: skip
    assert {other.get(url).status_code for url in pages} == {404}
    csrf = token(other.get("/clauses/nouveau"))
    posts = (f"{path}/modifier", f"{path}/etapes/fin", f"{path}/lots/nouveau", f"{lot}/modifier", f"{lot}/supprimer",
             f"{lot}/heures", f"{lot}/personnes/nouvelle", f"{lot}/personnes/{who}", f"{lot}/personnes/{who}/retirer")  # fmt: skip
    facts = {
        "csrf_token": csrf,
        "version": "1",
        "fin-on": "4/11/2013",
        "fin-version": "2",
        **GYM,
        **LOT,
        **MASON,
    }
    assert {url: other.post(url, data=facts).status_code for url in posts} == dict.fromkeys(posts, 404)
    mine = send(client, f"{lot}/personnes/nouvelle", f"{lot}/personnes/nouvelle?ailleurs=1",
                **{**MASON, "person": str(stranger)})  # fmt: skip
    assert mine.status_code == 404
    assert len(held(app, ClausePerson)) == 1 and len(held(app, Lot)) == 1
    assert [each.action for each in held(app, AuditEvent)[before:] if not each.action.endswith(".read")] == []


def test_the_list_and_a_lot_ask_the_base_as_often_for_one_as_for_many(app):
    client = advisor(app)
    _, lot = with_lot(client)
    put(client, lot)

    def asked(url):
        with statements(base_of(app).engine) as seen:
            client.get(url)
        return len(seen)

    one = asked("/clauses"), asked(lot)
    with base_of(app).transaction() as session:
        tender, row = session.scalars(sa.select(Tender)).one(), session.scalars(sa.select(ClausePerson)).one()
        for number in range(2, 12):
            build._add(session, Tender(agency_id=tender.agency_id, buyer="CHU", object=f"Marché {number}",
                                       state=TenderState.KNOWN, known_on=date(2013, 1, 7)))  # fmt: skip
            build._add(session, Lot(tender_id=tender.id, number=number, label="Peinture", minutes_due=60))
            build._add(session, ClausePerson(lot_id=row.lot_id, public="qpv", proof_on=row.proof_on, mode="direct",
                                             starts_on=row.starts_on))  # fmt: skip
    assert (asked("/clauses"), asked(lot)) == one
