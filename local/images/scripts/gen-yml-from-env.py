#!/usr/bin/env python3
"""Overlay PF_* environment variables on YAML files (conf/functions_worker.yml).

The contract of the script of this name in the official image:
  PF_a_b_c=v  sets  a: {b: {c: v}};  PF_containerFactory=k8s|process|thread
keeps only that runtime's section.
"""

import os
import pathlib
import sys

import yaml

FACTORY_KEYS = {
    "k8s": "kubernetesContainerFactory",
    "process": "processContainerFactory",
    "thread": "threadContainerFactory",
}
LISTS = {
    "brokerInterceptors",
    "messagingProtocols",
    "tlsProtocols",
    "tlsCiphers",
    "authenticationProviders",
    "superUserRoles",
    "proxyRoles",
    "schemaRegistryCompatibilityCheckers",
    "brokerClientTlsCiphers",
    "brokerClientTlsProtocols",
}
INTS = {
    "workerPort",
    "numFunctionPackageReplicas",
    "failureCheckFreqMs",
    "rescheduleTimeoutMs",
    "initialBrokerReconnectMaxRetries",
    "assignmentWriteMaxRetries",
    "instanceLivenessCheckFreqMs",
}


def main():
    """Overlay every file that the command line names."""
    for path in sys.argv[1:]:
        file = pathlib.Path(path)
        conf = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        for name in sorted(os.environ):
            if not name.startswith("PF_"):
                continue
            value, parts, node = os.environ[name], name[3:].split("_"), conf
            for part in parts[:-1]:
                if not isinstance(node.get(part), dict):
                    node[part] = {}
                node = node[part]
            leaf = parts[-1]
            node[leaf] = value.split(",") if leaf in LISTS else int(value) if leaf in INTS else value
        factory = os.environ.get("PF_containerFactory")  # noqa: SIM112
        conf.pop("containerFactory", None)
        if factory in FACTORY_KEYS:
            for kind, key in FACTORY_KEYS.items():
                if kind != factory:
                    conf.pop(key, None)
        file.write_text(yaml.safe_dump(conf, default_flow_style=False, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
