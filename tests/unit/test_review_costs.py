"""What a change costs: in units that a bill has, and in what crosses zones."""

from collections.abc import Mapping

from review import costs, traffic
from review.sides import Resource

AWS: Mapping[str, str] = {
    "cluster.zones": "[a, b, c]",
    "pulsar.bookkeeper.write_quorum": "3",
    "pulsar.broker.replicas": "3",
    "pulsar.proxy.replicas": "3",
}


def bookies(replicas: int, size: str = "1Ti") -> Resource:
    requests = {"requests": {"cpu": "500m", "memory": "2Gi"}}
    claim = {"spec": {"storageClassName": "gp3", "resources": {"requests": {"storage": size}}}}
    spec = {
        "replicas": replicas,
        "template": {"spec": {"containers": [{"resources": requests}]}},
        "volumeClaimTemplates": [claim],
    }
    return Resource("kubernetes:apps/v1:StatefulSet", "bookie", {"spec": spec})


def pool(name: str, machine: str, nodes: int) -> list[Resource]:
    group = {"launchTemplate": {"id": f"{name}-id"}, "scalingConfig": {"desiredSize": nodes}}
    return [
        Resource("aws:ec2/launchTemplate:LaunchTemplate", name, {"instanceType": machine}),
        Resource("aws:eks/nodeGroup:NodeGroup", f"{name}-a", group),
    ]


def crossing(**changes: str) -> list[str]:
    after = {
        **AWS,
        **{
            f"{'cluster' if key == 'zones' else 'pulsar'}.{key}".replace("__", "."): value
            for key, value in changes.items()
        },
    }
    return list(traffic.differences(AWS, after))


def test_a_bookie_more_is_a_volume_more_and_what_its_pod_asks_for():
    assert costs.differences([bookies(3)], [bookies(4)]) == [
        "Volumes: 3 → 4.",
        "Size of volumes (gp3): 3072 GiB → 4096 GiB.",
        "Pods: 3 → 4, 1.5 → 2 processors asked for, 6 GiB → 8 GiB of memory asked for.",
    ]


def test_the_volumes_of_a_bookie_that_goes_are_still_paid_for():
    assert costs.differences([bookies(4)], [bookies(3)]) == [
        "Pods: 4 → 3, 2 → 1.5 processors asked for, 8 GiB → 6 GiB of memory asked for.",
        "Volumes of pods that go stay (1, 1024 GiB), and are paid for until their claims are deleted.",
    ]


def test_a_difference_that_no_number_shows_is_not_told():
    def proxy(processors: str) -> Resource:
        containers = [{"resources": {"requests": {"cpu": processors}}}]
        spec = {"replicas": 100, "template": {"spec": {"containers": containers}}}
        return Resource("kubernetes:apps/v1:Deployment", "proxy", {"spec": spec})

    assert costs.differences([proxy("1000m")], [proxy("1001m")]) == []


def test_many_volumes_are_a_number_that_people_read():
    assert "Size of volumes (gp3): 12288 GiB → 13312 GiB." in costs.differences([bookies(12)], [bookies(13)])


def test_another_machine_is_told_by_its_name():
    told = costs.differences(pool("bookie", "m7i.xlarge", 6), pool("bookie", "m7i.4xlarge", 6))

    assert told == ["Nodes (m7i.4xlarge): 0 → 6.", "Nodes (m7i.xlarge): 6 → 0."]


def test_a_public_way_in_is_a_load_balancer():
    def service(kind: str) -> list[Resource]:
        return [Resource("kubernetes:core/v1:Service", "proxy", {"spec": {"type": kind}})]

    assert costs.differences(service("ClusterIP"), service("LoadBalancer")) == ["Load balancers: 0 → 1."]


def test_what_costs_the_same_is_not_told():
    assert costs.differences([bookies(3)], [bookies(3)]) == []


def test_a_copy_more_crosses_zones_with_the_reasoning():
    (told,) = crossing(bookkeeper__write_quorum="2")

    assert "2.7 cross zones instead of 3.3" in told
    assert "2 copies times 2/3" in told


def test_one_zone_fewer_is_told_for_all_that_goes_from_pod_to_pod():
    (told,) = crossing(zones="[a, b]")

    assert "1/2 goes to another zone (2/3 before)" in told


def test_one_zone_alone_has_nothing_that_crosses_and_nothing_that_survives_it():
    (told,) = crossing(zones="[a]")

    assert "nothing crosses zones" in told
    assert "all of Pulsar's" in told


def test_fewer_brokers_than_zones_leave_a_zone_without_one():
    (told,) = crossing(broker__replicas="2")

    assert "1 of 3 zones: no broker of its own" in told


def test_more_brokers_than_zones_change_nothing_that_crosses():
    assert crossing(broker__replicas="6", proxy__replicas="9") == []


def test_where_the_zones_are_not_known_the_rule_is_told_instead_of_a_number():
    unknown = {key: value for key, value in AWS.items() if key != "cluster.zones"}

    (told,) = traffic.differences(unknown, {**unknown, "pulsar.bookkeeper.write_quorum": "2"})

    assert "(Z - 1) / Z" in told


def test_a_peer_is_traffic_between_regions():
    (told,) = traffic.differences(AWS, {**AWS, "pulsar.peers.east.service_url": "pulsar://east:6650"})

    assert told.startswith("To east:")
