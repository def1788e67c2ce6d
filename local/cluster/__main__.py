"""`python -m local.cluster up | down | status`: the cluster without the rest of the local stack."""

import sys

from local import cluster
from local.problem import Problem
from local.progress import Progress


def main(arguments: list[str]) -> int:
    """Do what the one argument says and give the exit status."""
    progress = Progress()
    try:
        match arguments:
            case ["up"]:
                found = cluster.up(progress)
                progress.say(f"cluster: {found.description}; export KUBECONFIG={found.kubeconfig}")
            case ["down"]:
                cluster.down(progress)
                for left in cluster.leftovers():
                    progress.say(f"cluster: left behind: {left}")
            case ["status"]:
                print(cluster.status())
            case _:
                print("usage: python -m local.cluster up | down | status", file=sys.stderr)
                return 2
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
