"""Stand-ins for the plugins of AWS, Google Cloud and Azure, for tests alone: nothing is made in any cloud.

They speak the engine's protocol on the same base as the Kubernetes plugin, know from the source of each cloud's SDK
what a resource takes and gives, make up plausible outputs, and remember what was made in a folder.
"""
