"""Communes as points, and how far two communes are: great circle, Earth radius 6 371.0088 km (geography.md).

Distance runs from commune to commune; where in the commune somebody lives is never read (M4).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

EARTH_METRES = 6_371_008.8


@dataclass(frozen=True)
class Places:
    """Centroids of communes. `point` is int32[places, 3]: metres on the sphere (x, y, z), so that every way of
    computing a distance starts from the same whole numbers and ends on the same metre."""

    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    point: NDArray[np.int32]

    @classmethod
    def build(cls, latitude: Iterable[float], longitude: Iterable[float]) -> Places:
        """From degrees (WGS84), in the order the `place` columns count."""
        north = np.array(list(latitude), dtype=np.float64)
        east = np.array(list(longitude), dtype=np.float64)
        phi, theta = np.radians(north), np.radians(east)
        axes = [np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)]
        point = np.rint(EARTH_METRES * np.stack(axes, axis=-1)).astype(np.int32).reshape(len(north), 3)
        return cls(north, east, point)

    @property
    def size(self) -> int:
        return len(self.latitude)

    def metres_between(self, one: int, other: int) -> int:
        """Whole metres from commune to commune."""
        x, y, z = (self.point[one].astype(np.int64) - self.point[other]).tolist()
        return int(arc_metres(x * x + y * y + z * z))


def arc_metres(chord_squared: Any) -> Any:
    """Metres along the sphere from the squared chord in square metres; whole, rounded down.

    2R·asin(c/2R) up to its cubic term (good to a metre up to 1,000 km): only operations that give the same bits
    in Python, numpy and numba. Takes a number or an array of them.
    """
    chord = np.sqrt(chord_squared * 1.0)
    return np.floor(chord + chord * (chord_squared / (24.0 * EARTH_METRES * EARTH_METRES)))
