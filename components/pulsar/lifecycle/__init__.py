"""Changes over a cluster's life: what is safe, and what is refused until it has been made safe."""
