"""What a reader chooses on more pages than one. A link carries it along."""

from .panel import Variable

NAMESPACE = Variable(
    name="namespace",
    label="Namespace",
    query='label_values(pulsar_topics_count{cluster="$cluster"}, namespace)',
    everything=".*",
)
TOPIC = Variable(
    name="topic",
    label="Topic",
    query='label_values(pulsar_rate_in{cluster="$cluster",namespace=~"$namespace"}, topic)',
    everything=".*",
)
