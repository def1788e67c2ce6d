"""The levels and settings of each environment, held to what the rules take."""

import json
import pathlib
from typing import Any

import jsonschema
import pytest

from components import versions
from local.paths import PROJECT
from policies import crossguard
from policies.rules import RULES

FILES = sorted((PROJECT / "policies").glob("*.json"))
LEVELS = ("advisory", "mandatory", "remediate", "disabled")
BY_ID = {rule.id: rule for rule in RULES}


def configured(path: pathlib.Path) -> dict[str, Any]:
    return json.loads(path.read_text())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_configuration_names_rules_levels_and_settings_that_exist(path: pathlib.Path):
    for name, told in configured(path).items():
        assert name == "all" or name in BY_ID, "The engine would leave it unread."
        level, settings = (told, {}) if isinstance(told, str) else (told.pop("enforcementLevel"), told)
        assert level in LEVELS
        if settings:
            taken = {
                "type": "object",
                "properties": crossguard.schema(BY_ID[name]),
                "additionalProperties": False,
            }
            jsonschema.validate(settings, taken)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_defaults_of_a_rule_are_settings_that_it_takes(rule: Any):
    assert crossguard.as_policy(rule, crossguard.Asked()).name == rule.id
    jsonschema.validate(dict(rule.defaults), {"properties": crossguard.schema(rule)})


def test_every_image_that_is_deployed_by_itself_comes_from_a_known_registry():
    allowed = BY_ID["images-come-from-known-registries"].defaults["registries"]
    images = [
        *(value for name, value in vars(versions).items() if name.endswith("_IMAGE")),
        *(line.image for line in versions.LINES.values()),
    ]

    assert [image for image in images if not any(image.startswith(f"{each}/") for each in allowed)] == []


def test_an_exemption_without_a_reason_is_refused():
    taken = {"properties": crossguard.schema(RULES[0])}
    jsonschema.validate({"exempt": [{"object": "pulsar-proxy", "reason": "reached through a gateway"}]}, taken)

    for unreasoned in ({"object": "pulsar-proxy"}, {"object": "pulsar-proxy", "reason": "because"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"exempt": [unreasoned]}, taken)


def test_production_is_never_milder_than_the_rules_themselves():
    strictness = {"disabled": 0, "advisory": 1, "remediate": 2, "mandatory": 2}

    for name, told in configured(PROJECT / "policies" / "production.json").items():
        level = told if isinstance(told, str) else told["enforcementLevel"]
        assert strictness[level] >= strictness[BY_ID[name].level]
