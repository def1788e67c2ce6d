"""What an editor checks stack files and bases with, from the schemas that it is given."""

import json

import jsonschema
import referencing

from components.stack_schema import BASE_FILE
from evaluation import schema

_BASE = json.loads(schema.texts()[BASE_FILE])
_BESIDE = referencing.Registry[object]().with_resource(BASE_FILE, referencing.Resource.from_contents(_BASE))
STACK_FILE = jsonschema.Draft202012Validator(json.loads(schema.text()), registry=_BESIDE)
"""Checks a whole stack file."""
BASE = jsonschema.Draft202012Validator(_BASE)
"""Checks a base."""
