"""The blueprint that the pages of this folder register themselves on."""

from flask import Blueprint

pages = Blueprint("accounts", __name__)
