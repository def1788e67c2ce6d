"""What functions and connectors have in common: where they belong, how many run, and with what."""

import decimal
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import pydantic

from .. import secrecy
from ..buckets.bucket import PulsarNamespace
from ..model import Bytes, Cpu, ObjectName, Spec
from .topic_names import TopicName

Backend = Literal["pulsar", "function-mesh"]
Guarantee = Literal["at-most-once", "at-least-once", "effectively-once", "manual"]
SchemaType = Annotated[str, pydantic.Field(pattern=r"^[a-zA-Z][-_.a-zA-Z0-9]*$")]
"""A schema by Pulsar's name for it (`json`, `avro`, `string`), or a class of Java."""
Subscription = Annotated[str, pydantic.Field(pattern=r"^[^\s]+$")]
"""The name of a subscription."""
Retries = Annotated[int, pydantic.Field(ge=1)]

GUARANTEES: Mapping[Guarantee, str] = {
    "at-most-once": "ATMOST_ONCE",
    "at-least-once": "ATLEAST_ONCE",
    "effectively-once": "EFFECTIVELY_ONCE",
    "manual": "MANUAL",
}
"""What the REST API calls them (`FunctionConfig.ProcessingGuarantees`)."""


class SecretSpec(Spec):
    """A key of a Kubernetes Secret, in the namespace in which the pods run."""

    secret: ObjectName
    """The Kubernetes Secret. It must exist there."""
    key: Annotated[str, pydantic.Field(pattern=r"^[-._a-zA-Z0-9]+$", max_length=253)]
    """The key in it."""


class AutoscalingSpec(Spec):
    """More instances where there is much to do (a HorizontalPodAutoscaler)."""

    max: Annotated[int, pydantic.Field(ge=1)]
    """The most instances. `parallelism` is the fewest."""
    cpu_percent: Annotated[int, pydantic.Field(ge=1, le=100)] = 80
    """The part of the requested processors that all instances together may use before there are more of them."""


class RunSpec(Spec):
    """What Pulsar runs: a function or a connector."""

    namespace: PulsarNamespace = "public/default"
    """Pulsar's namespace that it belongs to."""
    backend: Backend | None = None
    """`pulsar`: Pulsar's own functions worker runs it. `function-mesh`: the Function Mesh operator does. Default:
    `function-mesh` where `operators.function_mesh` is set, else `pulsar`."""
    processing_guarantee: Guarantee = "at-least-once"
    """`at-most-once`: acknowledged before it is processed. `at-least-once`: afterwards. `effectively-once`: without
    duplicates, where the input has sequence ids. `manual`: its own code acknowledges."""
    parallelism: Annotated[int, pydantic.Field(ge=1)] = 1
    """How many instances run."""
    autoscaling: AutoscalingSpec | None = None
    """Further instances under load, with Function Mesh only. Default: `parallelism` is all."""
    cpu: Cpu = "100m"
    """Processors of each instance."""
    memory: Bytes = Bytes.parse("512Mi")
    """Memory of each instance."""
    secrets: Mapping[Annotated[str, pydantic.Field(pattern=r"^[-._a-zA-Z0-9]+$")], SecretSpec] = {}
    """Secrets, by the name under which its code asks for them."""
    log_topic: TopicName | None = None
    """Where its log goes as messages. Default: to the log alone."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Fewer instances at most than at least."""
        if self.autoscaling and self.autoscaling.max < self.parallelism:
            yield (
                "autoscaling.max",
                f"{self.autoscaling.max} is less than parallelism, {self.parallelism}, and that many run at least. "
                "Raise it, or lower parallelism.",
            )

    @property
    def tenant(self) -> str:
        """The tenant of its namespace."""
        return self.namespace.split("/")[0]

    def common(self, name: str) -> dict[str, Any]:
        """What the configurations of functions, sources and sinks share in the REST API, version 3."""
        tenant, namespace = self.namespace.split("/")
        return {
            "tenant": tenant,
            "namespace": namespace,
            "name": name,
            "parallelism": self.parallelism,
            "processingGuarantees": GUARANTEES[self.processing_guarantee],
            "resources": {"cpu": cores(self.cpu), "ram": int(self.memory)},
            **({"logTopic": self.log_topic} if self.log_topic else {}),
            # What the Kubernetes secrets provider of the functions worker understands.
            **(
                {"secrets": {key: {"path": each.secret, "key": each.key} for key, each in sorted(self.secrets.items())}}
                if self.secrets
                else {}
            ),
        }


def cores(cpu: str) -> float:
    """Processors as a number: `500m` is 0.5."""
    return float(decimal.Decimal(cpu[:-1]) / 1000 if cpu.endswith("m") else decimal.Decimal(cpu))


def plain_secrets(settings: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    """Settings, of those whose names the reader chooses, that hold a secret's value."""
    for key, value in settings.items():
        path = isinstance(value, str) and secrecy.is_path(value)
        if secrecy.named(key) and isinstance(value, str | int | float) and not isinstance(value, bool) and not path:
            yield (
                f"{where}.{key}",
                "looks like a secret, and the spec holds none. Put the value into a Kubernetes Secret and name it: "
                f"`secrets: {{{key}: {{secret: NAME, key: KEY}}}}`.",
            )


def dead_letters(spec: Any) -> Iterator[tuple[str, str]]:
    """Retries and dead letters that Pulsar and Function Mesh both refuse (`FunctionConfigUtils`, `validate.go`)."""
    if spec.dead_letter_topic and not spec.max_message_retries:
        yield (
            "dead_letter_topic",
            "would stay empty: without max_message_retries, a message is tried for ever. Set that too, such as 3.",
        )
    if spec.max_message_retries and spec.processing_guarantee == "effectively-once":
        yield (
            "max_message_retries",
            "goes against `processing_guarantee: effectively-once`, which keeps the order of the messages. "
            "Leave it out, or choose at-least-once.",
        )
