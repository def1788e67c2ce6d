"""Functions, as a stack file describes them and as Pulsar's REST API takes them.

Source of the JSON: `FunctionConfig` of Pulsar's admin client (functions REST API, version 3). Source of what a language
can't do: `FunctionConfigUtils` of Pulsar's own code.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

import pydantic

from ..model import Image
from .code import Code, PathInImage, absent, no_java_class, one_place
from .python_code import not_found
from .running import Retries, RunSpec, SchemaType, Subscription, dead_letters, plain_secrets
from .topic_names import TopicName, whole

JavaType = Annotated[str, pydantic.Field(pattern=r"^(\[B|([a-zA-Z_]\w*\.)*[a-zA-Z_$][\w$]*)$")]
"""A class of Java, by its whole name; `[B` is an array of bytes."""


class AnyFunctionSpec(RunSpec):
    """A function. Each language fills in how its code is named."""

    suffix: ClassVar[str]
    """How the file of its code ends, where the stack file has the text."""
    field: ClassVar[str]
    """What the REST API calls the code: `py`, `jar`, `go`."""

    language: str
    """What it is written in."""
    package: str | None = None
    """Its code: a file of the project by its path, `https://…`, or a package of Pulsar's:
    `function://tenant/namespace/name@version`."""
    image: Image | None = None
    """An image that holds its code, at `path`. With Function Mesh only."""
    path: PathInImage | None = None
    """Where the code is in the image."""
    inputs: tuple[TopicName, ...] = ()
    """The topics that it reads."""
    topic_pattern: str | None = None
    """A regular expression in place of names: every topic of one namespace that matches is read."""
    output: TopicName | None = None
    """The topic that it writes what it returns to. Default: what it returns is dropped."""
    input_schema: SchemaType | None = None
    """The schema of the input. Default: what its code says."""
    output_schema: SchemaType | None = None
    """The schema of the output. Default: what its code says."""
    input_type: JavaType = "[B"
    """The class of Java of what comes in. Function Mesh must be told; Pulsar's own worker looks into the package."""
    output_type: JavaType = "[B"
    """The class of Java of what goes out."""
    dead_letter_topic: TopicName | None = None
    """Where a message goes that failed `max_message_retries` times. Default: it is tried for ever."""
    max_message_retries: Retries | None = None
    """How often a message is tried again. Default: for ever."""
    subscription: Subscription | None = None
    """The name of its subscription. Default: `tenant/namespace/name` of the function."""
    start: Literal["latest", "earliest"] = "latest"
    """Where a new subscription begins."""
    user_config: Mapping[str, Any] = {}
    """What its code is told, as it asks for it by name. No secrets."""
    state: bool = False
    """Whether it keeps state in Pulsar (counters and values by key)."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """No input, code twice or nowhere, and what Pulsar would refuse."""
        yield from super().mistakes()
        yield from dead_letters(self)
        yield from plain_secrets(self.user_config, "user_config")
        yield from self._code_mistakes()
        if not self.inputs and not self.topic_pattern:
            yield "inputs", "is missing: a function reads at least one topic. Write `inputs: [TOPIC]`."
        if self.inputs and self.topic_pattern:
            yield "topic_pattern", "is there and inputs as well. Leave one of them out."
        if self.topic_pattern and not re.match(r"((non-)?persistent://)?[-=:.\w]+/[-=:.\w]+/.", self.topic_pattern):
            yield (
                "topic_pattern",
                f"{self.topic_pattern[:80]!r} doesn't begin with a tenant and a namespace. Write one such as "
                "persistent://public/default/orders-.*.",
            )
        if self.output and whole(self.output) in map(whole, self.inputs):
            yield (
                "output",
                f"{self.output} is an input as well: the function would be fed what it returned, without end. "
                "Choose another topic.",
            )

    def _code_mistakes(self) -> Iterator[tuple[str, str]]:
        yield from one_place(self, self.sources(), what="the code", unsaid="where the code is")
        if bool(self.image) != bool(self.path):
            yield (
                ("path", "is missing: it says where in the image the code is, such as /pulsar/functions/orders.jar.")
                if self.image
                else ("path", "is a place in an image, and there is none. Set image, or leave path out.")
            )
        if self.package and (sentence := absent(self.package)):
            yield "package", sentence

    @classmethod
    def sources(cls) -> tuple[str, ...]:
        """The settings of which one says where the code is."""
        return ("package", "image")

    @property
    def code(self) -> Code:
        """Where its code comes from."""
        return Code(package=self.package, image=self.image, path=self.path)

    def function_config(self, name: str) -> dict[str, Any]:
        """The function as the REST API takes it (`FunctionConfig`), without its code."""
        specs = {topic: {"schemaType": self.input_schema} if self.input_schema else {} for topic in self.inputs}
        specs |= (
            {
                self.topic_pattern: {
                    "regexPattern": True,
                    **({"schemaType": self.input_schema} if self.input_schema else {}),
                }
            }
            if self.topic_pattern
            else {}
        )
        return {
            **self.common(name),
            **self.language_config(),
            "inputSpecs": specs,
            "autoAck": self.processing_guarantee != "manual",
            "subscriptionPosition": self.start.capitalize(),
            **({"output": self.output} if self.output else {}),
            **({"outputSchemaType": self.output_schema} if self.output_schema else {}),
            **({"maxMessageRetries": self.max_message_retries} if self.max_message_retries else {}),
            **({"deadLetterTopic": self.dead_letter_topic} if self.dead_letter_topic else {}),
            **({"subName": self.subscription} if self.subscription else {}),
            **({"userConfig": dict(self.user_config)} if self.user_config else {}),
        }

    def language_config(self) -> dict[str, Any]:
        """What the language adds to it."""
        raise NotImplementedError

    @property
    def entry(self) -> str | None:
        """The class that is run, where the language has one."""
        raise NotImplementedError


class PythonFunctionSpec(AnyFunctionSpec):
    """A function in Python."""

    suffix: ClassVar[str] = ".py"
    field: ClassVar[str] = "py"

    language: Literal["python"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Python."""
    inline: str | None = None
    """Its code, as text in the stack file."""
    class_name: str
    """The class that is run, behind its module: `sentiment.Sentiment`. Or a module alone, whose function `process` is
    run. Inlined code becomes the file of that module."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A name that isn't one of Python or not in the code, and what Pulsar's runtime for Python can't do."""
        yield from super().mistakes()
        if not re.fullmatch(r"([^\W\d]\w*\.)*[^\W\d]\w*", self.class_name):
            yield (
                "class_name",
                f"{self.class_name[:80]!r} is not a module of Python and a class in it. Write one such as "
                "sentiment.Sentiment.",
            )
        else:
            for sentence in not_found(self.class_name, self.code):
                yield "class_name", sentence
        yield from _beyond(self, "Python")

    @classmethod
    def sources(cls) -> tuple[str, ...]:
        """Text as well."""
        return ("package", "image", "inline")

    @property
    def code(self) -> Code:
        """Where its code comes from. Inlined code is the file of its module."""
        return Code(
            package=self.package,
            image=self.image,
            path=self.path,
            text=self.inline,
            file=f"{self.class_name.split('.')[0]}{self.suffix}" if self.inline else None,
        )

    def language_config(self) -> dict[str, Any]:
        """Python and what is run."""
        return {"runtime": "PYTHON", "className": self.class_name}

    @property
    def entry(self) -> str | None:
        """The class behind its module, or the module."""
        return self.class_name


