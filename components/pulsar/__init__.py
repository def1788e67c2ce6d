"""Apache Pulsar, natively: metadata store, bookies, brokers, proxy, WebSocket and tools as plain Kubernetes objects."""
