"""The chain of three: an order from a line of CSV to the totals of its region."""

import json

import pytest

from tests.example_functions.loading import load

etl = load("etl", "etl")
LINE = b"A-17,Mia,de,usd,10.80"


def chain(context, through_pulsar):
    """Three functions in a row, as their topics join them."""
    steps = (etl.Parse(), etl.Enrich(), etl.Aggregate())

    def run(message):
        for step in steps:
            message = through_pulsar(step, message, context)
            if message is None:
                return None
        return json.loads(message)

    return run


def test_an_order_becomes_part_of_its_region_s_totals(context, through_pulsar):
    run = chain(context(rates={"USD": 1.08}), through_pulsar)

    assert run(LINE) == {"region": "europe", "orders": 1, "euros": "10.00"}
    assert run(b'{"order":"A-18","customer":"Noa","country":"FR","currency":"EUR","amount":0.1}') == {
        "region": "europe",
        "orders": 2,
        "euros": "10.10",
    }
    assert run(b"A-19,Ann,US,EUR,3") == {"region": "americas", "orders": 1, "euros": "3.00"}


def test_a_country_that_nobody_knows_is_somewhere(context, through_pulsar):
    assert chain(context(), through_pulsar)(b"A-1,Zed,ZZ,EUR,3")["region"] == "elsewhere"


def test_a_customer_with_a_comma_is_one_customer(context):
    assert json.loads(etl.Parse().process('A-1,"Miller, Ann",US,EUR,3', context()))["customer"] == "Miller, Ann"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A-1,Ann,US,EUR", "4 columns, and 5 are expected"),
        ("", "0 columns"),
        ("A-1,Ann,US,EUR,much", "'much' is no number"),
        ("A-1,Ann,US,EUR,-3", "not one of money"),
        ("A-1,Ann,US,EUR,NaN", "not one of money"),
        ("A-1,Ann,US,EUR,sNaN", "not one of money"),
        ("A-1,Ann,,EUR,3", "no country"),
        ('{"order": "A-1"}', "no customer, country, currency, amount"),
        ('{"order": ', "no JSON"),
        ("A-1,Ann,US,EUR,1e999999", "not one of money"),
        ('A-1,"Ann,US,EUR,3', "no CSV"),
        (42, "1 columns"),
        (b"\xff\xfe", "1 columns"),
    ],
)
def test_what_is_no_order_goes_aside_with_its_reason(line, reason, context):
    given = context(rejected="rejected-orders")

    assert etl.Parse().process(line, given) is None
    [(topic, message, properties)] = given.published
    assert (topic, message) == ("rejected-orders", etl.text(line))
    assert reason in properties["reason"]
    assert given.metrics == [("rejected", 1)]


def test_an_order_in_a_currency_without_rate_goes_aside(context, through_pulsar):
    given = context(rejected="rejected-orders", rates={"CHF": 0.95})

    assert chain(given, through_pulsar)(LINE) is None
    assert given.published[0][2]["reason"] == "no rate for USD; rates has CHF, EUR"


@pytest.mark.parametrize(("step", "lacks"), [("Enrich", "order, customer"), ("Aggregate", "region, euros")])
def test_a_step_that_is_fed_something_else_puts_it_aside(step, lacks, context):
    given = context(rejected="rejected-orders")

    assert getattr(etl, step)().process("{}", given) is None
    assert lacks in given.published[0][2]["reason"]


def test_without_a_topic_for_them_rejected_orders_are_dropped(context):
    given = context()

    assert etl.Parse().process("no order", given) is None
    assert given.published == []


def test_no_cent_is_lost_to_floating_point(context, through_pulsar):
    run = chain(context(), through_pulsar)

    assert [run(b"A-1,Ann,DE,EUR,0.10") for _ in range(3)][-1]["euros"] == "0.30"


def test_totals_in_the_state_storage_outlive_their_instance(context, through_pulsar):
    given = context(state=True)
    chain(given, through_pulsar)(b"A-1,Ann,DE,EUR,0.10")

    assert chain(given, through_pulsar)(b"A-2,Ann,DE,EUR,0.10") == {"region": "europe", "orders": 2, "euros": "0.20"}
    assert given.counters == {"europe.orders": 2, "europe.cents": 20}
