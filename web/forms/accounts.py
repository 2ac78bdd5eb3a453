"""Forms of the doors and of the accounts."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    PasswordField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length

from ..security import passwords
from ..wording import accounts as words

#: Longer than any address: what is typed is cut before it is looked at.
EMAIL = Length(max=254, message="254 caractères au plus.")
CODE_LENGTH = 40


class SignInForm(FlaskForm):
    email = EmailField("Adresse e-mail", [InputRequired("Indiquez votre adresse e-mail."), EMAIL])
    password = PasswordField("Mot de passe", [InputRequired("Indiquez votre mot de passe.")])


class CodeForm(FlaskForm):
    code = StringField(
        "Code",
        [InputRequired("Indiquez le code."), Length(max=CODE_LENGTH, message="Ce code est trop long.")],
    )


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
