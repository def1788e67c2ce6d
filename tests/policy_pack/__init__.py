"""Rules on a model of a stack, changed one thing at a time, and the pack in the engine's hands."""
