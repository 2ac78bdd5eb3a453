"""Words of the fictional Amiens. Names are common ones put together by chance; no organisation exists."""

from __future__ import annotations

from typing import NamedTuple

FAMILY_NAMES = (
    "Abadie", "Amrani", "Auger", "Bachelet", "Barka", "Belkacem", "Bensaïd", "Bertin", "Boitel", "Bonnard", "Bouhired",
    "Boulanger", "Brassart", "Camara", "Carpentier", "Caron", "Cauchy", "Chérif", "Cissé", "Coulibaly", "Crépin",
    "Dacosta", "Darras", "Delattre", "Delcourt", "Demarest", "Diallo", "Diarra", "Dubois", "Dufour", "Dumoulin",
    "El Amri", "Fabre", "Fofana", "Fournier", "Gaudefroy", "Guérin", "Haddad", "Hamelin", "Hocquet", "Jacquemin",
    "Kaddouri", "Kanté", "Lamarre", "Langlet", "Leblond", "Leclercq", "Lefèvre", "Lemaire", "Lesage", "Levasseur",
    "Macrez", "Mansouri", "Marchand", "Mendy", "Mercier", "Meunier", "Mokhtari", "Morel", "N'Diaye", "Noiret",
    "Ouattara", "Palluau", "Patin", "Petit", "Poiret", "Pruvost", "Quillet", "Rahmani", "Renard", "Rousseau", "Sagnier",
    "Saïdi", "Sow", "Thuillier", "Touré", "Tricot", "Vasseur", "Verdier", "Vilain", "Yildiz", "Zerrouki",
)  # fmt: skip
WOMEN = (
    "Aïssata", "Alice", "Amandine", "Amina", "Anaïs", "Assia", "Aurélie", "Camille", "Célia", "Chloé", "Clara", "Coralie",
    "Élodie", "Émilie", "Fanta", "Fatima", "Hawa", "Inès", "Julie", "Kadiatou", "Laura", "Léa", "Leïla", "Lina", "Manon",
    "Mariam", "Marine", "Mélissa", "Nadia", "Naïma", "Océane", "Pauline", "Samia", "Sarah", "Sonia", "Yasmine",
)  # fmt: skip
MEN = (
    "Abdel", "Adama", "Alexandre", "Amadou", "Anthony", "Antoine", "Bilal", "Boubacar", "Clément", "Dylan", "Florian",
    "Guillaume", "Hamza", "Ibrahim", "Jérémy", "Jordan", "Julien", "Karim", "Kévin", "Loïc", "Lucas", "Mamadou", "Maxime",
    "Mehdi", "Mohamed", "Nicolas", "Quentin", "Rachid", "Romain", "Samir", "Sofiane", "Théo", "Thomas", "Valentin", "Yanis",
)  # fmt: skip


class Place(NamedTuple):
    """Where people of the demo live: wording of the quarter, zone version in 2013, commune, postcode, streets."""

    quarter: str
    zone: str | None
    commune: str
    postcode: str
    streets: tuple[str, ...]
    weight: int


PLACES = (
    Place("Amiens Nord", "zus-nord", "Amiens", "80080",
          ("avenue de la Paix", "rue Léo-Lagrange", "rue Winston-Churchill", "rue César-Franck", "rue Fafet",
           "place du Colvert"), 30),
    Place("Étouvie", "zus-etouvie", "Amiens", "80000",
          ("place de Bourgogne", "avenue d'Italie", "route d'Abbeville", "allée des Coursives"), 22),
    Place("Sud-Est", "zus-sud-est", "Amiens", "80090",
          ("rue des Peupliers", "rue des Érables", "allée des Merles", "rue du Verger"), 20),
    Place("hors ZUS", None, "Amiens", "80000", ("rue des Tanneurs", "rue du Moulin", "rue des Lilas"), 14),
    Place("hors ZUS", None, "Longueau", "80330", ("rue des Cheminots", "rue du Dépôt"), 4),
    Place("hors ZUS", None, "Camon", "80450", ("rue des Hortillons",), 3),
    Place("hors ZUS", None, "Rivery", "80136", ("rue du Marais",), 3),
    Place("hors ZUS", None, "Salouël", "80480", ("rue de la Vallée",), 2),
    Place("hors ZUS", None, "Boves", "80440", ("rue de l'Église",), 2),
)  # fmt: skip


