"""What lives inside Pulsar, as a stack file describes it."""
