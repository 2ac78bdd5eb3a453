"""Files as tables (imports.md §2): refusals in their order, encodings, separators, header row, rows and their numbers."""

from __future__ import annotations

import json

import pytest

from importers.checking import LAYOUTS, Checked, check
from matching.vocabulary import ImportKind, Source
from tests.importing import TODAY, csv_bytes

HEADER = "identifiant;nom;prenom;date_naissance"
GOOD = "A1;Dupont;Inès;02/03/1995"
MEBI = 1024 * 1024
FULL = csv_bytes(HEADER, *(f"A{n};Nom;Inès;02/03/1995" for n in range(20_000)))


def read(data: bytes, kind: str = "jeunes", **how) -> Checked:
    return check(ImportKind(kind), data, "l.csv", source=Source.OTHER, today=TODAY, **how)


def wide(columns: int) -> bytes:
    return csv_bytes("nom;prenom;ddn;" + ";".join(f"c{n}" for n in range(columns - 3)) + ";;", "")


REFUSED: dict[str, dict[str, bytes]] = {
    "empty-file": {
        "nothing": b"", "BOM": b"\xef\xbb\xbf", "UTF-16 BOM": b"\xff\xfe", "blanks": b"\xef\xbb\xbf \r\n\t",
        "UTF-16 blanks": "\ufeff \n".encode("utf-16-le"), "no-break space": "\u00a0\n".encode(),
        "many blanks": b" " * (10 * MEBI + 1),
    },
    "too-large": {"text": b"a" * (10 * MEBI + 1), "PDF": b"%PDF".ljust(10 * MEBI + 1)},
    "unsupported-format": {
        "old Excel": b"\xd0\xcf\x11\xe0x", "PDF": b"%PDF-1", "HTML": b" \n<html>", "HTML with BOM": b"\xef\xbb\xbf<x",
        "HTML in UTF-16": "\ufeff <x".encode("utf-16-be"), "JSON": b"{}", "JSON list": b" [1]", "broken JSON": b"[\xff\0",
    },
    "bad-encoding": {
        "NUL": csv_bytes(HEADER, "A1;Du\0pont"), "not UTF-8 after its BOM": b"\xef\xbb\xbf" + HEADER.encode() + b"\xff",
        "half a UTF-16 unit": b"\xff\xfea\0b", "NUL in UTF-16": (HEADER + "\n\0").encode("utf-16"), "UTF-32": HEADER.encode("utf-32"),
    },
    "header-not-found": {
        "none": b"a;b\n1;2\n", "one": b"nom;b\n1;2\n", "in row 21": csv_bytes(*["titre"] * 20, HEADER, GOOD),
    },
    "too-many-columns": {"101": wide(101), "before duplicates": csv_bytes("nom;nom" + ";x" * 99, "")},
    "duplicate-column": {
        "two wordings": csv_bytes("nom;prenom;ddn;naissance", "a;b;;"), "before merged": csv_bytes("nom;nom;;x", "a;b;c;d"),
    },
    "merged-header": {
        "before missing": csv_bytes("nom;;ddn", "a;z;1"), "before too many rows": FULL.replace(b"ance", b"ance;;x", 1) + b"A;N;P;1;z\n",
    },
    "missing-column": {"prenom": csv_bytes("nom;ddn", "a;1"), "before too many rows": FULL.replace(b"prenom", b"p", 1) + b"A;N\n"},
    "too-many-rows": {"20 001": FULL + b"A;N;P;1\n"},
}  # fmt: skip


@pytest.mark.parametrize("code", REFUSED)
def test_a_file_is_refused_for_the_first_reason_that_applies(code):
    for what, data in REFUSED[code].items():
        report = read(data).report
        assert (report.refused or {}).get("code") == code, what
        assert (report.rows_read, report.created, report.errors) == (0, 0, []), what


def test_what_is_just_within_the_limits_is_read():
    assert read(FULL).report.rows_read == 20_000
    assert read(wide(100)).report.refused is None
    assert read(csv_bytes(*["titre"] * 19, HEADER, GOOD)).report.header_row == 20
    assert read(csv_bytes(HEADER, GOOD).ljust(10 * MEBI)).report.rows_read == 1
    assert read(csv_bytes("nom;prenom;;ddn", "Roux;Zoé; ;02/03/1995")).report.rows_read == 1


