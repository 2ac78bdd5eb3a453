"""Forms of the doors and of the accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Regexp

from importers import values
from matching.accounts import EMAIL_SHAPE, IN_AGENCY

from ..db import today
from ..security import passwords
from ..wording import accounts as words
from .fields import cleaned

#: Longer than any address: what is typed is cut before it is looked at.
EMAIL = Length(max=254, message="254 caractères au plus.")
CODE_LENGTH = 40
SHORT = "100 caractères au plus."
#: Choice of the agency that is being named.
NEW_AGENCY = "nouvelle"


class SignInForm(FlaskForm):
    email = EmailField("Adresse e-mail", [InputRequired("Indiquez votre adresse e-mail."), EMAIL])
    password = PasswordField("Mot de passe", [InputRequired("Indiquez votre mot de passe.")])


class CodeForm(FlaskForm):
    code = StringField(
        "Code",
        [InputRequired("Indiquez le code."), Length(max=CODE_LENGTH, message="Ce code est trop long.")],
    )


class PhoneForm(FlaskForm):
    """Where the people and employers that one writes to may call back."""

    phone = StringField(
        "Votre téléphone",
        [Length(max=30, message="30 caractères au plus.")],
        filters=[cleaned],
    )
    #: as it is stored; None: nobody is to call
    read: str | None = None

    def validate_phone(self, field: Any) -> None:
        self.read = values.phone(field.data, values.Context(today=today())) if field.data else None
        if field.data and self.read is None:
            raise ValidationError("Écrivez un numéro, par exemple 03 53 01 00 10.")


class ProofForm(FlaskForm):
    """Who is signed in proves again who they are."""

    password = PasswordField("Mot de passe", [InputRequired("Indiquez votre mot de passe.")])
    code = StringField(
        "Code à usage unique",
        [InputRequired("Indiquez le code."), Length(max=CODE_LENGTH, message="Ce code est trop long.")],
    )

    def __init__(self, *, with_code: bool) -> None:
        super().__init__()
        if not with_code:
            del self.code


class NewPasswordForm(FlaskForm):
    """`personal`: the e-mail address and the name, of which the password may hold nothing."""

    password = PasswordField("Nouveau mot de passe", [InputRequired("Choisissez un mot de passe.")])
    again = PasswordField(
        "Le même, encore une fois", [InputRequired("Écrivez le mot de passe une seconde fois.")]
    )

    def __init__(self, *personal: str) -> None:
        super().__init__()
        self._personal = personal

    def validate_password(self, field: PasswordField) -> None:
        code = passwords.weakness(field.data or "", personal=self._personal)
        if code:
            raise ValidationError(words.WEAKNESSES[code])

    def validate_again(self, field: PasswordField) -> None:
        if passwords.normal(field.data or "") != passwords.normal(self.password.data or ""):
            raise ValidationError("Les deux mots de passe diffèrent : écrivez deux fois le même.")


class ForgottenForm(FlaskForm):
    email = EmailField("Adresse e-mail", [InputRequired("Indiquez votre adresse e-mail."), EMAIL])


#: Of an invitation; made before the other fields, so that errors are told in the order of the page.
_ADDRESS = EmailField(
    "Adresse e-mail",
    [
        InputRequired("Indiquez l'adresse e-mail."),
        EMAIL,
        Regexp(EMAIL_SHAPE, message="Indiquez une adresse comme nom@example.fr."),
    ],
)


class RightsForm(FlaskForm):
    """What an account may do, and for whom. Agencies are given by the page: (name, choices)."""

    name = StringField(
        "Prénom et nom", [InputRequired("Indiquez le prénom et le nom."), Length(max=100, message=SHORT)]
    )
    role = RadioField(
        "Fonction",
        validate_choice=False,
        choices=[SelectChoice(str(role), words.ROLES[role].capitalize()) for role in words.OFFERED_ROLES],
    )
    permissions = SelectMultipleField(
        "Droits en plus, pour le conseil",
        validate_choice=False,
        choices=[SelectChoice(value, label) for value, label in words.PERMISSION_CHOICES],
    )
    agency = SelectField("Agence, pour le conseil et le club", validate_choice=False)
    new_agency = StringField("Nom de la nouvelle agence", [Length(max=100, message=SHORT)])
    new_agency_kind = SelectField(
        "Réseau de la nouvelle agence",
        validate_choice=False,
        choices=[SelectChoice(str(kind), label) for kind, label in words.AGENCY_KINDS.items()],
    )
    organisation = StringField(
        "SIRET ou RNA de l'organisation, pour un employeur", [Length(max=30, message=SHORT)]
    )

    def __init__(self, agencies: Sequence[tuple[int, str]], **given: Any) -> None:
        super().__init__(**given)
        self.agency.choices = [
            SelectChoice("", "Choisissez"),
            *(SelectChoice(str(key), name) for key, name in agencies),
            SelectChoice(NEW_AGENCY, "Une nouvelle agence"),
        ]

    def validate_name(self, field: StringField) -> None:
        if not cleaned(field.data):
            raise ValidationError("Indiquez le prénom et le nom.")

    def validate_role(self, field: RadioField) -> None:
        if field.data not in map(str, words.OFFERED_ROLES):
            raise ValidationError("Choisissez une fonction.")

    def validate_permissions(self, field: SelectMultipleField) -> None:
        field.data = [each for each in field.data or () if each in words.PERMISSIONS]

    def validate_new_agency_kind(self, field: SelectField) -> None:
        if self.agency.data == NEW_AGENCY and field.data not in map(str, words.AGENCY_KINDS):
            raise ValidationError("Choisissez le réseau de la nouvelle agence.")

    def validate_agency(self, field: SelectField) -> None:
        known = {str(choice.value) for choice in field.choices}
        if self.role.data in map(str, IN_AGENCY) and (field.data or "") not in known - {""}:
            raise ValidationError(words.REFUSALS["agency-missing"])

    def validate_new_agency(self, field: StringField) -> None:
        if (
            self.role.data in map(str, IN_AGENCY)
            and self.agency.data == NEW_AGENCY
            and not cleaned(field.data)
        ):
            raise ValidationError("Nommez la nouvelle agence.")


class InvitationForm(RightsForm):
    email = _ADDRESS
