"""The clouds' credential helpers for kubectl, standing in: each prints one user's token or certificate."""

import base64
import json
import pathlib
import shlex
from collections.abc import Mapping
from typing import Any

from local.engine.stand_ins import write_program

PROGRAMS = ("aws", "gke-gcloud-auth-plugin", "kubelogin")


def install(folder: pathlib.Path, user: Mapping[str, Any]) -> None:
    """Put the helpers into a folder.

    Args:
        folder: goes on PATH.
        user: as a kubeconfig has it.
    """
    # The answer has to be of the version that was asked for.
    answer = json.dumps({"apiVersion": "@", "kind": "ExecCredential", "status": _status(user)})
    script = (
        "#!/bin/sh\n"
        "version=v1\n"
        'case "$KUBERNETES_EXEC_INFO" in *client.authentication.k8s.io/v1beta1*) version=v1beta1;; esac\n'
        f"printf '%s\\n' {shlex.quote(answer)} | sed \"s|@|client.authentication.k8s.io/$version|\"\n"
    )
    for name in PROGRAMS:
        write_program(folder / name, script)


def _status(user: Mapping[str, Any]) -> dict[str, str]:
    if "token" in user:
        return {"token": user["token"]}
    return {
        "clientCertificateData": _text(user, "client-certificate"),
        "clientKeyData": _text(user, "client-key"),
    }


def _text(user: Mapping[str, Any], key: str) -> str:
    if f"{key}-data" in user:
        return base64.b64decode(user[f"{key}-data"]).decode()
    return pathlib.Path(user[key]).read_text()
