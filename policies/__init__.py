"""What a stack must keep to, in Pulsar's terms, whoever wrote the program that registers it.

Rules judge what the engine is asked for, and not how it was made: nothing of the library's clusters, buckets or Pulsar
is used here, so that a mistake there can't hide from its judge.
"""
