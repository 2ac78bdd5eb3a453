"""Long work in French: what it is, how far it has come, what went wrong and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from matching.vocabulary import JobState

#: kind of job -> what it does
KINDS = {
    "match": "Calcul des propositions",
    "clock": "Règles du jour",
    "import-check": "Vérification d’un fichier",
    "import-apply": "Import d’un fichier",
}

#: state -> words and look of its tag
STATES: dict[JobState, tuple[str, str]] = {
    JobState.WAITING: ("En attente", "plain"),
    JobState.RUNNING: ("En cours", "info"),
    JobState.DONE: ("Terminé", "ok"),
    JobState.FAILED: ("En échec", "error"),
    JobState.CANCELLED: ("Arrêté", "warn"),
}

#: kind -> its steps, in order: (key, words)
STEPS = {
    "import-check": (
        ("read", "lecture du fichier"),
        ("check", "vérification des lignes"),
        ("plan", "rapprochement avec la base"),
    ),
    "import-apply": (
        ("read", "lecture du fichier"),
        ("check", "vérification des lignes"),
        ("plan", "rapprochement avec la base"),
        ("write", "écriture"),
    ),
    "match": (("match", "calcul"),),
    "clock": (("rules", "règles"),),
}

#: What a job says of itself once it is done.
MESSAGES = {
    "nothing-to-do": "Rien à faire : c’était déjà fait.",
    "checked": "« {name} » vérifié.",
    "applied": "« {name} » importé.",
    "matched": "{count} propositions au {day}",
    "clock-ran": "{count} changements au {day}",
}

#: error code of a job -> what went wrong and what to do
FAULTS = {
    "too-many-attempts": "Ce travail s’est interrompu dix fois : prévenez votre administrateur, puis relancez-le.",
    "upload-gone": "Le fichier n’est plus sur le serveur : abandonnez cet import et envoyez le fichier de nouveau.",
    "disk-full": "Le disque du serveur est plein, rien n’a été écrit : prévenez votre administrateur, puis relancez.",
    "database-locked": "La base était occupée par une autre opération : relancez dans un instant.",
    "database-down": "La base ne répondait pas : relancez dans un instant.",
    "cannot-write": "Le serveur ne peut pas écrire dans son dossier : prévenez votre administrateur, puis relancez.",
    "changed-meanwhile": "Des fiches ont été modifiées pendant l’écriture : relancez, rien n’a été écrit à moitié.",
    "rules-failed": "Une règle du jour n’a pas pu passer, les autres ont été appliquées : relancez ; si elle échoue "
    "encore, prévenez votre administrateur (« passerelle clock » la nomme).",
    "too-heavy": "Le fichier demande trop de mémoire ou de temps pour être lu : coupez-le en plusieurs fichiers.",
}
FAULT = (
    "Ce travail s’est arrêté sur un défaut ({code}). Rien n’a été écrit à moitié : relancez-le ; s’il échoue encore, "
    "donnez ce mot à votre administrateur."
)

#: Titles of a job that has told no step yet.
WAITING, BUSY, BEGINNING = (
    "En attente du travail de fond",
    "En attente : un autre travail est en cours, le vôtre suit",
    "Démarrage",
)
#: Nobody has taken the job up.
UNANSWERED = (
    "Le travail de fond ne répond pas. Votre demande est gardée et partira dès qu’il reprendra : demandez à votre "
    "administrateur de lancer « passerelle work » sur le serveur (« passerelle run » lance aussi l’application)."
)
STALLED = "Ce travail semble bloqué : il n’a pas donné signe de vie depuis plus d’une minute."

#: rule of time -> what it changes
RULES = {
    "wake": "propositions revenues à l’examen",
    "stale": "propositions périmées",
    "rights": "propositions closes, le droit ayant pris fin",
    "unanswered": "personnes restées sans répondre",
    "unsent": "accords jamais transmis, clos",
    "promise-chase": "promesses d'embauche à relancer",
    "outreach-wake": "employeurs à rappeler",
    "employer-silent": "employeurs restés sans répondre",
    "lapse": "offres expirées",
    "lapsing": "préavis d’expiration",
    "remind-people": "relances de personnes",
    "remind-employers": "relances d’employeurs",
    "digest": "résumés du matin",
    "digest-animators": "résumés du matin des clubs",
    "hand-overs": "demandes de passation sans réponse à temps",
    "old-drafts": "brouillons d’offres oubliés",
    "running": "contrats dont l’essai est passé",
    "aid-paused": "mois d’aide suspendus",
    "aid-lapsed": "échéances d’aide perdues",
    "aid-due": "échéances d’aide à faire",
    "check-ins-missed": "suivis restés sans réponse",
    "aid-notices": "rappels de papiers d’aide",
    "check-ins": "suivis demandés",
    "sessions-ahead": "séances créées",
    "club-begin": "parcours et pauses du club qui commencent ou finissent",
    "club-silence": "membres du club sans nouvelles",
    "club-unanswered": "invitations au club restées sans réponse",
    "club-reminders": "relances d’invitations au club",
}

#: Codes of errors that the flows of long work and of uploads raise.
REFUSALS = {
    "day-to-come": "Le {day} n’est pas encore venu : donnez un jour passé, ou laissez la date du jour.",
    "rules-failed": "Des règles du jour n’ont pas pu passer ({rules}) : relancez « passerelle clock ».",
    "import-not-waiting": "Quelqu’un vient de décider de cet import : rechargez la page pour voir ce qu’il est devenu.",
    "upload-gone": "Ce fichier n’est plus gardé : envoyez-le de nouveau si vous en avez besoin.",
    "no-agency": "Votre compte n’est rattaché à aucune agence : demandez à votre administrateur de le compléter.",
    "job-under-way": "Ce travail est déjà reparti, ou il est terminé : rechargez la page pour voir où il en est.",
}


#: What the bar at the bottom says after an act.
NOTICES = {
    "job-restarted": "Le travail est relancé.",
    "job-stopping": "L’arrêt est demandé : il prend effet au prochain point d’étape.",
    "import-received": "Le fichier est reçu. Rien n’est écrit avant votre accord.",
    "import-same": "Ce fichier est déjà en attente : le voici.",
    "import-year": "L'année {year} sera donnée aux lignes qui n'en disent pas.",
    "import-confirmed": "C’est noté : les lignes correctes vont être appliquées.",
    "import-abandoned": "L’import est abandonné et le fichier effacé. Rien n’a été écrit.",
}


def fault(code: str | None) -> str:
    """What went wrong with a job, and what to do."""
    return FAULTS.get(code or "", FAULT.format(code=code or "inconnu"))


def failed_rules(failed: Mapping[str, str]) -> str:
    """Which rules of time could not run, and what to do."""
    named = ", ".join(f"{RULES.get(name, name)} ({code})" for name, code in sorted(failed.items()))
    return f"Des règles n’ont pas pu passer : {named}. Elles restent dues : relancez « passerelle clock »."
