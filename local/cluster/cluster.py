"""What the rest of the local tools know about a cluster, whichever kind it is."""

import dataclasses
import pathlib
from collections.abc import Callable

from local.images import archive as archives


@dataclasses.dataclass(frozen=True)
class Cluster:
    """A cluster that is up."""

    kind: str
    """`own`, `kind` or `existing`."""

    kubeconfig: pathlib.Path
    """A kubeconfig with this cluster as its only context; readable by its owner alone."""

    description: str
    """One line that says which cluster is in use."""

    can_pull: bool
    """Whether pods get their images from registries. If not, `load_image` brings them."""

    load: Callable[[pathlib.Path], bool]
    """Bring the images of an OCI archive into the cluster; False when it had them."""

    held: Callable[[], dict[str, str]]
    """The digest of every image in the cluster, by name; empty where that can't be asked."""

    host_ports: tuple[int, ...] = ()
    """The node ports that the host reaches on 127.0.0.1, and on no other address; empty for a cluster elsewhere."""

    def load_image(self, archive: pathlib.Path, name: str) -> bool:
        """Bring an image of an OCI archive into the cluster under its upstream name.

        Says whether anything was loaded: an image with the same content under the same name is left as it is.
        """
        wanted = archives.contents(archive).get(name)
        if wanted is None:
            raise ValueError(f"{archive} holds no image named {name}.")
        return self.load(archive)
