"""What people read before a change is made: the environments, and how one differs from another."""
