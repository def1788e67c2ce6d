"""Where the local tools keep things: all inside the project, unless the user says otherwise."""

import os
import pathlib

PROJECT = pathlib.Path(__file__).resolve().parent.parent
"""The folder that holds `Pulumi.yaml`."""

CACHE = pathlib.Path(os.environ.get("PULSAR_CACHE") or PROJECT / ".cache")
"""What took long to fetch or build and can be made again: safe to delete, never holds state."""

STATE = PROJECT / ".local"
"""What belongs to this checkout and can't be made again: the passphrase, the stacks' state, the kubeconfig."""

KUBECONFIG = STATE / "kubeconfig"
"""The kubeconfig of the cluster that the local stack runs on, whichever cluster that is."""