@pytest.mark.parametrize("separator", ";,\t|")
@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("cp1252", "cp1252"),
        ("mac_roman", "mac_roman"),
    ],
)
def test_encodings_separators_and_line_ends(separator, encoding, named):
    lines = (
        "Liste",
        "",
        "identifiant;Né(e) le;nom;prenom",
        "A1;02/03/1995;Dupont;Zoë",
        "",
        ";02/03/1995;Ferré;Inès",
    )
    for end in ("\n", "\r\n", "\r"):
        text = end.join(line.replace(";", separator) for line in lines)
        mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
        read_now = read(mark + text.encode(encoding))
        report = read_now.report
        assert (report.encoding, report.header_row, report.errors) == (named, 3, [])
        assert [(row.line, row.facts.given_names) for row in read_now.rows] == [(4, "Zoë"), (6, "Inès")]
        assert report.columns[1] == {"header": "Né(e) le", "column": "date_naissance"}


def test_records_are_numbered_as_a_spreadsheet_shows_them():
    found = read(
        b"sep=;\n" + csv_bytes(HEADER + ";observations", "", GOOD + ';"a\nb ""c"""', "A2;Roux;Zoé;01/01/1990")
    )
    assert (found.report.header_row, [row.line for row in found.rows]) == (2, [4, 5])
    assert (found.rows[0].facts.remarks, found.rows[1].facts.remarks) == ('a\nb "c"', None)


def test_columns_that_are_not_ours_are_not_read_and_said_once():
    file = csv_bytes(
        HEADER + ";couleur;N° sécurité sociale;Nationalité;;",
        GOOD + ";bleu;x;y;;",
        "A2;Roux;Zoé;01/01/1990;;;;;z",
    )
    report = read(file).report
    told = [(w.row, w.column, w.code) for w in report.warnings if w.row == 1]
    assert told == [
        (1, "couleur", "unknown-column"),
        (1, "N° sécurité sociale", "sensitive-column"),
        (1, "Nationalité", "sensitive-column"),
    ]
    assert [(e.row, e.column, e.code, e.value) for e in report.errors] == [(3, None, "extra-cells", None)]
    assert "bleu" not in str(report.as_json())
    rqth = csv_bytes(HEADER + ";rqth;travailleur", GOOD + ";oui;x")
    assert [w.code for w in read(rqth).report.warnings[:1]] == ["unknown-column"]
    assert [w.code for w in read(rqth, rqth=False).report.warnings[:2]] == [
        "sensitive-column",
        "unknown-column",
    ]


def test_headers_alone_are_accepted_and_said():
    report = read(csv_bytes(HEADER)).report
    assert (report.refused, report.rows_read) == (None, 0)
    assert [(w.row, w.code) for w in report.warnings] == [(None, "no-rows")]


