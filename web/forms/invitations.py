"""Inviting somebody to speak for an employer."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import EmailField, Field, RadioField, SelectChoice, StringField, ValidationError
from wtforms.validators import InputRequired, Regexp

from matching.accounts import EMAIL_SHAPE

from .accounts import EMAIL
from .offer_steps import longest, text

MAIL, HAND = "courriel", "main"


class EmployerInvitationForm(FlaskForm):
    """Who, and how the link reaches them: one link, one way."""

    name = StringField(
        "Prénom et nom", [InputRequired("Indiquez qui parlera pour cet employeur."), longest(200)], filters=[text]
    )  # fmt: skip
    email = EmailField(
        "Adresse e-mail",
        [
            InputRequired("Indiquez l'adresse e-mail : elle servira à se connecter."),
            EMAIL,
            Regexp(EMAIL_SHAPE, message="Indiquez une adresse comme nom@example.fr."),
        ],
        filters=[text],
    )
    way = RadioField(
        "Comment lui donner le lien ?",
        [InputRequired("Choisissez comment le lien lui parvient.")],
        choices=[
            SelectChoice(MAIL, "Passerelle le lui envoie par courriel"),
            SelectChoice(HAND, "Je le lui remets : montrez-le-moi une fois"),
        ],
        default=MAIL,
        validate_choice=False,
    )

    def validate_way(self, field: Field) -> None:
        if field.data not in (MAIL, HAND):
            raise ValidationError("Choisissez une réponse de la liste.")
