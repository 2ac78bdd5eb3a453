"""Messages that leave: the words of each kind, the server, and the round that the worker makes every minute."""

from .deliver import deliver, run
from .letter import Letter

__all__ = ["Letter", "deliver", "run"]
