"""The one way in which objects inside a cluster are registered."""

import pulumi
import pulumi_kubernetes as k8s


def connection(
    name: str,
    kubeconfig: pulumi.Input[str] | None,
    *,
    context: str | None = None,
    opts: pulumi.ResourceOptions,
) -> k8s.Provider:
    """The Kubernetes provider of a cluster.

    Args:
        name: its logical name.
        kubeconfig: the kubeconfig's content or path; `None` for what kubectl would use.
        context: a context of it other than its current one.
        opts: the component that it stands in.
    """
    return k8s.Provider(
        name,
        kubeconfig=kubeconfig,
        context=context,
        # An `up` that was killed left objects that the state doesn't know of; the next one takes them over.
        upsert_existing_objects=True,
        # A new configuration is an update, and the pods' template says which roll: nothing is deleted first.
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
        opts=opts,
    )
