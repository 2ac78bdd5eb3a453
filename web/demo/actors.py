"""Who works in the demo, and what the door says of them."""

from __future__ import annotations

from matching.vocabulary import EmployerKind, Role, Sector

AGENCY = "Pôle emploi Amiens"
LOCAL = "Mission locale Amiens"

#: actor of the journal -> the account that acts: e-mail, name, role, permissions
ACTORS: dict[str, tuple[str, str, Role, tuple[str, ...]]] = {
    "importer": (
        "claire.delmotte@demo.example.org",
        "Claire Delmotte",
        Role.ADVISOR,
        ("import", "supervise"),
    ),
    "advisor": ("hugo.lenoir@demo.example.org", "Hugo Lenoir", Role.ADVISOR, ()),
    "local": ("leila.morand@demo.example.org", "Leïla Morand", Role.ADVISOR, ()),
    "animator": ("rachida.amrani@demo.example.org", "Rachida Amrani", Role.ANIMATOR, ()),
    "officer": ("etienne.vasseur@demo.example.org", "Étienne Vasseur", Role.OFFICER, ()),
    "admin": ("sophie.marchal@demo.example.org", "Sophie Marchal", Role.ADMIN, ()),
    "association": ("sylvie.obry@demo.example.org", "Sylvie Obry", Role.EMPLOYER, ()),
    "company": ("marc.thuillier@demo.example.org", "Marc Thuillier", Role.EMPLOYER, ()),
}
#: actor -> the agency of the account; the others have none.
IN_AGENCY = {"importer": AGENCY, "advisor": AGENCY, "animator": AGENCY, "local": LOCAL}
#: actor -> where young people may call back; numbers kept for fiction.
PHONES = {"importer": "+33353010010", "advisor": "+33353010011", "local": "+33353010012"}
#: actor -> the organisation it speaks for: the one of that kind that has most to answer.
HOUSES = {
    "association": (Sector.NON_PROFIT, EmployerKind.ASSOCIATION),
    "company": (Sector.MARKET, EmployerKind.COMPANY),
}

#: e-mail -> what one can do as that person, in the order of the door.
DOORS = {
    ACTORS["importer"][
        0
    ]: "Conseillère et encadrante : examine, propose, importe des fichiers, publie le bilan.",
    ACTORS["advisor"][0]: "Conseiller de la même agence : examine et propose.",
    ACTORS["animator"][0]: "Animatrice du club : invite, inscrit, suit les membres et les séances.",
    ACTORS["local"][0]: "Mission locale : accepte un suivi, signe et suit les emplois d'avenir.",
    ACTORS["admin"][0]: "Administratrice : comptes et journal, sans lire aucune fiche.",
    ACTORS["association"][0]: "Association : propose un emploi, répond aux candidatures, suit ses aides.",
    ACTORS["company"][0]: "Entreprise : la même chose, pour un emploi franc.",
    ACTORS["officer"][0]: "Préfecture : registre des associations, bilans publiés, aucun jeune par son nom.",
}
