"""The parts of a score, and what a release tells an employer, in French."""

from __future__ import annotations

#: part of a score (matching/scoring/columns.py) -> name, what it looks at
FACTORS = {
    "occupation": (
        "Métier",
        "Le métier de l'offre et celui que la personne cherche : le même, un proche, le même domaine.",
    ),
    "skills": ("Compétences demandées", "Celles que l'offre demande et que la personne indique."),
    "distance": ("Trajet", "De commune à commune, selon le rayon que la personne accepte."),
    "level": ("Niveau", "Le diplôme demandé, quand l'offre en demande un."),
    "availability": ("Disponibilité", "La date à laquelle la personne peut commencer et celle du poste."),
    "wish": ("Projet du jeune", "Ce que la personne a demandé en premier."),
}

#: field of a release (matching/proposal_guards.py) -> what the employer reads
RELEASED = {
    "first_name": "le prénom",
    "initial": "l'initiale du nom",
    "level": "le niveau de diplôme",
    "skills": "les compétences",
    "availability": "la date de disponibilité",
    "advisor_contact": "le contact du conseiller",
    "full_name": "le nom complet",
    "email": "l'adresse électronique",
    "phone": "le téléphone",
}