class JavaFunctionSpec(AnyFunctionSpec):
    """A function in Java, or another language of the JVM."""

    suffix: ClassVar[str] = ".jar"
    field: ClassVar[str] = "jar"

    language: Literal["java"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Java."""
    class_name: str
    """The class that is run, with its package: `com.example.Weather`."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """A class without its package."""
        yield from super().mistakes()
        yield from no_java_class(self.class_name, "com.example.Weather")

    def language_config(self) -> dict[str, Any]:
        """Java and the class."""
        return {"runtime": "JAVA", "className": self.class_name}

    @property
    def entry(self) -> str | None:
        """The class, with its package."""
        return self.class_name


class GoFunctionSpec(AnyFunctionSpec):
    """A function in Go: a program that was built for the nodes' processors."""

    suffix: ClassVar[str] = ""
    field: ClassVar[str] = "go"

    language: Literal["go"]  # pyright: ignore[reportIncompatibleVariableOverride]
    """Go."""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What Pulsar's runtime for Go can't do."""
        yield from super().mistakes()
        yield from _beyond(self, "Go")
        if self.state:
            yield "state", "is not kept for Go. Leave it out, or write the function in Java or Python."

    def language_config(self) -> dict[str, Any]:
        """Go. The program is what runs."""
        return {"runtime": "GO"}

    @property
    def entry(self) -> str | None:
        """None: a program of Go has one entry."""
        return None


FunctionSpec = Annotated[
    PythonFunctionSpec | JavaFunctionSpec | GoFunctionSpec, pydantic.Field(discriminator="language")
]
"""A function."""


def _beyond(spec: AnyFunctionSpec, language: str) -> Iterator[tuple[str, str]]:
    if spec.processing_guarantee == "effectively-once":
        yield (
            "processing_guarantee",
            f"'effectively-once' is not kept by Pulsar's runtime for {language}. Choose at-least-once, or write the "
            "function in Java.",
        )
    if spec.max_message_retries:
        yield (
            "max_message_retries",
            f"is not known to Pulsar's runtime for {language}. Leave it and dead_letter_topic out, or write the "
            "function in Java.",
        )
