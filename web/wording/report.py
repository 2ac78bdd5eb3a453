"""Constant words of the monthly report: refusals, notices, the legend of what is hidden."""

from __future__ import annotations

HIDDEN = "s"
NO_FIGURE = "—"
LEGEND = "s : nombre masqué, parce qu'il est petit (moins de {k}) ou qu'il permettrait d'en déduire un petit. Un zéro est montré."

REFUSALS = {
    "month-not-over": "Le mois {month} n'est pas fini : son bilan se fait à partir du {from_day}.",
    "not-yours-to-publish": "La publication d'un bilan revient à l'encadrement de l'agence.",
    "bad-highlights": "Gardez de une à {most} phrases à retenir, de {longest} caractères au plus.",
    "figures-changed": "Les chiffres de {month} ont changé depuis que vous les avez affichés : relisez-les, puis publiez.",
    "published-meanwhile": "Une autre personne vient de publier {month} : rechargez la page.",
    "report-corrupt": "Le bilan publié de {month} ne correspond plus à son empreinte : ne l'utilisez pas et prévenez "
    "l'administrateur, qui le rétablira depuis une sauvegarde.",
}

NOTICES = {
    "bilan-publie": "Bilan publié. Les services de l'État le lisent dès maintenant ; ces chiffres ne bougeront plus.",
    "bilan-inchange": "Rien n'a changé depuis la version publiée : elle reste la bonne.",
}
