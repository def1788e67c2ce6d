"""The smallest cluster and the smallest bucket on Google Cloud, as a stack file has them."""

from typing import Any

GKE: dict[str, Any] = {
    "provider": "gke",
    "project": "events-4711",
    "region": "europe-west1",
    "zones": ["europe-west1-b", "europe-west1-c", "europe-west1-d"],
}
GCS: dict[str, Any] = {"kind": "gcs", "bucket": "events-older"}
