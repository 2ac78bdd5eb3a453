"""The divisions of the NAF rév. 2 (INSEE), in fewer words than the nomenclature; facts, for the names of sectors."""

from __future__ import annotations

DIVISIONS = {
    "01": "agriculture", "02": "forêt et bois", "03": "pêche", "05": "houille", "06": "pétrole et gaz",
    "07": "mines", "08": "carrières", "09": "services aux mines", "10": "industries alimentaires", "11": "boissons",
    "12": "tabac", "13": "textile", "14": "habillement", "15": "cuir et chaussure", "16": "travail du bois",
    "17": "papier et carton", "18": "imprimerie", "19": "raffinage", "20": "chimie", "21": "pharmacie",
    "22": "caoutchouc et plastique", "23": "verre, béton, céramique", "24": "métallurgie",
    "25": "produits métalliques", "26": "informatique et électronique (fabrication)", "27": "équipements électriques",
    "28": "machines et équipements", "29": "automobile (fabrication)", "30": "autres matériels de transport",
    "31": "meubles", "32": "autres industries", "33": "réparation de machines", "35": "électricité et gaz",
    "36": "eau", "37": "eaux usées", "38": "déchets et recyclage", "39": "dépollution",
    "41": "construction de bâtiments", "42": "génie civil", "43": "travaux spécialisés du bâtiment",
    "45": "commerce et réparation automobile", "46": "commerce de gros", "47": "commerce de détail",
    "49": "transports terrestres", "50": "transports par eau", "51": "transports aériens",
    "52": "entreposage et logistique", "53": "poste et courrier", "55": "hébergement", "56": "restauration",
    "58": "édition", "59": "cinéma et vidéo", "60": "radio et télévision", "61": "télécommunications",
    "62": "conseil et programmation informatiques", "63": "services d'information", "64": "banque et finance",
    "65": "assurance", "66": "auxiliaires de la finance et de l'assurance", "68": "immobilier",
    "69": "droit et comptabilité", "70": "conseil de gestion", "71": "architecture et ingénierie",
    "72": "recherche et développement", "73": "publicité et études de marché", "74": "autres activités spécialisées",
    "75": "vétérinaires", "77": "location", "78": "emploi et intérim", "79": "voyages et tourisme",
    "80": "sécurité", "81": "nettoyage et espaces verts", "82": "services administratifs aux entreprises",
    "84": "administration publique", "85": "enseignement", "86": "santé", "87": "hébergement médico-social",
    "88": "action sociale", "90": "arts et spectacles", "91": "bibliothèques et musées", "92": "jeux de hasard",
    "93": "sport et loisirs", "94": "organisations associatives", "95": "réparation d'objets",
    "96": "services aux personnes", "97": "employeurs de personnel de maison", "98": "ménages",
    "99": "organisations internationales",
}  # fmt: skip
#: The bands of SIRENE.
WORKFORCES = {
    "NN": "pas d'employeur connu", "00": "aucun salarié", "01": "1 ou 2 salariés", "02": "3 à 5 salariés",
    "03": "6 à 9 salariés", "11": "10 à 19 salariés", "12": "20 à 49 salariés", "21": "50 à 99 salariés",
    "22": "100 à 199 salariés", "31": "200 à 249 salariés", "32": "250 à 499 salariés", "41": "500 à 999 salariés",
    "42": "1 000 à 1 999 salariés", "51": "2 000 à 4 999 salariés", "52": "5 000 à 9 999 salariés",
    "53": "10 000 salariés et plus",
}  # fmt: skip
#: The field of work of an association.
FIELDS = {
    "sport": "sport", "culture": "culture", "education": "éducation", "social": "action sociale de quartier",
    "sante": "santé", "environnement": "environnement", "insertion": "insertion", "loisirs": "loisirs",
    "autre": "autre domaine",
}  # fmt: skip


def sector(field: str | None, naf: str | None) -> str:
    """« conseil de gestion »: the field of an association, else the division of the NAF; empty when neither is known."""
    if field is not None and field != "autre":
        return FIELDS.get(field, field)
    return DIVISIONS.get(naf[:2], "") if naf else ""
