"""Who may run Pulsar. One file and one name in the union add an operator."""

from typing import Annotated

import pydantic

from ..model import unless_told
from .kaap import KaapSpec
from .pulsar_operator import NativeSpec
from .streamnative import StreamNativeSpec

OperatorChoice = Annotated[
    NativeSpec | KaapSpec | StreamNativeSpec, pydantic.Field(discriminator="kind"), unless_told("kind", "native")
]
