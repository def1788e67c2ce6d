"""Where older messages are kept. One file and one name in the union add a store."""

from typing import Annotated

import pydantic

from .filesystem import FilesystemSpec

TieredStorage = Annotated[FilesystemSpec, pydantic.Field()]
"""Where older messages are kept."""
