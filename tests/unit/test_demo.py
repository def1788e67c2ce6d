"""The demo: nobody outside sees it by accident, it fills no disk, and it runs the example functions themselves."""

import asyncio
import http.server
import importlib.util
import json
import random
import re
import shutil
import subprocess
import sys
import threading
from typing import ClassVar

import pytest

from components import mistakes
from components.apps import demo
from components.clusters.cluster import Offer
from components.pulsar.objects import objects
from tests import stack_file
from tests.conftest import PROJECT
from tests.example_functions.loading import load

FOLDER = PROJECT / "examples" / "demo"


def module(name):
    spec = importlib.util.spec_from_file_location(f"demo_{name}", FOLDER / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


events, server = module("events"), module("server")


def refused(changes):
    """Every sentence that a stack file is refused with, by the setting it is about."""
    with pytest.raises(mistakes.NotADeployment) as error:
        stack_file.spec(changes)
    return {".".join(map(str, where)): sentence for where, sentence in error.value.found}


def manifests(changes):
    spec = stack_file.spec({"demo": {}, **changes})
    work = demo.workload(spec.demo, spec.pulsar, Offer(), demo.code())
    return work, objects(work)


def test_a_stack_that_says_nothing_of_it_has_none():
    assert stack_file.spec({}).demo is None


def test_it_is_reached_from_inside_alone_unless_the_stack_file_opens_it():
    _, made = manifests({})

    assert made["pulsar-demo-service"]["spec"]["type"] == "ClusterIP"


@pytest.mark.parametrize(
    ("service", "place", "words"),
    [
        ({"type": "LoadBalancer", "public": True}, "demo.service.public", "its page has no login"),
        ({"node_port": 30083}, "demo.service.node_port", "type is ClusterIP. Change the type"),
        ({"type": "NodePort", "node_port": 8000}, "demo.service.node_port", "from 30000 to 32767"),
    ],
)
def test_an_address_that_it_must_not_have_is_refused_with_the_way_out(service, place, words):
    assert words in refused({"demo.service": service})[place]


def test_a_node_port_that_the_proxy_has_is_refused():
    proxy = {"type": "NodePort", "node_ports": {"pulsar": 30081, "http": 30080}}
    found = refused({"pulsar.proxy.service": proxy, "demo.service": {"type": "NodePort", "node_port": 30080}})

    assert "pulsar.proxy.service.node_ports.http as well" in found["demo.service.node_port"]


def test_memory_in_which_it_would_be_killed_is_refused():
    assert "at least 192Mi" in refused({"demo.memory": "64Mi"})["demo.memory"]


def test_it_needs_no_image_but_pulsar_s_own():
    work, _ = manifests({"pulsar.image": "registry.example/pulsar:4.0.8"})

    assert work.image == "registry.example/pulsar:4.0.8"


def test_other_code_is_another_pod():
    spec = stack_file.spec({"demo": {}})
    files = demo.code()
    one = demo.workload(spec.demo, spec.pulsar, Offer(), files)
    other = demo.workload(spec.demo, spec.pulsar, Offer(), {**files, "demo.js": ""})

    assert one.environment != other.environment


def test_websocket_in_pods_of_its_own_is_where_the_page_reads():
    inside, _ = manifests({"pulsar.websocket": {"run_in": "proxy"}})
    apart, _ = manifests({"pulsar.websocket": {"run_in": "pods"}})

    assert inside.environment["DEMO_WEBSOCKET_URL"] == "ws://pulsar-proxy.pulsar.svc.cluster.local:8080/ws/v2"
    assert apart.environment["DEMO_WEBSOCKET_URL"] == "ws://pulsar-websocket.pulsar.svc.cluster.local:8080/ws/v2"


def test_the_functions_are_the_examples_themselves():
    examples = PROJECT / "examples" / "functions"
    own = {path.name: path.read_text() for path in examples.rglob("*.*") if path.suffix in (".py", ".java")}
    code = demo.code()

    for name in ("sentiment.py", "Weather.java", "Reading.java", "Report.java"):
        assert code[name] == own[name]
    assert sum(map(len, code.values())) < 200_000, "a ConfigMap holds a mebibyte"


def test_the_page_is_light_and_has_nothing_from_elsewhere():
    page = "".join((FOLDER / name).read_text() for name in ("index.html", "demo.css", "demo.js"))

    assert len(page.encode()) < 60_000
    assert re.findall(r"(?:https?:)?//[a-z][\w.-]+\.[a-z]{2,}", page) == []
    assert "<script>" not in page, "the policy allows none inside the page"
    assert 'style="' not in page


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node.js; the browser's tests draw the same charts")
def test_the_page_counts_and_draws_as_it_says():
    done = subprocess.run(["node", "--test", FOLDER / "demo.test.mjs"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-3000:]
    assert "# pass 0" not in done.stdout


def test_texts_are_now_good_and_now_bad():
    score = load("sentiment", "sentiment").score
    texts = events.Texts(random.Random(7))  # noqa: S311 - a demo's weather
    minutes = [[score(texts.next(second)) for second in range(start, start + 15)] for start in range(0, 600, 15)]
    means = [sum(each) / len(each) for each in minutes]

    assert max(means) > 0.3, "there is a good time"
    assert min(means) < -0.3, "and a bad one"
    assert all(score(f"It {each}.") > 0 for each in events.PRAISE)
    assert all(score(f"It {each}.") < 0 for each in events.COMPLAINTS)


def test_every_city_reports_in_turn_and_stays_on_earth():
    stations = events.Stations(random.Random(7))  # noqa: S311 - a demo's weather
    readings = [stations.next(second) for second in range(4000)]

    assert {each["city"] for each in readings[:4]} == set(events.CITIES)
    assert all(-45 < each["celsius"] < 50 for each in readings)
    assert all(each["windKmh"] >= 0 and 0 < each["humidity"] <= 100 for each in readings)
    assert set(readings[0]) == {"station", "city", "celsius", "windKmh", "humidity"}


async def talk(request, upstream=None):
    """What the server says to a request; `upstream` is what Pulsar's WebSocket says and hears."""
    heard = []

    async def pulsar(reader, writer):
        heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\nhello")
        await writer.drain()
        heard.append((await reader.read(3)).decode())
        writer.close()

    behind = await asyncio.start_server(pulsar, "127.0.0.1", 0)
    port = behind.sockets[0].getsockname()[1]
    serving = server.Server(FOLDER, f"ws://127.0.0.1:{port}/ws/v2")
    front = await asyncio.start_server(serving.handle, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*front.sockets[0].getsockname())
    writer.write(request.replace("\n", "\r\n").encode() + b"\r\n\r\n" + (upstream or b""))
    said = (await asyncio.wait_for(reader.read(), 10)).decode()
    writer.close()
    front.close()
    behind.close()
    return said, heard


UPGRADE = "Host: demo:8000\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Key: abc\nSec-WebSocket-Version: 13"
READER = "/ws/v2/reader/persistent/public/demo/sentiment?messageId=latest"


def test_the_page_comes_with_a_policy_that_lets_nothing_in():
    said, _ = asyncio.run(talk("GET / HTTP/1.1\nHost: demo"))

    assert said.startswith("HTTP/1.1 200 ")
    assert "default-src 'none'; script-src 'self'" in said
    assert "<!doctype html>" in said


def test_what_the_page_reads_is_handed_on_both_ways():
    said, heard = asyncio.run(talk(f"GET {READER} HTTP/1.1\n{UPGRADE}\nOrigin: http://demo:8000\nCookie: x=1", b"ack"))

    assert said == "HTTP/1.1 101 Switching Protocols\r\n\r\nhello"
    assert heard[0].startswith(f"GET {READER} HTTP/1.1\r\n")
    assert "cookie" not in heard[0].lower()
    assert heard[1] == "ack"


@pytest.mark.parametrize(
    "target",
    [
        "/ws/v2/producer/persistent/public/demo/sentiment",
        "/ws/v2/reader/persistent/public/default/orders",
        "/ws/v2/reader/persistent/public/demo/../default/orders",
        "/ws/v2/consumer/persistent/public/demo/sentiment/mine",
        "/admin/v2/tenants",
    ],
)
def test_nothing_but_the_demo_s_own_topics_is_reached_through_it(target):
    said, heard = asyncio.run(talk(f"GET {target} HTTP/1.1\n{UPGRADE}"))

    assert said.startswith("HTTP/1.1 403 ")
    assert heard == []


def test_another_site_s_page_reads_nothing():
    said, heard = asyncio.run(talk(f"GET {READER} HTTP/1.1\n{UPGRADE}\nOrigin: http://elsewhere.example"))

    assert said.startswith("HTTP/1.1 403 ")
    assert heard == []


class Admin(http.server.BaseHTTPRequestHandler):
    """An admin REST API that isn't there at first."""

    answers = (503, 204)
    asked: ClassVar[list] = []

    def do_PUT(self):
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, content))
        self.send_response(self.answers[len(self.asked) - 1])
        self.end_headers()

    def log_message(self, format, *args):  # noqa: A002 - the class calls it so
        pass


def test_what_it_makes_in_pulsar_is_in_a_namespace_that_forgets(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    streams = module("streams")
    with http.server.HTTPServer(("127.0.0.1", 0), Admin) as admin:
        threading.Thread(target=admin.serve_forever, daemon=True).start()
        streams.make_namespace(f"http://127.0.0.1:{admin.server_port}")
        admin.shutdown()

    (first, _), (path, policies) = Admin.asked
    assert first == path == "/admin/v2/namespaces/public/demo"
    assert 0 < policies["message_ttl_in_seconds"] <= 3600
    assert 0 < policies["retention_policies"]["retentionSizeInMB"] <= 100
    assert 0 < policies["retention_policies"]["retentionTimeInMinutes"] <= 60
