"""What is said of a file, a row, a cell: French, for somebody who is no technician, and what to do about it."""

from __future__ import annotations

REFUSALS = {
    "empty-file": "Le fichier est vide : vérifiez que vous avez choisi le bon, et exportez-le de nouveau.",
    "too-large": "Le fichier dépasse 10 Mo : coupez-le en plusieurs fichiers.",
    "unsupported-format": "Ce format n'est pas lu : enregistrez la liste en « CSV » ou en « Classeur Excel (.xlsx) », sans macros.",
    "corrupt-file": "Le classeur est abîmé et ne s'ouvre pas : ouvrez-le dans votre tableur et enregistrez-le de nouveau.",
    "zip-bomb": "Le classeur se déploie en une taille anormale : il est refusé par prudence. Recopiez la liste dans un nouveau classeur.",
    "unsafe-xml": "Le classeur contient une déclaration interdite (DOCTYPE ou ENTITY) : recopiez la liste dans un nouveau classeur.",
    "bad-encoding": "Le texte du fichier est illisible : enregistrez-le de nouveau en « CSV UTF-8 ».",
    "bad-json": "Le fichier JSON est illisible ou n'a pas la forme attendue : téléchargez-le de nouveau.",
    "header-not-found": "Aucune ligne d'en-têtes reconnue dans les 20 premières lignes : vérifiez les noms des colonnes.",
    "too-many-columns": "Le tableau a plus de 100 colonnes : gardez celles qui servent.",
    "duplicate-column": "Deux colonnes disent la même chose ({columns}) : gardez-en une.",
    "merged-header": "Une colonne remplie n'a pas d'en-tête (colonne n° {position}) : défusionnez les cellules et nommez-la.",
    "missing-column": "Il manque une colonne obligatoire : {columns}. Ajoutez-la ou corrigez son nom.",
    "too-many-rows": "Le fichier a plus de 20 000 lignes : coupez-le en plusieurs fichiers.",
    "unknown-sheet": "Le classeur n'a pas de feuille « {sheet} » : il a {sheets}.",
    "too-many-errors": "Plus de la moitié des lignes sont refusées : est-ce le bon fichier, avec les bonnes colonnes ? Rien n'a été écrit.",
}

CELLS = {
    "missing-required": "Cette information est obligatoire : complétez la cellule.",
    "extra-cells": "La ligne a des valeurs au-delà de la dernière colonne : vérifiez les séparateurs ou les guillemets.",
    "control-character": "La cellule contient un caractère de contrôle : retapez-la.",
    "too-long": "Le texte est trop long ({longest} caractères au plus) : raccourcissez-le.",
    "formula-cell": "La cellule contient une formule ou une erreur de calcul : collez-y la valeur, en texte.",
    "bad-date": "Cette date ne peut pas être lue : écrivez-la JJ/MM/AAAA, par exemple 04/11/2013.",
    "future-birth-date": "La date de naissance est dans l'avenir : corrigez l'année.",
    "age-out-of-range": "L'âge serait hors de 14 à 67 ans : vérifiez l'année de naissance.",
    "bad-postcode": "Ce code n'a pas la forme attendue : cinq chiffres, par exemple 80080.",
    "bad-siret": "Ce SIRET n'est pas valable : 14 chiffres, à recopier de l'avis de situation (cellule au format texte).",
    "bad-rna": "Ce numéro RNA n'est pas valable : W suivi de 9 caractères, par exemple W802001234.",
    "bad-identifier": "Cet identifiant n'a pas la forme attendue : vérifiez-le dans l'application d'origine.",
    "bad-number": "Ce nombre ne peut pas être lu ou sort des bornes : écrivez-le en chiffres, virgule pour les décimales.",
    "bad-choice": "Cette valeur n'est pas dans la liste admise : {choices}.",
    "bad-rome": "Ce code ROME n'a pas la forme attendue : une lettre de A à N et quatre chiffres, par exemple G1204.",
    "unknown-diploma": "Ce diplôme n'est pas reconnu : écrivez par exemple « CAP », « bac », « bac+2 », « licence », « master 1 ».",
    "unknown-zone": "Ce quartier n'est pas connu : écrivez par exemple « Amiens Nord », « Étouvie », ou « hors zone ».",
    "bad-record": "Cet élément n'a pas la forme attendue : téléchargez de nouveau le fichier.",
    "duplicate-in-file": "Cette fiche est déjà dans le fichier : seule sa première ligne est gardée.",
    "identifier-conflict": "Cet identifiant est celui d'une autre personne (naissance et nom différents) : vérifiez-le.",
    "two-digit-year": "L'année a deux chiffres : elle est lue {read}. Écrivez-la avec quatre chiffres.",
    "excel-serial-date": "Le nombre est lu comme une date d'Excel : {read}. Mettez la colonne au format date.",
    "lost-leading-zero": "Un zéro de tête manquait, il est remis : mettez la colonne au format texte.",
    "insee-as-postcode": "80021 est le code INSEE d'Amiens : il est gardé comme code INSEE. Code postal : 80000, 80080 ou 80090.",
    "bad-phone": "Ce numéro de téléphone n'est pas lisible : il est laissé vide.",
    "bad-email": "Cette adresse électronique n'est pas lisible : elle est laissée vide.",
    "missing-year": "{count} association(s) sans année de subvention : elles sont gardées, mais dans aucun registre. "
    "Ajoutez une colonne « annee », indiquez l'année à l'import, ou dites-la plus tard à la page Associations.",
    "missing-zone": "Le quartier n'est pas indiqué : l'adresse sera à confirmer.",
    "mononym": "La personne est enregistrée avec un seul nom.",
    "mixed-script": "Le nom mélange deux alphabets : vérifiez-le.",
    "missing-diploma": "Le niveau de diplôme n'est pas indiqué : il reste inconnu (« sans diplôme » s'écrit).",
    "nir-removed": "Un numéro de sécurité sociale a été retiré : nous n'avons pas le droit de le conserver.",
    "invisible-character": "Des caractères invisibles ont été retirés.",
    "suspect-encoding": "Le texte semble mal converti (accents abîmés) : vérifiez-le.",
    "unknown-column": "Cette colonne n'est pas connue : elle n'est pas lue.",
    "sensitive-column": "Cette colonne touche à la vie privée : elle n'est ni lue ni gardée.",
    "no-rows": "Le fichier n'a que des en-têtes : aucune ligne à lire.",
    "already-imported": "Ce fichier a déjà été importé : rien n'est changé.",
}


def refusal(code: str, **facts: object) -> str:
    return REFUSALS[code].format(**facts)


def cell(code: str, **facts: object) -> str:
    return CELLS[code].format(**{"choices": "voir la notice", "longest": "", "read": "", **facts})
