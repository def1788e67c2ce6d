"""Deploys Apache Pulsar, and what it stands on, as the stack file says."""

import pulumi

from components import monitoring, stack
from components.apps.console import Console
from components.apps.demo import Demo
from components.buckets import policies
from components.operators import function_mesh_resources, resources_tenants
from components.pulsar.deployment import Pulsar
from components.tenancy import native, worker
from components.tenancy.admin import connection

config = pulumi.Config()
spec = stack.load(config)
secrets = stack.secrets(config)

cluster = spec.cluster.create("cluster", kubeconfig=secrets.get("kubeconfig"), demands=spec.demands())
access = spec.pulsar.tiered_access("tiered-storage", cluster=cluster, secrets=secrets)

within = pulumi.ResourceOptions(providers=[cluster.provider])
pulsar = Pulsar(
    "pulsar",
    spec.pulsar,
    offer=spec.cluster.offer,
    access=access,
    secrets=secrets,
    opts=within,
)

if spec.console:
    Console("console", spec.console, pulsar=spec.pulsar, offer=spec.cluster.offer, opts=within)
if spec.demo:
    Demo("demo", spec.demo, pulsar=spec.pulsar, offer=spec.cluster.offer, needed=[pulsar.around], opts=within)

operators = spec.operators.create(within)
admin = connection(spec, cluster)
needed: list[pulumi.Resource] = [pulsar]
needed += resources_tenants.deploy(spec, operators, needed=[pulsar], opts=within)
needed += native.deploy(spec, admin, needed=[pulsar])
policies.deploy(spec.pulsar, around=pulsar, needed=needed, opts=within)
function_mesh_resources.deploy(spec, operators, needed=needed, opts=within)
worker.deploy(spec, admin, needed=needed)
monitoring.deploy(spec, needed=pulsar.namespaces, opts=within)

pulumi.export("service_url", pulsar.service_url)
pulumi.export("admin_url", pulsar.admin_url)
if cluster.kubeconfig:
    pulumi.export("kubeconfig", pulumi.Output.secret(cluster.kubeconfig))
