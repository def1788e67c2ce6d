"""What people look at: applications beside Pulsar."""
