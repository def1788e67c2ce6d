"""Connectors, as a stack file describes them and as Pulsar's REST API takes them.

Source of the JSON: `SourceConfig` and `SinkConfig` of Pulsar's admin client (sources and sinks REST API, version 3).
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

import pydantic

from ..model import Image
from .code import Code, PathInImage, absent, no_java_class, one_place
from .connector_catalogue import KNOWN, Direction, Known, meant
from .running import Retries, RunSpec, SchemaType, Subscription, dead_letters, plain_secrets
from .topic_names import TopicName


class AnyConnectorSpec(RunSpec):
    """A connector. Each direction fills in its topics."""

    scheme: ClassVar[Direction]
    """How Pulsar's packages of its kind begin."""

    type: str
    """Which way messages go."""
    connector: Annotated[str, pydantic.Field(pattern=r"^[-_a-zA-Z0-9]+$")] | None = None
    """A connector that Pulsar's image has, by its name: `mongo`, `debezium-mysql`, `kafka`, `elastic_search`."""
    archive: str | None = None
    """A connector of yours: a `.nar` or `.jar` file of the project by its path, `https://…`, or a package of Pulsar's:
    `sink://tenant/namespace/name@version`."""
    image: Image | None = None
    """An image that holds it, at `path`. With Function Mesh only."""
    path: PathInImage | None = None
    """Where its archive is in the image, such as `connectors/pulsar-io-mongo-4.0.13.nar`."""
    class_name: str | None = None
    """The class that is run. Default: what its archive says; one by image has to have it."""
    config: Mapping[str, Any] = {}
    """Its own settings, as its documentation names them. No secrets: they stand under `secrets`, by the setting."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A connector twice or nowhere, a setting that it needs, and values of secrets."""
        yield from super().mistakes()
        yield from plain_secrets(self.config, "config")
        ways = ("connector", "archive", "image")
        yield from one_place(self, ways, what="the connector", unsaid="which connector it is")
        for needed, example in (("path", "connectors/pulsar-io-mongo-4.0.13.nar"), ("class_name", "com.example.Sink")):
            if self.image and not getattr(self, needed):
                yield needed, f"is missing: an image doesn't say it by itself. Write one such as {example}."
        if self.path and not self.image:
            yield "path", "is a place in an image, and there is none. Set image, or leave path out."
        if self.class_name:
            yield from no_java_class(self.class_name, "com.example.OrdersSink")
        if self.archive and (sentence := absent(self.archive)):
            yield "archive", sentence
        yield from self._settings_mistakes()

    def _settings_mistakes(self) -> Iterator[tuple[str, str]]:
        if self.connector and (right := meant(self.scheme, self.connector)):
            yield "connector", f"{self.connector!r} is {right} in Pulsar. Write `connector: {right}`."
        elif self.connector and not self.known and any(name == self.connector for _, name in KNOWN):
            other = "sink" if self.scheme == "source" else "source"
            yield "connector", f"{self.connector!r} is a {other}. Write `type: {other}`, or choose another connector."
        for alternatives in self.known.required if self.known else ():
            if not any(each in self.config or each in self.secrets for each in alternatives):
                name = " or ".join(alternatives)
                yield (
                    f"config.{alternatives[0]}",
                    f"is missing: {self.connector} doesn't start without {name}. Set it here, or name a Secret for it "
                    "under secrets.",
                )
        for twice in sorted(self.config.keys() & self.secrets.keys()):
            yield f"secrets.{twice}", "is set under config as well. Leave one of them out."

    @property
    def known(self) -> Known | None:
        """What is known of it, where it is one of Pulsar's distribution."""
        return KNOWN.get((self.scheme, self.connector)) if self.connector else None

    @property
    def entry(self) -> str | None:
        """The class that is run, where it is known."""
        return self.class_name or (self.known.class_name if self.known else None)

    @property
    def code(self) -> Code:
        """Where its archive comes from; for one of Pulsar's image, from nowhere."""
        return Code(package=self.archive, image=self.image, path=self.path)

    def _config(self, name: str) -> dict[str, Any]:
        return {
            **self.common(name),
            "configs": dict(self.config),
            **({"archive": f"builtin://{self.connector}"} if self.connector else {}),
            **({"className": self.class_name} if self.class_name else {}),
        }

    def connector_config(self, name: str) -> dict[str, Any]:
        """The connector as the REST API takes it, without its archive where that is uploaded."""
        raise NotImplementedError


class SourceSpec(AnyConnectorSpec):
    """A connector that brings messages into Pulsar."""

    scheme: ClassVar[Direction] = "source"

    type: Literal["source"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Into Pulsar."""
    output: TopicName
    """The topic that it writes to. Debezium writes further topics beside it, one for each table."""
    schema_type: SchemaType | None = None
    """The schema of what it writes. Default: the connector's own."""

    def connector_config(self, name: str) -> dict[str, Any]:
        """`SourceConfig`."""
        return {
            **self._config(name),
            "topicName": self.output,
            **({"schemaType": self.schema_type} if self.schema_type else {}),
        }


class SinkSpec(AnyConnectorSpec):
    """A connector that brings messages out of Pulsar."""

    scheme: ClassVar[Direction] = "sink"

    type: Literal["sink"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Out of Pulsar."""
    inputs: Annotated[tuple[TopicName, ...], pydantic.Field(min_length=1)]
    """The topics that it reads."""
    subscription: Subscription | None = None
    """The name of its subscription. Default: `tenant/namespace/name` of the connector."""
    start: Literal["latest", "earliest"] = "latest"
    """Where a new subscription begins."""
    dead_letter_topic: TopicName | None = None
    """Where a message goes that failed `max_message_retries` times. Default: it is tried for ever."""
    max_message_retries: Retries | None = None
    """How often a message is tried again. Default: for ever."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Dead letters that would never be any."""
        yield from super().mistakes()
        yield from dead_letters(self)

    def connector_config(self, name: str) -> dict[str, Any]:
        """`SinkConfig`."""
        return {
            **self._config(name),
            "inputs": list(self.inputs),
            "autoAck": self.processing_guarantee != "manual",
            "sourceSubscriptionPosition": self.start.capitalize(),
            **({"sourceSubscriptionName": self.subscription} if self.subscription else {}),
            **({"maxMessageRetries": self.max_message_retries} if self.max_message_retries else {}),
            **({"deadLetterTopic": self.dead_letter_topic} if self.dead_letter_topic else {}),
        }


ConnectorSpec = Annotated[SourceSpec | SinkSpec, pydantic.Field(discriminator="type")]
"""A connector."""
