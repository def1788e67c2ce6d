"""The rules as Pulumi's policy packs have them."""

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, cast

import pulumi_policy as policy
from pulumi_policy.proxy import UnknownValueError

from .rule import AnyRule, Exemption, Resource, ResourceRule, StackRule, findings
from .values import UNKNOWN

NAME = "pulsar"
EXEMPT = "exempt"
"""The setting that every rule has: what it leaves alone."""

_EXEMPTIONS = {
    "type": "array",
    "description": "Objects that the rule leaves alone, each with the reason.",
    "default": [],
    "items": {
        "type": "object",
        "properties": {
            "object": {"type": "string", "minLength": 1},
            "reason": {"type": "string", "minLength": 10},
            "stack": {"type": "string", "minLength": 1},
        },
        "required": ["object", "reason"],
        "additionalProperties": False,
    },
}


class Asked:
    """What the engine was asked for, resource by resource.

    A rule about the whole stack is told what resources have become, which in a preview is nothing where their provider
    can't be reached yet, as that of a cluster that doesn't exist.
    """

    def __init__(self) -> None:
        self._properties: dict[str, Mapping[str, Any]] = {}
        self._noted_by: dict[str, str] = {}

    def note(self, rule: AnyRule, args: policy.ResourceValidationArgs) -> None:
        """Keep a resource's properties, once for all the rules that are told of them."""
        if self._noted_by.setdefault(args.urn, rule.id) == rule.id:
            self._properties[args.urn] = plain(args.props)

    def completed(self, urn: str, outputs: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a resource has become, and what it was asked to be."""
        return {**self._properties.get(urn, {}), **outputs}


def serve(rules: Sequence[AnyRule]) -> None:
    """Answer the engine until it is done."""
    asked = Asked()
    policy.PolicyPack(NAME, [as_policy(rule, asked) for rule in rules])


def schema(rule: AnyRule) -> dict[str, dict[str, Any]]:
    """What the engine checks a configuration of the rule with."""
    own = {
        name: {**setting.schema, "description": setting.meaning, "default": setting.default}
        for name, setting in rule.settings.items()
    }
    return {**own, EXEMPT: _EXEMPTIONS}


def as_policy(rule: AnyRule, asked: Asked) -> policy.Policy:
    """One rule as the engine asks it."""
    about = {
        "name": rule.id,
        "description": rule.says,
        "enforcement_level": policy.EnforcementLevel(rule.level),
        "config_schema": policy.PolicyConfigSchema(schema(rule)),
    }
    if isinstance(rule, StackRule):
        return policy.StackValidationPolicy(
            validate=lambda args, report: _judge_stack(rule, asked, args, report), **about
        )
    # The SDK takes no `None` where there is no remedy.
    remedy = {"remediate": lambda args: _remedied(rule, args)} if rule.remedy else {}
    return policy.ResourceValidationPolicy(
        validate=lambda args, report: _judge(rule, asked, args, report), **remedy, **about
    )


def _judge(
    rule: ResourceRule, asked: Asked, args: policy.ResourceValidationArgs, report: policy.ReportViolation
) -> None:
    asked.note(rule, args)
    if _token(args.resource_type) not in rule.types:
        return
    for _, sentence in _found(rule, [_resource(args, plain(args.props))], args.get_config()):
        report(sentence, None)


def _judge_stack(
    rule: StackRule, asked: Asked, args: policy.StackValidationArgs, report: policy.ReportViolation
) -> None:
    resources = [_resource(each, asked.completed(each.urn, plain(each.props))) for each in args.resources]
    for resource, sentence in _found(rule, resources, args.get_config()):
        report(sentence, resource.urn)


def _found(rule: AnyRule, resources: Sequence[Resource], config: Mapping[str, Any]) -> list[tuple[Resource, str]]:
    told = plain(config)
    exempt = [Exemption(**each) for each in told.pop(EXEMPT, ())]
    return findings(rule, resources, told, exempt)


def _remedied(rule: ResourceRule, args: policy.ResourceValidationArgs) -> Mapping[str, Any] | None:
    resource = _resource(args, plain(args.props))
    exempt = [Exemption(**each) for each in plain(args.get_config()).get(EXEMPT, ())]
    if rule.remedy is None or resource.token not in rule.types or any(each.covers(resource) for each in exempt):
        return None
    changes = list(rule.remedy(resource.token, resource.properties))
    for (*parents, last), value in changes:
        target: Any = args.props
        for key in parents:
            target = target[key]
        cast("MutableMapping[Any, Any]", target)[last] = value
    return args.props if changes else None


def _token(token: str) -> str:
    return Resource(type=token, name="", properties={}).token


def _resource(args: policy.ResourceValidationArgs | policy.PolicyResource, properties: Mapping[str, Any]) -> Resource:
    sources = getattr(args, "property_dependencies", {})
    return Resource(
        type=args.resource_type,
        name=args.name,
        properties=properties,
        urn=args.urn,
        protected=args.opts.protect,
        inputs_from={key: frozenset(each.urn for each in found) for key, found in sources.items()},
    )


def plain(value: Any) -> Any:
    """The engine's values without the SDK's wrappers, with whole numbers as such."""
    if isinstance(value, Mapping):
        return {key: _plain_at(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain_at(value, index) for index in range(len(value))]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _plain_at(container: Any, key: Any) -> Any:
    try:
        return plain(container[key])
    except UnknownValueError:
        return UNKNOWN
