"""What a preview says about a change: which fields, and whether the object has to be made anew."""

import pytest

from local.engine.kubernetes_plugin.diffing import mark_refused
from local.engine.kubernetes_plugin.immutable import mark_immutable
from local.engine.kubernetes_plugin.rest import ApiError
from plugin.differences import Change, differences
from plugin.values import UNKNOWN, property_path


def _object(kind, api_version="v1", **parts):
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x", "namespace": "n"}, **parts}


def _replaces(old, new, mutable=()):
    found = mark_immutable(differences(old, new), old, new, mutable)
    return [property_path(each.path) for each in found if each.replaces]


def test_the_fields_that_differ_are_named_each_with_how():
    old = {"spec": {"replicas": 1, "paused": True, "ports": [1, 2]}}
    new = {"spec": {"replicas": 2, "labels": {}, "ports": [1]}}
    assert {(property_path(each.path), each.change) for each in differences(old, new)} == {
        ("spec.replicas", Change.UPDATE),
        ("spec.paused", Change.DELETE),
        ("spec.labels", Change.ADD),
        ("spec.ports[1]", Change.DELETE),
    }


def test_the_same_inputs_differ_in_nothing():
    assert not list(differences({"a": [{"b": None}]}, {"a": [{}]}))


def test_true_is_not_one():
    assert list(differences({"a": 1}, {"a": True}))


STATEFUL = {"replicas": 1, "serviceName": "s", "template": {"spec": {"containers": []}}}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            _object("StatefulSet", "apps/v1", spec=STATEFUL),
            _object("StatefulSet", "apps/v1", spec={**STATEFUL, "replicas": 3}),
            [],
            id="a set of bookies that grows",
        ),
        pytest.param(
            _object("StatefulSet", "apps/v1", spec=STATEFUL),
            _object("StatefulSet", "apps/v1", spec={**STATEFUL, "serviceName": "t"}),
            ["spec.serviceName"],
            id="another service name",
        ),
        pytest.param(
            _object("PersistentVolumeClaim", spec={"resources": {"requests": {"storage": "1Gi"}}}),
            _object("PersistentVolumeClaim", spec={"resources": {"requests": {"storage": "2Gi"}}}),
            [],
            id="a disk that grows",
        ),
        pytest.param(
            _object("PersistentVolumeClaim", spec={"storageClassName": "a"}),
            _object("PersistentVolumeClaim", spec={"storageClassName": "b"}),
            ["spec.storageClassName"],
            id="another class of disk",
        ),
        pytest.param(
            _object("Job", "batch/v1", spec={"template": {"spec": {"image": "1"}}}),
            _object("Job", "batch/v1", spec={"template": {"spec": {"image": "2"}}}),
            ["spec.template.spec.image"],
            id="another Job",
        ),
        pytest.param(
            _object("RoleBinding", "rbac.authorization.k8s.io/v1", roleRef={"name": "a"}),
            _object("RoleBinding", "rbac.authorization.k8s.io/v1", roleRef={"name": "b"}),
            ["roleRef.name"],
            id="another role",
        ),
        pytest.param(
            _object("Service"),
            {**_object("Service"), "metadata": {"name": "y", "namespace": "n"}},
            ["metadata.name"],
            id="another name",
        ),
        pytest.param(
            _object("PodDisruptionBudget", "policy/v1beta1"),
            _object("PodDisruptionBudget", "policy/v1"),
            [],
            id="another version of the same API",
        ),
    ],
)
def test_only_what_kubernetes_cannot_change_is_replaced(old, new, expected):
    assert _replaces(old, new) == expected


def test_a_config_map_s_content_is_replaced_unless_declared_mutable_and_always_if_immutable():
    old, new = _object("ConfigMap", data={"a": "1"}), _object("ConfigMap", data={"a": "2"})
    assert _replaces(old, new) == ["data.a"]
    assert _replaces(old, new, ("ConfigMap",)) == []
    assert _replaces({**old, "immutable": True}, {**new, "immutable": True}, ("ConfigMap",)) == ["data.a"]


def test_a_stateful_set_is_not_replaced_because_something_in_it_is_not_known_yet():
    old = _object("StatefulSet", "apps/v1", spec=STATEFUL)
    assert _replaces(old, {**old, "spec": UNKNOWN}) == []


def test_what_the_api_server_calls_immutable_is_replaced():
    old, new = _object("Thing", "t/v1", spec={"a": 1, "b": 1}), _object("Thing", "t/v1", spec={"a": 2, "b": 2})
    cause = {"field": "spec.a", "message": "Invalid value: 2: field is immutable"}
    refused = ApiError(422, {"message": "Thing is invalid", "details": {"causes": [cause]}})
    marked = mark_refused(list(differences(old, new)), refused)
    assert {property_path(each.path): each.replaces for each in marked} == {"spec.a": True, "spec.b": False}


def test_what_is_plainly_wrong_is_an_error_and_no_replacement():
    cause = {"field": "spec.replicas", "message": "must be greater than or equal to 0"}
    refused = ApiError(422, {"message": "Invalid", "details": {"causes": [cause]}})
    with pytest.raises(ApiError):
        mark_refused(list(differences({"spec": {"replicas": 1}}, {"spec": {"replicas": -1}})), refused)
