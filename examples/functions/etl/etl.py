"""Extract, transform, load: three functions that hand orders on to each other, in one file.

`Parse` reads CSV lines and JSON alike, `Enrich` adds what a country means and what the amount is in euros, `Aggregate`
keeps running totals by region. What can't be read goes to a topic of its own: a function that raised would be handed
the same order for ever.
"""

import csv
import decimal
import json
from collections import Counter

from pulsar import Function

COLUMNS = ("order", "customer", "country", "currency", "amount")
"""The columns of a CSV line. JSON has the same as keys."""
COUNTRIES = {
    "AT": ("Austria", "europe"),
    "BR": ("Brazil", "americas"),
    "CA": ("Canada", "americas"),
    "CH": ("Switzerland", "europe"),
    "DE": ("Germany", "europe"),
    "FR": ("France", "europe"),
    "GB": ("United Kingdom", "europe"),
    "IN": ("India", "asia"),
    "JP": ("Japan", "asia"),
    "US": ("United States", "americas"),
}
"""What a country's code means."""
MOST = decimal.Decimal(10) ** 12
"""The largest amount that is believed."""


class Rejected(ValueError):
    """An order that can't be processed, and why."""


class Step(Function):
    """A function of the chain.

    User configuration: `rejected`, the topic of what can't be processed (default: it is logged and dropped).
    """

    def process(self, input, context):  # noqa: A002 - Pulsar's interface calls it so
        """One message: what comes of it, or its reason on the topic of the rejected ones."""
        try:
            return self.step(text(input), context)
        except Rejected as reason:
            topic = context.get_user_config_value("rejected")
            context.record_metric("rejected", 1)
            context.get_logger().warning("rejected: %s", reason)
            if topic:
                context.publish(topic, text(input), properties={"reason": str(reason)})
            return None

    def step(self, line, context):
        """What this step makes of one message."""
        raise NotImplementedError


class Parse(Step):
    """A CSV line or a JSON object becomes JSON with checked values."""

    def step(self, line, context):
        """The order, with its amount as text: no number of JSON holds every cent."""
        found = dict(_from_json(line) if line.lstrip().startswith("{") else _from_csv(line))
        missing = [name for name in COLUMNS if not str(found.get(name) or "").strip()]
        if missing:
            raise Rejected(f"no {', '.join(missing)}")
        order = {name: str(found[name]).strip() for name in COLUMNS}
        order["amount"] = str(_amount(order["amount"]))
        return json.dumps(order | {name: order[name].upper() for name in ("country", "currency")})


class Enrich(Step):
    """Adds the country's name, its region and the amount in euros.

    User configuration: `rates`, what one euro is in other currencies: `{"USD": 1.08}`.
    """

    def step(self, line, context):
        """The order with more in it."""
        order = _from_json(line, *COLUMNS)
        name, region = COUNTRIES.get(order["country"], (order["country"], "elsewhere"))
        rates = {"EUR": 1, **(context.get_user_config_value("rates") or {})}
        if order["currency"] not in rates:
            raise Rejected(f"no rate for {order['currency']}; rates has {', '.join(sorted(rates))}")
        euros = _amount(order["amount"]) / decimal.Decimal(str(rates[order["currency"]]))
        cents = euros.quantize(decimal.Decimal("0.01"), rounding=decimal.ROUND_HALF_EVEN)
        return json.dumps(order | {"country_name": name, "region": region, "euros": str(cents)})


class Aggregate(Step):
    """Running totals by region: after each order those of its region.

    User configuration: `state`: true to keep them in Pulsar's state storage, where all instances share them and a
    restart loses nothing (default: in this instance's memory).
    """

    def __init__(self):
        self._totals = Counter()

    def step(self, line, context):
        """The totals of the order's region."""
        order = _from_json(line, "region", "euros")
        region = order["region"]
        cents = int(_amount(order["euros"]) * 100)
        orders, total = self._add(context, f"{region}.orders", 1), self._add(context, f"{region}.cents", cents)
        return json.dumps({"region": region, "orders": orders, "euros": f"{decimal.Decimal(total) / 100:.2f}"})

    def _add(self, context, key, amount):
        if context.get_user_config_value("state"):
            context.incr_counter(key, amount)
            return context.get_counter(key)
        self._totals[key] += amount
        return self._totals[key]


def text(given):
    """A message as text: Pulsar hands over a number what looks like one, and bytes what is no UTF-8."""
    return given.decode(errors="replace") if isinstance(given, bytes) else str(given)


def _from_json(line, *needed):
    try:
        found = json.loads(line)
    except ValueError as error:
        raise Rejected(f"no JSON: {error}") from None
    if not isinstance(found, dict):
        raise Rejected("no JSON object")
    if missing := [name for name in needed if not isinstance(found.get(name), str)]:
        raise Rejected(f"no {', '.join(missing)}")
    return found


def _from_csv(line):
    try:
        rows = list(csv.reader([line.strip()], strict=True))
    except csv.Error as error:
        raise Rejected(f"no CSV: {error}") from None
    if not rows or len(rows[0]) != len(COLUMNS):
        raise Rejected(f"{len(rows[0]) if rows else 0} columns, and {len(COLUMNS)} are expected: {','.join(COLUMNS)}")
    return zip(COLUMNS, rows[0], strict=True)


def _amount(written):
    try:
        value = decimal.Decimal(written)
    except decimal.InvalidOperation:
        raise Rejected(f"the amount {written!r} is no number") from None
    if not value.is_finite() or not 0 <= value <= MOST:
        raise Rejected(f"the amount {written} is not one of money")
    return value
