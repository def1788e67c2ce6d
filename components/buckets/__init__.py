"""Where older messages are kept. One file and one name in the union add a store."""

from typing import Annotated

import pydantic

from .azure_blob import AzureBlobSpec
from .filesystem import FilesystemSpec
from .gcs import GcsSpec
from .hdfs import HdfsSpec
from .s3 import S3Spec
from .s3_compatible import S3CompatibleSpec

TieredStorage = Annotated[
    AzureBlobSpec | FilesystemSpec | GcsSpec | HdfsSpec | S3Spec | S3CompatibleSpec,
    pydantic.Field(discriminator="kind"),
]
"""Where older messages are kept."""
