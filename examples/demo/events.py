"""Believable events without any service outside: what people say of a shop, and what weather stations measure.

The mood of the texts and the weather drift, so that a chart of them has a shape.
"""

import math
import random

OPENINGS = ("The checkout", "Delivery", "The new app", "Support", "The search", "My order", "The website", "Packaging")
PRAISE = (
    "is really great",
    "was fast and easy, thanks",
    "is wonderful, I love it",
    "works fine",
    "is so nice and helpful",
    "was not bad at all",
    "is perfect",
    "is good",
)
COMPLAINTS = (
    "is really slow",
    "was confusing and ugly",
    "is broken, I hate it",
    "is not very helpful",
    "is terrible today",
    "was wrong again",
    "is useless",
    "is not good",
)
REMARKS = ("changed on Tuesday", "has a new colour", "moved to another place", "is the same as before")
MOOD_MINUTES = 1.2
"""How long the texts take from their best mood to their worst and back."""
CITIES = {
    "Reykjavík": (2.0, 32.0, 78.0),
    "Nairobi": (23.0, 10.0, 62.0),
    "Singapore": (29.0, 8.0, 74.0),
    "Winnipeg": (-14.0, 21.0, 70.0),
}
"""Each city's temperature (°C), wind (km/h) and relative humidity (%) on an ordinary day."""
DAY_MINUTES = 2.0
"""How long a day takes here."""


class Texts:
    """What people say, one after another."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._drift = 0.0

    def next(self, seconds: float) -> str:
        """What is said at a time, in seconds from any beginning."""
        self._drift = 0.98 * self._drift + self._chance.gauss(0, 0.04)
        wave = 0.32 * math.sin(seconds * 2 * math.pi / (MOOD_MINUTES * 60))
        good = min(0.95, max(0.05, 0.52 + wave + self._drift))
        kind = REMARKS if self._chance.random() < 0.12 else PRAISE if self._chance.random() < good else COMPLAINTS
        return f"{self._chance.choice(OPENINGS)} {self._chance.choice(kind)}."


class Stations:
    """What the cities' stations measure, in turn."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._turn = 0
        self._off = dict.fromkeys(CITIES, 0.0)

    def next(self, seconds: float) -> dict[str, str | float]:
        """The next station's reading at a time: the fields of the weather function's `Reading`."""
        place, city = self._turn % len(CITIES), list(CITIES)[self._turn % len(CITIES)]
        self._turn += 1
        celsius, wind, humidity = CITIES[city]
        self._off[city] = 0.95 * self._off[city] + self._chance.gauss(0, 0.15)
        day = 4 * math.sin(seconds * 2 * math.pi / (DAY_MINUTES * 60) + place)
        gust = max(0.0, wind * (1 + self._chance.gauss(0, 0.12)))
        damp = min(100.0, max(10.0, humidity - 2 * day + self._chance.gauss(0, 1)))
        return {
            "station": f"{city[:3].upper()}-{place + 1}",
            "city": city,
            "celsius": round(celsius + day + self._off[city], 2),
            "windKmh": round(gust, 1),
            "humidity": round(damp, 1),
        }
