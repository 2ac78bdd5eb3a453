"""Sealing of the few values that must stay unreadable in a copied file (RQTH, TOTP secrets); signing of the trail."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

from ..errors import Unavailable


class Seal:
    """Encrypts short texts with the installation's DATA_KEY (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"passerelle seal\0" + key).digest()))

        self._signing = hashlib.sha256(b"passerelle audit\0" + key).digest()

    def sign(self, message: bytes) -> str:
        """HMAC-SHA256 in hexadecimal, under a key of its own."""
        return hmac.new(self._signing, message, hashlib.sha256).hexdigest()

    def close(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text. Raises Unavailable("wrong-data-key") when it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as wrong:
            raise Unavailable("wrong-data-key") from wrong
