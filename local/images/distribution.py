"""The layer with Pulsar itself, laid out as in the official image, from the distributions in Maven Central."""

import io
import pathlib
import re
import tarfile
import zipfile

from .maven import Artifact

SCRIPTS = pathlib.Path(__file__).parent / "scripts"

PINS = {
    "4.0.8": {
        "pulsar-server-distribution": "35c7d064c9e0928edbf2e708989faba0379662f98aa84ce0d4190c59efb6765e",
        "pulsar-offloader-distribution": "a73d8c48f578edbc572147351fbca742740b3fe4329f892ce80f3de717adf6c7",
    }
}

FOLDERS = (
    *("connectors", "data", "download", "functions", "instances/deps", "logs", "packages-storage", "protocols"),
    *("filters", "interceptors", "transaction-coordinators"),
)
FOREIGN_JAR = re.compile(r"(osx|windows|linux)-(x86_32|aarch_64|x86_64|armv7)\.jar$")
FOREIGN_LIBRARY = re.compile(
    r"(osx|mac|darwin|win(dows|32|64)?|aix|bsd|sunos|solaris|musl|ppc|s390|aarch64|aarch_64|arm|sparc|riscv|mips|ia64"
    r"|loongarch|android|linux32|linux-x86/|/x86/)",
    re.IGNORECASE,
)
LIBRARY = (".so", ".dll", ".jnilib", ".dylib", ".a")
SHRUNK = ("rocksdbjni", "grpc-netty-shaded", "conscrypt-openjdk-uber", "snappy-java", "jna-jpms")


def artifacts(version: str) -> tuple[Artifact, Artifact]:
    """The server and the offloaders of a release."""
    pins = PINS.get(version, {})
    server, offloaders = "pulsar-server-distribution", "pulsar-offloader-distribution"
    return (
        Artifact("org.apache.pulsar", server, version, "-bin.tar.gz", pins.get(server)),
        Artifact("org.apache.pulsar", offloaders, version, "-bin.tar.gz", pins.get(offloaders)),
    )


def inputs(version: str) -> str:
    """What the layer depends on, as text."""
    scripts = [file.read_text() for file in sorted(SCRIPTS.iterdir()) if file.is_file()]
    rules = (FOLDERS, FOREIGN_JAR.pattern, FOREIGN_LIBRARY.pattern, SHRUNK, artifacts(version))
    return repr((rules, scripts)) + pathlib.Path(__file__).read_text()


def is_foreign(name: str) -> bool:
    """Whether a file of the distribution is of no use on Linux with an x86-64 processor."""
    return name.endswith(".cmd") or (bool(FOREIGN_JAR.search(name)) and not name.endswith("linux-x86_64.jar"))


def build(target: pathlib.Path, epoch: int, server: pathlib.Path, offloaders: pathlib.Path) -> None:
    """Write the layer's tar, straight from the archives."""
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as layer:
        writer = _Writer(layer, epoch)
        writer.folder("pulsar")
        for archive, wanted in ((server, None), (offloaders, "offloaders/")):
            with tarfile.open(archive, "r|gz") as distribution:
                for member in distribution:
                    path = member.name.partition("/")[2]
                    if path and (wanted is None or path.startswith(wanted)) and not is_foreign(path):
                        writer.copy(distribution, member, f"pulsar/{path}")
        for script in sorted(SCRIPTS.glob("*.py")):
            writer.file(f"pulsar/bin/{script.name}", script.read_bytes(), executable=True)
        for folder in FOLDERS:
            writer.folder(f"pulsar/{folder}")


class _Writer:
    """Adds members with the owner, the rights and the time that the image wants."""

    def __init__(self, layer: tarfile.TarFile, epoch: int) -> None:
        self._layer = layer
        self._epoch = epoch
        self._folders: set[str] = set()

    def _header(self, name: str, mode: int) -> tarfile.TarInfo:
        header = tarfile.TarInfo(name)
        # Whoever runs in group 0 may do what uid 10000 may: pods get any uid under a restricted policy.
        header.uid, header.gid, header.mtime, header.mode = 10000, 0, self._epoch, mode
        return header

    def folder(self, name: str) -> None:
        parts = name.split("/")
        for depth in range(1, len(parts) + 1):
            path = "/".join(parts[:depth])
            if path not in self._folders:
                self._folders.add(path)
                header = self._header(path, 0o775)
                header.type = tarfile.DIRTYPE
                self._layer.addfile(header)

    def file(self, name: str, content: bytes, *, executable: bool) -> None:
        self.folder(name.rpartition("/")[0])
        header = self._header(name, 0o775 if executable else 0o664)
        header.size = len(content)
        self._layer.addfile(header, io.BytesIO(content))

    def copy(self, distribution: tarfile.TarFile, member: tarfile.TarInfo, name: str) -> None:
        if member.isdir():
            self.folder(name.rstrip("/"))
        elif member.issym():
            header = self._header(name, 0o777)
            header.type, header.linkname = tarfile.SYMTYPE, member.linkname
            self._layer.addfile(header)
        elif member.isfile() and (stream := distribution.extractfile(member)) is not None:
            content = stream.read()
            if name.endswith(".jar") and any(part in name for part in SHRUNK):
                content = shrunk(content)
            self.file(name, content, executable=bool(member.mode & 0o100) or name.startswith("pulsar/bin/"))


def shrunk(jar: bytes) -> bytes:
    """A jar without the native libraries of other platforms; every class in it stays as it is."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(jar)) as source, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as smaller:
        for entry in source.infolist():
            if entry.filename.endswith(LIBRARY) and FOREIGN_LIBRARY.search(entry.filename):
                continue
            smaller.writestr(entry, source.read(entry))
    return kept.getvalue()
