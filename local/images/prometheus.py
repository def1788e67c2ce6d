"""Prometheus' image: the server of Debian's package with its page, and the libraries that it is linked to.

Debian builds it without the discoveries of Kubernetes and of clouds, so a stack that runs it says `discovery: dns`. Its
page is Prometheus' earlier one, made of Debian's own JavaScript packages.
"""

import hashlib
import pathlib
import tarfile
import tempfile

from local import paths
from local.cluster import debian as system
from local.progress import Progress

from . import archive, debian, functions, pulsar

PLACE = "/bin/prometheus"
"""Where the official image has it."""
PACKAGES = ("prometheus", "ca-certificates")
_LIBRARIES = "/lib/x86_64-linux-gnu"
_SCRIPTS = "/usr/share/javascript"
_CERTIFICATES = "/usr/share/ca-certificates/mozilla"
KEPT = (
    "/usr/bin/prometheus",
    "/usr/share/prometheus/*",
    "/usr/share/fonts-glyphicons/*",
    "/usr/share/fonts/truetype/glyphicons/*",
    *(f"{_SCRIPTS}/{name}/*" for name in ("bootstrap4", "d3", "eonasdan-bootstrap-datetimepicker", "jquery")),
    *(f"{_SCRIPTS}/{name}/*" for name in ("jquery-hotkeys", "moment", "moment-timezone", "mustache")),
    f"{_SCRIPTS}/rickshaw/*",
    # bootstrap4 is made of links to these.
    "/usr/share/nodejs/bootstrap/*",
    "/usr/share/nodejs/popper.js/*",
    # Every release of the time zones' table: 200 MB.
    f"!{_SCRIPTS}/moment-timezone/data/*",
    "!*.map",
    f"{_CERTIFICATES}/*",
    f"{_LIBRARIES}/libc.so.6",
    f"{_LIBRARIES}/ld-linux-x86-64.so.2",
    "/lib64/ld-linux-x86-64.so.2",
)
"""What of these packages, and of those that they need, the image has."""
LINKS = {
    PLACE: "/usr/bin/prometheus",
    # Debian's own link leads to modules, which a page can't load as it loads the others; its menu needs them.
    f"{_SCRIPTS}/popper.js": "../nodejs/popper.js/dist/umd",
}
"""Links that no package has like this, and where they lead."""
ENVIRONMENT = {"PATH": "/bin", "SSL_CERT_DIR": _CERTIFICATES}


def ensure(name: str, progress: Progress) -> pathlib.Path:
    """The archive with the image under `name`. Whatever its tag says, it holds the release that Debian has."""
    inputs = repr((name, debian.SUITE, PACKAGES, KEPT, LINKS, ENVIRONMENT))
    target = paths.CACHE / "images" / f"prometheus-{hashlib.sha256(inputs.encode()).hexdigest()[:16]}.tar"
    if not target.exists():
        system.ensure(system.IMAGES, progress)
        with progress.step(f"images: building {name} from Debian's packages", "half a minute, once"):
            _build(name, target)
        pulsar.prune(target, "prometheus")
    return target


def _build(name: str, target: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        files, layer = pathlib.Path(place, "files"), pathlib.Path(place, "prometheus.tar")
        debian.extract(files, PACKAGES, KEPT, pulsar.EPOCH)
        with tarfile.open(layer, "w", format=tarfile.PAX_FORMAT) as whole:
            for source in sorted(files.rglob("*")):
                inside = str(source.relative_to(files))
                # dpkg's own records, and devices that the container gets from its runtime.
                if inside.startswith(("usr", "lib")):
                    whole.add(source, inside, recursive=False, filter=lambda each: functions.fixed(each, pulsar.EPOCH))
            for link, leads_to in LINKS.items():
                header = tarfile.TarInfo(link.strip("/"))
                header.type, header.linkname = tarfile.SYMTYPE, leads_to
                whole.addfile(functions.fixed(header, pulsar.EPOCH))
        image = archive.Image((name,), (archive.layer(layer),), entrypoint=(PLACE,), environment=ENVIRONMENT)
        archive.write(target, [image])
