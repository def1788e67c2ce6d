"""`make status`: what is wrong is said first, what wasn't answered isn't made up, and sizes are short."""

import dataclasses
import http.server
import json
import threading

import pytest

from local import status, status_found, status_text
from local.problem import Problem
from local.status_values import Bookie, Broker, Copies, Function, Pod, Status, Topic

LOAD = b"""# TYPE pulsar_lb_cpu_usage gauge
pulsar_lb_cpu_usage{cluster="pulsar", broker="pulsar-broker-0", metric="loadBalancing"} 12.4
pulsar_lb_memory_usage{cluster="pulsar"} 33.9
pulsar_lb_directMemory_usage{cluster="pulsar"} 8.3
"""
STATS = json.dumps(
    {
        "public/default": {
            "0x0_0x1": {
                "persistent": {
                    "persistent://public/default/orders": {
                        "msgRateIn": 10.5,
                        "msgRateOut": 21.0,
                        "storageSize": 5 << 20,
                        "subscriptions": {"bills": {"msgBacklog": 7}, "mails": {"msgBacklog": 90}},
                    }
                },
                "non-persistent": {"non-persistent://public/default/ticks": {"msgRateIn": 1.0, "msgRateOut": 0.0}},
            }
        },
        "pulsar/system": {"0x0_0x1": {"persistent": {"persistent://pulsar/system/load": {}}}},
    }
).encode()
DISKS = json.dumps({"freeSpace": 30 << 30, "totalSpace": 100 << 30}).encode()
ANSWERS = {
    "/admin/v2/brokers/version": "4.0.13",
    "/admin/v2/tenants": ["public", "shop"],
    "/admin/v2/namespaces/public": ["public/default"],
    "/admin/v2/namespaces/shop": [],
    "/admin/v2/brokers/leaderBroker": {"brokerId": "pulsar-broker-1.pulsar-broker-headless:8080"},
    "/admin/v3/functions/public/default": ["bill"],
    "/admin/v3/functions/public/default/bill/status": {"numInstances": 3, "numRunning": 2},
}