#: imports.md §4: kind -> "column (aliases)"; an exclamation mark where a file cannot do without.
COLUMNS = {
    "jeunes": """identifiant (id, ide, identifiant_pole_emploi, identifiant_pe, identifiant_france_travail, identifiant_i_milo,
        id_imilo, numero_dossier, n_dossier, matricule) · nom! (nom_de_famille, nom_de_naissance, nom_naissance) · prenom! (prenoms)
        · date_naissance! (date_de_naissance, ddn, ne_le, nee_le, ne_e_le, naissance) · civilite (titre, sexe, genre)
        · adresse (adresse_postale, rue) · code_postal (cp) · code_insee (insee) · commune (ville, localite)
        · quartier (zone, zus, qpv, quartier_prioritaire) · telephone (tel, telephone_portable, portable, mobile, n_tel)
        · courriel (email, e_mail, mail, mel, adresse_mail, adresse_electronique)
        · niveau_diplome (niveau, niveau_de_formation, niveau_formation, niveau_de_diplome)
        · diplome (diplome_obtenu, diplome_le_plus_eleve) · date_inscription (inscrit_le, date_d_inscription, inscription)
        · date_fin_inscription (fin_d_inscription, date_de_radiation) · categorie (categorie_inscription)
        · habite_depuis (residence_depuis, date_emmenagement, a_l_adresse_depuis)
        · situation (situation_emploi, situation_professionnelle) · situation_depuis (date_embauche) · competences (savoir_faire)
        · mobilite_km (mobilite, rayon, rayon_km) · disponible_le (disponibilite, disponible_a_partir_du)
        · rqth (travailleur_handicape) · rqth_fin (fin_rqth) · metier_recherche (metier, projet, projet_professionnel)
        · code_rome (rome) · permis_b (permis) · accord_contact (accord, consentement)
        · observations (commentaire, commentaires, remarques, notes)""",
    "offres": """reference (ref, id, n_offre, numero_offre) · intitule! (poste, intitule_du_poste, titre)
        · employeur! (entreprise, structure, association, nom_employeur) · siret (n_siret, numero_siret)
        · type_contrat! (contrat, type_de_contrat) · code_postal! (cp) · commune (ville, lieu) · code_rome (rome)
        · description (missions, descriptif) · date_debut (debut, date_de_debut) · date_limite (cloture, date_de_cloture)
        · duree_contrat (duree_du_contrat, duree_en_mois, nombre_de_mois) · duree_hebdo (heures, duree, heures_par_semaine)
        · salaire (remuneration) · niveau_requis (niveau, diplome, diplome_requis) · nombre_postes (nb_postes, postes)
        · dispositif (mesure) · permis_b (permis) · competences (savoir_faire, competences_attendues)
        · tuteur (nom_du_tuteur, accompagnant) · formation (formation_prevue)
        · contact_courriel (email, e_mail, mail, courriel) · contact_telephone (tel, telephone)""",
    "associations": """nom! (titre, nom_de_l_association, association, raison_sociale, denomination) · rna (n_rna, numero_rna, waldec)
        · siret (n_siret, numero_siret) · adresse · code_postal! (cp) · commune (ville) · quartier (zone, zus, qpv)
        · domaine (secteur, thematique) · objet (activite, activites) · contact_nom (contact, responsable)
        · contact_courriel (email, e_mail, mail, courriel) · contact_telephone (tel, telephone)
        · montant_subvention (montant, subvention, subvention_acse) · annee (exercice)""",
}  # fmt: skip
COLUMNS["employeurs"] = (
    COLUMNS["associations"].split(" · montant_subvention")[0].rstrip()
    + " · code_naf (naf, ape) · tranche_effectif (effectif, effectifs)"
).replace("· montant_subvention (montant, subvention, subvention_acse) · annee (exercice)", "")


@pytest.mark.parametrize("kind", COLUMNS)
def test_columns_and_their_aliases_are_those_of_the_page_and_no_others(kind):
    expected = {}
    for line in COLUMNS[kind].replace("\n", " ").split("·"):
        name, _, aliases = line.strip().rstrip(")").partition(" (")
        wordings = [name.rstrip("!"), *(alias.strip() for alias in aliases.split(",") if alias)]
        expected.update(dict.fromkeys(wordings, (name.rstrip("!"), name.endswith("!"))))
    (layout,) = LAYOUTS[ImportKind(kind)]
    assert {
        header: (column.name, column.required) for header, column in layout.by_header().items()
    } == expected


BAD_JSON = {
    "truncated": b'[{"id":', "text after the end": b"[] x", "a key twice": b'[{"id":"a","id":"b"}]', "NaN": b'[{"a":NaN}]',
    "Infinity": b'[{"a":-Infinity}]', "deeper than 50": b"[" * 51 + b"]" * 51, "far too deep": b"[" * 200_000,
    "another top": b'{"a":1}', "UTF-16": "[]".encode("utf-16"), "cp1252": b'[{"id":"\xe9"}]', "no list": b'{"resultats":1}',
    "a number without end": b'[{"id":' + b"9" * 5000 + b"}]",
}  # fmt: skip


@pytest.mark.parametrize("what", BAD_JSON)
def test_json_that_is_not_one_document_of_offers(what):
    assert read(BAD_JSON[what], "offres").report.refused["code"] == "bad-json"


def test_json_of_zones_is_a_feature_collection_or_nothing():
    for data, code in (
        (b'{"a":1}', "unsupported-format"),
        (b"[]", "unsupported-format"),
        (b'{"type":"Fea', "bad-json"),
    ):
        assert read(data, "zones").report.refused["code"] == code
    assert (
        read(json.dumps({"type": "FeatureCollection", "features": []}).encode(), "zones").report.rows_read
        == 0
    )


def test_json_that_is_just_within_the_limits_is_read():
    assert read(b"[" * 50 + b"]" * 50, "offres").report.refused is None
    for data, encoding in ((b"[]", "utf-8"), (b'\xef\xbb\xbf \n{"resultats":[]}', "utf-8-sig")):
        report = read(data, "offres").report
        assert (report.encoding, report.rows_read, [w.code for w in report.warnings]) == (
            encoding,
            0,
            ["no-rows"],
        )
