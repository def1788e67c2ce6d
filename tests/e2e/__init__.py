"""Everything for real: the cluster, the engine and Pulsar on this machine."""