class Rest(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        answer = ANSWERS.get(self.path)
        self.send_response(200 if answer is not None else 404)
        self.end_headers()
        if answer is not None:
            self.wfile.write((answer if isinstance(answer, str) else json.dumps(answer)).encode())

    def log_message(self, format, *args):  # noqa: A002 - the class calls it so
        pass


@pytest.fixture
def admin():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Rest) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield status_found.Admin(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


def alert(name, severity, state, summary, **labels):
    about = {"alertname": name, "severity": severity, **labels}
    return {"labels": about, "annotations": {"summary": summary}, "state": state, "activeAt": "", "value": "1e+00"}


ALERTS = json.dumps(
    {
        "status": "success",
        "data": {
            "alerts": [
                alert("BacklogGrows", "warning", "firing", "A backlog grows", pod="pulsar-broker-0"),
                alert("BookieDown", "critical", "firing", "Not every bookie answers"),
                alert("BrokerDown", "critical", "pending", "Not every broker answers"),
            ]
        },
    }
).encode()


def answering(pod, port, path):
    """Every pod but the second broker answers."""
    if pod == "pulsar-broker-1":
        return None
    if port == 9090:
        return ALERTS if path == "api/v1/alerts" else None
    if port == 8000:
        if path.endswith("cluster_info"):
            return b'{"clusterUnderReplicated": true, "ledgerReplicationEnabled": true, "unavailableBookiesCount": 0}'
        ledgers = b"bookie_SERVER_STATUS 0\nbookie_ledger_dir__pulsar_data_current_usage 91.5\n"
        return ledgers if path == "metrics" else DISKS
    return LOAD if path == "metrics/" else STATS


def topic(name, **numbers):
    zero = {"rate_in": 0.0, "rate_out": 0.0, "subscriptions": 0, "backlog": 0, "storage": 0}
    return Topic(name=name, persistent=True, **{**zero, **numbers})


PODS = (
    Pod(name="pulsar-broker-0", role="broker", ready=True),
    Pod(name="pulsar-broker-1", role="broker", ready=True),
    Pod(name="pulsar-bookie-0", role="bookie", ready=True, restarts=4),
    Pod(name="pulsar-etcd-0", role="etcd", ready=False, restarts=9),
    Pod(name="pulsar-prometheus-0", role="prometheus", ready=True),
)


@pytest.fixture
def found(admin):
    return status_found.gather(admin, PODS, {"broker": 2, "bookie": 3, "etcd": 1}, answering, worker=True)


def test_everything_that_answers_is_there(found):
    one, other = found.brokers

    assert one == Broker(
        name="pulsar-broker-0", ready=True, cpu=12.4, heap=33.9, direct=8.3, topics=3, rate_in=11.5, rate_out=21.0
    )
    assert other == Broker(name="pulsar-broker-1", ready=True)
    assert found.bookies == (
        Bookie(name="pulsar-bookie-0", ready=True, read_only=True, free=30 << 30, total=100 << 30, fullest=91.5),
    )
    assert found.tenants == {"public": ("default",), "shop": ()}
    assert found.functions == (Function(name="public/default/bill", running=2, instances=3),)


def test_a_topic_s_backlog_is_that_of_its_slowest_subscription(found):
    orders = next(each for each in found.topics if each.name == "public/default/orders")

    assert (orders.backlog, orders.subscriptions, orders.storage) == (90, 2, 5 << 20)


def test_what_is_wrong_is_said_before_the_tables(found):
    lines = status_text.text(found).splitlines()

    assert lines[0].startswith("Pulsar 4.0.13: 2 brokers, 1 bookie, 3 topics; 11.5 messages a second in, 21.0 out")
    assert lines[1:10] == [
        "! 1 bookie of 3 is there.",
        "! pulsar-etcd-0 is not ready, and was started 9 times more.",
        "! pulsar-broker-1 doesn't say what it serves.",
        "! pulsar-bookie-0 is read-only: it takes no new messages.",
        "! pulsar-bookie-0 has a disk that is 92 % full.",
        "! Some ledgers have fewer copies than they should: no other bookie may be lost until they have.",
        "! function public/default/bill: 2 of 3 instances run.",
        "! critical alert BookieDown: Not every bookie answers (docs/runbooks.md#bookiedown)",
        "! warning alert BacklogGrows (pulsar-broker-0): A backlog grows (docs/runbooks.md#backloggrows)",
    ]


def test_an_alert_that_only_waits_is_not_told_and_no_prometheus_is_no_alert(found):
    assert "BrokerDown" not in {each.name for each in found.alerts}
    assert list(status_found.alerts([None])) == []


def test_what_was_not_answered_shows_as_nothing_and_not_as_zero(found):
    line = next(each for each in status_text.text(found).splitlines() if each.startswith("pulsar-broker-1"))

    assert line.split() == ["pulsar-broker-1", "leader", "-", "-", "-", "-", "-", "-"]


def test_pulsar_s_own_topics_are_left_out_until_they_are_asked_for(found):
    assert "pulsar/system/load" not in status_text.text(found)
    assert "pulsar/system/load" in status_text.text(found, everything=True)


def test_thousands_of_topics_leave_the_busiest_on_the_screen(found):
    many = tuple(topic(f"public/default/t{number}", rate_in=float(number)) for number in range(3000))
    shown = status_text.text(dataclasses.replace(found, topics=many))

    assert "public/default/t2999 " in shown
    assert "public/default/t100 " not in shown
    assert "… and 2980 topics more: --all shows them." in shown


def test_a_topic_that_nobody_reads_any_more_is_among_thousands_for_its_backlog(found):
    busy = tuple(topic(f"public/default/t{number}", rate_in=float(number + 1)) for number in range(3000))
    stalled = topic("public/default/stalled", backlog=5_000_000)

    assert "public/default/stalled " in status_text.text(dataclasses.replace(found, topics=(*busy, stalled)))


def test_a_long_name_keeps_its_ends_in_a_narrow_window(found):
    name = "a-tenant-of-many-words/a-namespace-of-as-many/a-topic-that-says-all-it-is-for-partition-17"
    shown = status_text.text(dataclasses.replace(found, topics=(topic(name),)), width=80)

    line = next(line for line in shown.splitlines() if "…" in line)
    assert line.startswith("a-tenant-of")
    assert line.split()[0].endswith("partition-17")
    assert max(map(len, shown.split("tenant  ")[0].splitlines()[10:])) <= 80
    assert name in status_text.text(dataclasses.replace(found, topics=(topic(name),)))


def test_pods_beside_brokers_and_bookies_and_what_was_started_anew_are_told(found):
    shown = status_text.text(found)

    assert "beside them: 1 etcd" in shown
    assert "restarts: pulsar-bookie-0 4, pulsar-etcd-0 9" in shown


@pytest.mark.parametrize(
    ("copies", "words"),
    [
        (Copies(missing=False, made_anew=False, gone=0), "auto-recovery off"),
        (Copies(missing=False, made_anew=True, gone=2), "2 bookies that once had ledgers are gone"),
        (None, ""),
    ],
)
def test_what_the_bookies_say_of_their_copies_is_told(found, copies, words):
    told = "\n".join(status_text.troubles(dataclasses.replace(found, copies=copies)))

    assert words in told
    assert "fewer copies" not in told


def test_a_healthy_pulsar_has_nothing_to_look_at():
    healthy = Status(
        version="4.0.13",
        leader=None,
        pods=(Pod(name="b", role="broker", ready=True), Pod(name="k", role="bookie", ready=True)),
        wanted={"broker": 1, "bookie": 1},
        copies=Copies(missing=False, made_anew=True, gone=0),
        brokers=(Broker(name="b", ready=True, topics=0),),
        bookies=(Bookie(name="k", ready=True, read_only=False, fullest=40),),
        topics=(),
        tenants={},
        functions=(),
    )

    assert list(status_text.troubles(healthy)) == []
    assert "No topic is being served." in status_text.text(healthy)


@pytest.mark.parametrize(
    ("number", "written"),
    [(None, "-"), (0, "0 B"), (1023, "1023 B"), (1536, "1.5 Ki"), (73 << 30, "73 Gi"), (5 << 40, "5.0 Ti")],
)
def test_sizes_are_short(number, written):
    assert status_text.size(number) == written


def test_an_admin_api_that_is_not_there_is_one_sentence_with_the_way_out():
    nobody = status_found.Admin("http://127.0.0.1:9")

    with pytest.raises(Problem, match=r"127\.0\.0\.1:9 can't be reached: .*`make pulsar-admin`"):
        status_found.gather(nobody, [], {}, answering, worker=False)


def test_an_admin_api_that_refuses_says_what_it_answered(admin):
    with pytest.raises(Problem, match="answers 404 to GET /admin/v2/nothing"):
        admin.ask("/admin/v2/nothing")


def test_a_mistyped_option_is_refused(capsys):
    with pytest.raises(SystemExit):
        status._options(["--wach"])

    assert "--wach" in capsys.readouterr().err
