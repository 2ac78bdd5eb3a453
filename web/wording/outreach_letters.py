"""Models of letters to associations and employers, and what fills them in."""

from __future__ import annotations

from matching.outreach_letters import Model
from matching.vocabulary import OutreachPurpose

MODELS = {
    OutreachPurpose.AVENIR: Model(
        "Un emploi d'avenir dans votre association",
        "Bonjour {contact},\n\n"
        "L'État soutient {organisation} en {annee}. La notification de cette subvention vous invite à étudier la création "
        "d'un emploi d'avenir.\n\n"
        "{aide}\n"
        "{candidats}\n\n"
        "Je vous propose d'en parler dix minutes : dites-moi quand vous appeler, ou appelez-moi au {telephone}.",
    ),
    OutreachPurpose.FRANC: Model(
        "Recruter un jeune des quartiers d'Amiens",
        "Bonjour {contact},\n\n"
        "{organisation} recrute peut-être dans les mois qui viennent. Pour un contrat durable à temps plein avec un jeune "
        "des quartiers prioritaires, l'emploi franc vous aide.\n\n"
        "{aide}\n"
        "{candidats}\n\n"
        "Je peux vous présenter des candidats et préparer les papiers. Dites-moi quand vous appeler, ou appelez-moi au "
        "{telephone}.",
    ),
}  # fmt: skip
#: field -> what it stands for
FIELDS = {
    "organisation": "le nom de l'organisation",
    "contact": "la personne à qui l'on écrit",
    "annee": "l'année de la liste",
    "subvention": "le montant de la subvention",
    "metier": "le métier pour lequel on compte",
    "aide": "ce que l'État paierait, en une phrase",
    "candidats": "combien de personnes pourraient occuper l'emploi, arrondi",
    "signataire": "votre nom",
    "agence": "votre agence",
    "telephone": "votre téléphone",
}
