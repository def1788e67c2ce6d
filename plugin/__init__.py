"""What every provider plugin of ours stands on: the engine's protocol, values, differences, errors, and the server.

A plugin made of it imports none of the SDK but its messages, and so starts in a fraction of a second.
"""