class Trade(NamedTuple):
    """An occupation of the demo: titles (as men, women and offers say it), code, skills, fields of employers, level."""

    man: str
    woman: str
    offer: str
    rome: str
    skills: tuple[str, ...]
    fields: tuple[str, ...]
    levels: tuple[str, ...]
    weight: int


LOW, MIDDLE, HIGH = ("none", "3", "4"), ("3", "4", "5"), ("6", "7", "8")

TRADES = (
    Trade("animateur sportif", "animatrice sportive", "Animateur sportif / Animatrice sportive", "G1209",
          ("encadrement d'enfants", "BAFA", "premiers secours"), ("sport",), LOW, 9),
    Trade("éducateur sportif", "éducatrice sportive", "Éducateur sportif adjoint (H/F)", "G1204",
          ("encadrement d'enfants", "arbitrage", "licence de basket"), ("sport",), LOW + MIDDLE, 8),
    Trade("animateur jeunesse", "animatrice jeunesse", "Animateur / animatrice de loisirs", "G1203",
          ("BAFA", "jeux éducatifs", "encadrement d'enfants"), ("loisirs", "education", "social"), LOW + MIDDLE, 9),
    Trade("médiateur de quartier", "médiatrice de quartier", "Médiateur social (H/F)", "K1204",
          ("écoute", "connaissance du quartier", "gestion de conflits"), ("social", "insertion"), LOW + MIDDLE, 5),
    Trade("aide à domicile", "aide à domicile", "Aide à domicile", "K1304",
          ("entretien du linge", "préparation des repas"), ("social", "sante"), LOW, 7),
    Trade("agent d'entretien", "agente d'entretien", "Agent(e) d'entretien des locaux", "K2205",
          ("nettoyage", "autolaveuse"), ("insertion", "social", "sport"), LOW, 9),
    Trade("jardinier", "jardinière", "Jardinier d'espaces verts H/F", "A1208",
          ("tonte", "taille", "tronçonneuse"), ("environnement", "insertion"), LOW, 6),
    Trade("agent de tri", "agente de tri", "Agent de valorisation en recyclerie", "K2308",
          ("tri", "port de charges"), ("environnement", "insertion"), LOW, 4),
    Trade("agent technique polyvalent", "agente technique polyvalente", "Agent polyvalent du bâtiment", "I1203",
          ("peinture", "petite plomberie", "bricolage"), ("insertion", "sport"), LOW, 5),
    Trade("maçon", "maçonne", "Maçon (H/F)", "F1703", ("coffrage", "lecture de plan"), ("market",), LOW, 4),
    Trade("peintre en bâtiment", "peintre en bâtiment", "Peintre en bâtiment", "F1606",
          ("enduit", "échafaudage"), ("market",), LOW, 3),
    Trade("cariste", "cariste", "Cariste CACES 3", "N1101", ("CACES 3", "inventaire"), ("market",), LOW, 5),
    Trade("préparateur de commandes", "préparatrice de commandes", "Préparateur(trice) de commandes", "N1103",
          ("port de charges", "lecture optique"), ("market",), LOW + MIDDLE, 8),
    Trade("vendeur en prêt-à-porter", "vendeuse en prêt-à-porter", "Vendeur / vendeuse en prêt-à-porter", "D1214",
          ("encaissement", "étalage"), ("market",), LOW + MIDDLE, 8),
    Trade("hôte de caisse", "hôtesse de caisse", "Hôte / hôtesse de caisse", "D1505", ("encaissement",), ("market",),
          LOW, 6),
    Trade("employé de rayon", "employée de rayon", "Employé(e) de libre-service", "D1507", ("mise en rayon",),
          ("market",), LOW, 5),
    Trade("commis de cuisine", "commise de cuisine", "Aide de cuisine", "G1602", ("hygiène alimentaire", "plonge"),
          ("market", "social"), LOW, 6),
    Trade("serveur", "serveuse", "Serveur / serveuse en restauration", "G1803", ("service en salle",), ("market",), LOW,
          5),
    Trade("agent de sécurité", "agente de sécurité", "Agent de prévention et de sécurité", "K2503",
          ("carte professionnelle", "SSIAP 1"), ("market",), LOW + MIDDLE, 4),
    Trade("chauffeur-livreur", "chauffeuse-livreuse", "Chauffeur-livreur (permis B)", "N4105", ("livraison",),
          ("market",), LOW, 4),
    Trade("agent d'accueil", "agente d'accueil", "Agent d'accueil associatif H/F", "M1601",
          ("accueil du public", "standard téléphonique", "traitement de texte"), ("culture", "social", "sport"), MIDDLE, 8),
    Trade("secrétaire", "secrétaire", "Secrétaire administratif / administrative", "M1607",
          ("traitement de texte", "tableur", "classement"), ("culture", "education", "market"), MIDDLE, 7),
    Trade("assistant comptable", "assistante comptable", "Assistant(e) comptable", "M1203", ("tableur", "saisie comptable"),
          ("market",), MIDDLE + HIGH, 4),
    Trade("commercial", "commerciale", "Attaché commercial (H/F)", "D1410", ("prospection", "négociation"), ("market",),
          MIDDLE + HIGH, 5),
    Trade("développeur informatique", "développeuse informatique", "Développeur web (H/F)", "M1805",
          ("Python", "JavaScript", "SQL"), ("market",), HIGH, 6),
    Trade("chargé de communication", "chargée de communication", "Chargé(e) de communication", "E1112",
          ("rédaction", "réseaux sociaux", "mise en page"), ("culture", "market"), HIGH, 6),
    Trade("contrôleur de gestion", "contrôleuse de gestion", "Contrôleur de gestion junior", "M1204",
          ("tableur", "analyse budgétaire"), ("market",), HIGH, 4),
    Trade("assistant ressources humaines", "assistante ressources humaines", "Assistant(e) RH", "M1501",
          ("paie", "recrutement"), ("market",), HIGH, 4),
    Trade("ingénieur qualité", "ingénieure qualité", "Ingénieur(e) qualité en industrie", "H1527", ("audit", "statistiques"),
          ("market",), HIGH, 3),
    Trade("chargé de développement local", "chargée de développement local", "Chargé(e) de développement local", "K1802",
          ("conduite de projet", "rédaction"), ("social", "environnement"), HIGH, 4),
)  # fmt: skip

