"""Whether the pods of a variant show the metrics that one of its dashboards asks for, read from their own pages."""

import json
import re
from typing import Any

from components.monitoring.dashboards import rendered
from components.monitoring.targets import Target, targets
from tests.e2e.variant import Variant


def unshown(up: Variant, page: str) -> set[str]:
    """What a dashboard asks for and no pod shows.

    Args:
        up: A Pulsar that has done what the dashboard is about.
        page: The end of the dashboard's file: `functions`.
    """
    pulsar = up.stack.spec.pulsar
    dashboard = json.loads(rendered(pulsar)[f"{pulsar.name}-{page}.json"])
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    asked = {name for each in expressions for name in re.findall(r"([a-zA-Z_:][\w:]*)\{", each)}
    assert len(asked) > 5, "The dashboard asks for nothing."
    return asked - set[str]().union(*(_shown(up.core, each) for each in targets(pulsar)))


def _shown(core: Any, target: Target) -> set[str]:
    """The names of the samples on the pages of equal pods."""
    found: set[str] = set()
    for pod in core.list_namespaced_pod(target.namespace, label_selector=target.selector).items:
        if pod.status.phase == "Running":
            page = core.connect_get_namespaced_pod_proxy_with_path(
                f"{pod.metadata.name}:{target.port}", target.namespace, target.path[1:], _preload_content=False
            )
            found |= {re.split(r"[{ ]", line, maxsplit=1)[0] for line in page.data.decode().splitlines()}
    return found
