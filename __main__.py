"""Deploys Apache Pulsar, and what it stands on, as the stack file says."""

import pulumi

from components import stack
from components.pulsar import Pulsar

config = pulumi.Config()
spec = stack.load(config)

cluster = spec.cluster.create("cluster", kubeconfig=config.get_secret("kubeconfig"))
on_cluster = pulumi.ResourceOptions(providers=[cluster.provider])

pulsar = Pulsar("pulsar", spec.pulsar, cluster=cluster, opts=on_cluster)

pulumi.export("service_url", pulsar.service_url)
pulumi.export("admin_url", pulsar.admin_url)
