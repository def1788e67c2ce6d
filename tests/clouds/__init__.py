"""The clouds' stacks, brought up, changed and taken down by the real engine; the clouds themselves are stand-ins."""
