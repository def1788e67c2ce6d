"""The embedded default: a cluster, images and the engine, on one bare machine."""