SPORTS = (
    "basket",
    "football",
    "judo",
    "handball",
    "boxe",
    "athlétisme",
    "natation",
    "cyclisme",
    "lutte",
    "volley",
)
STARS = ("Étoile", "Olympique", "Union", "Entente", "Espérance", "Avenir", "Élan", "Cercle")
SITES = (
    "du Pigeonnier",
    "du Colvert",
    "d'Étouvie",
    "de la Vallée",
    "des Hortillons",
    "du Marais",
    "des Tanneurs",
    "du Sud-Est",
)
#: Site -> its place among PLACES; the others lie in no ZUS.
PLACE_OF_SITE = {"du Pigeonnier": 0, "du Colvert": 0, "d'Étouvie": 1, "du Sud-Est": 2}
BUSINESS_STREETS = (
    "rue du Commerce",
    "rue des Artisans",
    "avenue de l'Industrie",
    "rue de la Gare",
    "place du Marché",
)
AIMS = {
    "sport": "Sport pour tous et compétition", "culture": "Théâtre et spectacles", "education": "Aide aux devoirs",
    "social": "Accueil, fêtes et entraide", "sante": "Prévention et accès aux soins",
    "environnement": "Jardinage et tri des déchets", "insertion": "Chantiers et formation", "loisirs": "Mercredis et vacances",
}  # fmt: skip
WORKS = {
    "culture": "Atelier théâtre", "education": "Coup de pouce scolaire", "social": "Maison de quartier",
    "sante": "Relais santé", "environnement": "Jardins partagés", "insertion": "Chantier d'insertion",
    "loisirs": "Centre de loisirs",
}  # fmt: skip
FIRMS = (
    ("Supérette", "4711B"), ("Boulangerie", "1071C"), ("Restaurant", "5610A"), ("Bâtisseurs", "4120A"),
    ("Logistique", "5210B"), ("Nettoyage", "8121Z"), ("Vêtements", "4771Z"), ("Informatique", "6201Z"),
    ("Cabinet conseil", "7022Z"), ("Sécurité", "8010Z"), ("Transports", "4941B"), ("Industries", "2599B"),
)  # fmt: skip
DIPLOMAS = {
    "none": ("sans diplôme", "aucun", "BEPC", "niveau VI"), "3": ("CAP", "BEP", "niveau V", "CAP petite enfance"),
    "4": ("bac", "bac pro", "niveau IV", "baccalauréat"), "5": ("BTS", "bac+2", "DUT", "niveau III"),
    "6": ("licence", "bac+3", "master 1", "maîtrise"), "7": ("master 2", "bac+5", "diplôme d'ingénieur", "DESS"),
    "8": ("doctorat", "bac+8"),
}  # fmt: skip
