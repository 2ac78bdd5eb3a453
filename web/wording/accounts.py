"""Accounts in French words."""

from __future__ import annotations

from matching.vocabulary import AgencyKind, Role

#: How a role signs: the function, whoever holds it.
ROLES = {
    Role.ADVISOR: "conseil",
    Role.ANIMATOR: "animation du club",
    Role.OFFICER: "préfecture",
    Role.ADMIN: "administration",
    Role.EMPLOYER: "employeur",
}
#: What an account may do besides.
PERMISSIONS = {"import": "imports", "supervise": "encadrement"}

#: In the order in which an administrator chooses.
OFFERED_ROLES = (Role.ADVISOR, Role.OFFICER, Role.ADMIN, Role.ANIMATOR, Role.EMPLOYER)
ROLE_HINTS = {
    "advisor": "Lit et suit les jeunes de son agence.",
    "officer": "Suit les associations à démarcher, lit les bilans publiés ; ne voit aucun jeune.",
    "admin": "Tient les comptes et le journal, ne lit aucune fiche.",
    "animator": "Tient le club et les séances ; des candidats au club, ne voit que ce que l'entrée demande.",
    "employer": "Propose ses offres, répond aux candidatures, suit ses aides.",
}
PERMISSION_CHOICES = (
    ("import", "Importer des fichiers"),
    ("supervise", "Encadrer : annuler une embauche, publier le bilan"),
)

AGENCY_KINDS = {
    AgencyKind.POLE_EMPLOI: "Pôle emploi",
    AgencyKind.MISSION_LOCALE: "Mission locale",
    AgencyKind.CAP_EMPLOI: "Cap emploi",
}

#: How a good password is made: said before one is chosen.
PASSWORD_HINT = (
    "12 caractères avec minuscules, majuscules, chiffres et signes, ou une phrase de 7 mots. Sans votre nom, ni "
    "« passerelle », ni « amiens »."
)
#: Why a new password is refused, and what to do.
WEAKNESSES = {
    "password-weak": "Ce mot de passe se devine trop vite : allongez-le, ou mêlez minuscules, majuscules, chiffres et signes "
    "(12 caractères), ou prenez une phrase de 7 mots.",
    "password-common": "Ce mot de passe est parmi les plus essayés : choisissez-en un qui n'appartienne qu'à vous.",
    "password-personal": "Ce mot de passe contient votre nom, votre adresse, « passerelle » ou « amiens » : enlevez ce mot.",
    "password-long": "Ce mot de passe est trop long : 1 024 octets au plus.",
    "password-signs": "Ce mot de passe contient un caractère qui ne s'écrit pas au clavier : tapez-le de nouveau.",
}


def wait(seconds: int) -> str:
    """« 1 minute », « 16 minutes », « 3 heures »: rounded up, so that nobody comes back too early."""
    number, unit = (-(-seconds // 60), "minute") if seconds <= 7_200 else (-(-seconds // 3_600), "heure")
    return f"{number} {unit}{'s' if number > 1 else ''}"


#: Refusals of the flows on accounts.
REFUSALS = {
    "account-disabled": "Ce compte est fermé : rouvrez-le d'abord.",
    "account-exists": "Un compte porte déjà cette adresse : ouvrez-le dans la liste.",
    "agency-missing": "Choisissez l'agence où travaille cette personne, ou nommez-en une nouvelle.",
    "agency-unknown": "Aucune agence ne porte le nom « {name} » : vérifiez-le, ou ajoutez --new-agency pour la créer.",
    "busy": "Trop de personnes se connectent en même temps : recommencez dans quelques secondes.",
    "last-admin": "C'est le dernier compte d'administration : ouvrez-en un autre d'abord.",
    "link-used": "Ce lien a déjà servi : demandez-en un autre à votre administrateur.",
    "organisation-missing": "Indiquez l'organisation que cette personne représente, par son SIRET ou son numéro RNA.",
    "own-account": "On ne change pas ses propres droits : demandez à une autre personne de l'administration.",
    "permission-not-of-role": "Seul un compte de conseil peut importer ou encadrer : enlevez ces droits.",
    "trail-broken": "Le journal est rompu à la ligne {event} ({before} lignes tiennent avant elle) : elle a été changée, ajoutée ou "
    "enlevée hors de Passerelle. Gardez la base telle qu'elle est et prévenez votre responsable.",
    "too-many-tries": "Trop d'essais ont échoué. Attendez {time}, puis recommencez ; si vous avez oublié le mot de "
    "passe, demandez un lien à votre administrateur.",
    "unknown-account": "Aucun compte ne porte l'adresse « {email} » : vérifiez-la avec « passerelle users list ».",
}
#: Settings that are refused (security.md S1).
SETTINGS = {
    "settings-argon2": "PASSERELLE_ARGON2 (« {value} ») doit s'écrire m=65536,t=3,p=4.",
    "settings-argon2-floor": "En production, PASSERELLE_ARGON2 ne peut pas descendre sous m=19456,t=2,p=1 : relevez-la ou enlevez-la.",
    "settings-debug": "En production, {name} doit être vide : le détail des défauts ne se montre à personne.",
    "settings-key-example": "En production, {name} porte une valeur d'exemple : donnez 64 signes tirés au hasard.",
    "settings-key-readable": "Le fichier de clé « {path} » est lisible par d'autres : faites « chmod 600 {path} ».",
    "settings-mail-from": "PASSERELLE_MAIL_FROM (« {value} ») doit être l'adresse dont partent les messages, par exemple passerelle@example.fr.",
    "settings-number": "{name} (« {value} ») doit être un nombre entier d'au moins {least}.",
    "settings-public-url": "PASSERELLE_PUBLIC_URL (« {value} ») doit être l'adresse du service, par exemple https://passerelle.example.fr.",
    "settings-second-factor": "PASSERELLE_SECOND_FACTOR (« {value} ») doit être staff (le défaut) ou all.",
    "settings-smtp": "PASSERELLE_SMTP doit s'écrire smtp://nom:mot-de-passe@serveur:587, ou smtps:// ; codez en % les signes : / @ du mot de passe.",
    "settings-trusted-hosts": "En production, PASSERELLE_TRUSTED_HOSTS doit nommer les domaines du service, séparés par des virgules.",
}

#: Said once, after what has just been done.
NOTICES = {
    "account-changed": "Compte enregistré. Si ses droits ont changé, ses sessions sont fermées.",
    "account-disabled": "Compte fermé. Ses sessions et ses liens le sont aussi.",
    "account-enabled": "Compte rouvert, avec son mot de passe et son second facteur.",
    "link-closed": "Invitation retirée : son lien n'ouvre plus rien.",
    "second-factor-reset": "Second facteur remis à zéro : la prochaine connexion en demandera un nouveau.",
    "password-changed": "Mot de passe changé. Vos autres sessions sont fermées.",
    "sessions-ended": "Vos autres sessions sont fermées.",
    "telephone-set": "Téléphone enregistré : vos messages et vos lettres le donnent.",
    "telephone-none": "Téléphone retiré : vos messages ne donnent plus de numéro.",
    "shortcuts-on": "Raccourcis d'une seule touche rétablis.",
    "shortcuts-off": "Raccourcis d'une seule touche coupés.",
    "password-set": "Votre mot de passe est enregistré. Connectez-vous.",
}
