"""The demo page in a real browser, before a real Pulsar."""

import itertools
import pathlib
import struct
import tempfile
import time

import pytest

from local import reach
from tests import frames
from tests.e2e.browser import browser
from tests.e2e.traffic import is_ready_again, wait_for

NEXT_FRAMES = """
new Promise((done) => {
  const frames = [];
  const frame = (at) => { frames.push(at); frames.length < 181 ? requestAnimationFrame(frame) : done(frames); };
  requestAnimationFrame(frame);
})
"""


def seen(page):
    return page.ask("({...document.body.dataset})")


def inked(page, canvas):
    """How many of a canvas' pixels have been drawn on."""
    return page.ask(
        "(c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((v, at) => at % 4 == 3 && v))"
        f"(document.getElementById('{canvas}')).length"
    )


@pytest.fixture(scope="module")
def page(local_stack):
    """The page, open in a browser, with its streams running."""
    address = local_stack.spec.demo.address
    with tempfile.TemporaryDirectory() as folder, browser(pathlib.Path(folder)) as opened:
        opened.look(1080, 900)
        opened.open(address)
        opened.until("document.body.dataset.drawn", 60)
        yield opened


def test_the_first_chart_comes_within_a_second_of_the_first_message(page):
    first, drawn = (float(seen(page)[each]) for each in ("first", "drawn"))

    assert 0 <= drawn - first < 1000


def test_page_script_and_style_are_light(page):
    assert 5_000 < page.bytes < 60_000


def test_both_charts_move(page):
    page.until("Number(document.body.dataset.rate) > 10 && document.body.dataset.state === 'live'", 60)
    before, pictures = seen(page), [page.ask(f"document.getElementById('{name}').toDataURL()") for name in CANVASES]
    time.sleep(2)
    after = seen(page)

    assert int(after["messages"]) >= int(before["messages"]) + 20
    for name, picture in zip(CANVASES, pictures, strict=True):
        assert page.ask(f"document.getElementById('{name}').toDataURL()") != picture
        assert inked(page, name) > 2000
    assert 0 <= int(after["lag"]) < 2000
    assert page.ask("document.getElementById('advice').textContent").endswith((".", "…")), "the Java function's words"


def test_a_frame_is_drawn_in_time_while_messages_come(page):
    shown = page.ask(NEXT_FRAMES)
    steps = sorted(after - before for before, after in itertools.pairwise(shown))

    assert steps[len(steps) // 2] < 34, "every second frame at the least, on a machine that runs Pulsar beside it"


def test_a_thousand_messages_a_second_leave_each_frame_its_time(local_stack):
    endpoints = reach.fixed_endpoints(local_stack)
    assert endpoints
    with frames.measuring(endpoints) as measure:
        drawn = measure(1000, 10)

    print(drawn)
    assert drawn.came > 100, "a machine that has no time to send them shows nothing"
    assert 1000 / drawn.came * drawn.busy < 0.6, "Chromium paints a frame with the rest of the processor"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_of_it_in_letters_that_stand_out(page, scheme):
    page.look(360, 740, scheme, sharpness=2)
    time.sleep(0.3)

    assert page.ask("document.documentElement.scrollWidth") <= 360, "nobody scrolls sideways"
    for selector in ("h1", "header p", "dt", "dd", ".latest", "footer"):
        assert page.ask(CONTRAST.replace("SELECTOR", selector)) >= 4.5, f"{selector} in {scheme} (WCAG AA)"
    picture = page.picture()
    assert struct.unpack(">II", picture[16:24]) == (720, 1480)
    page.look(1080, 900)


def test_a_killed_broker_shows_as_a_gap_and_the_chart_goes_on(page, core, local_stack):
    namespace, name = local_stack.spec.pulsar.namespace, f"{local_stack.spec.pulsar.name}-broker-0"
    page.until("document.body.dataset.state === 'live'", 60)
    old = core.read_namespaced_pod(name, namespace).metadata.uid
    core.delete_namespaced_pod(name, namespace, grace_period_seconds=0)

    page.until("document.body.dataset.state === 'lost'", 60)
    # A chart shows a minute, and a broker may take longer than that to be back on a busy machine.
    page.until("Math.max(...JSON.parse(document.body.dataset.gaps)) > 1500", 30)
    assert wait_for(lambda: is_ready_again(core, namespace, name, old))
    page.until("document.body.dataset.state === 'live' && Number(document.body.dataset.rate) > 10", 120)


def test_the_page_had_nothing_to_complain_about(page):
    # A connection that a broker's end took with it is told by the browser itself, not by the page.
    assert [each for each in page.complaints if "WebSocket connection to" not in each] == []


CANVASES = ("sentiment", "weather")
CONTRAST = """
(() => {
  const shine = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const element = document.querySelector("SELECTOR");
  let under = element;
  while (getComputedStyle(under).backgroundColor === "rgba(0, 0, 0, 0)") under = under.parentElement;
  const two = [getComputedStyle(element).color, getComputedStyle(under).backgroundColor].map(shine);
  return (Math.max(...two) + 0.05) / (Math.min(...two) + 0.05);
})()
"""
