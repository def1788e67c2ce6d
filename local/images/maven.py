"""Files from a Maven repository, fetched without Maven or Java.

Maven Central is asked, or the mirror of it that the user's `~/.m2/settings.xml` names.
"""

import base64
import dataclasses
import hashlib
import pathlib
import shutil
import urllib.error
import urllib.request
import xml.etree.ElementTree as ElementTree

from local.problem import Problem

CENTRAL = "https://repo.maven.apache.org/maven2"
MIRROR_OF_CENTRAL = ("*", "central", "external:*")


@dataclasses.dataclass(frozen=True)
class Repository:
    """Where files are fetched, and the credentials for it."""

    url: str = CENTRAL
    username: str = ""
    password: str = dataclasses.field(default="", repr=False)


def repository(settings: pathlib.Path) -> Repository:
    """The repository that stands for Maven Central in a user's settings."""
    if not settings.is_file():
        return Repository()
    # The user's own file, which Maven trusts in the same way.
    root = ElementTree.parse(settings).getroot()  # noqa: S314
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    for mirror in root.iterfind("mirrors/mirror"):
        covered = [entry.strip() for entry in (mirror.findtext("mirrorOf") or "").split(",")]
        if "!central" not in covered and any(entry in MIRROR_OF_CENTRAL for entry in covered):
            identity = mirror.findtext("id")
            server = next(
                (found for found in root.iterfind("servers/server") if found.findtext("id") == identity), None
            )
            return Repository(
                (mirror.findtext("url") or CENTRAL).rstrip("/"),
                (server.findtext("username") or "") if server is not None else "",
                (server.findtext("password") or "") if server is not None else "",
            )
    return Repository()


@dataclasses.dataclass(frozen=True)
class Artifact:
    """A file in a Maven repository, and its sha256 where the project pins it."""

    group: str
    name: str
    version: str
    suffix: str
    sha256: str | None = None

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}-{self.version}{self.suffix}"

    @property
    def path(self) -> str:
        """The file's path in any repository."""
        return f"{self.group.replace('.', '/')}/{self.name}/{self.version}/{self.file}"


def fetch(artifact: Artifact, folder: pathlib.Path, home: pathlib.Path | None = None) -> pathlib.Path:
    """The artifact as a file: from `folder`, from Maven's own local repository, or from the network.

    A pinned artifact is checked against its pin, another against the checksum that the repository has beside it.
    """
    maven = (home or pathlib.Path.home()) / ".m2"
    target = folder / artifact.file
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    source = repository(maven / "settings.xml")
    local = maven / "repository" / artifact.path
    if local.is_file():
        shutil.copyfile(local, partial)
    else:
        _download(source, artifact, partial)
    _verify(artifact, partial, source)
    return partial.replace(target)


def _request(source: Repository, path: str) -> urllib.request.Request:
    request = urllib.request.Request(f"{source.url}/{path}", headers={"User-Agent": "pulsar-platform"})
    if source.username:
        token = base64.b64encode(f"{source.username}:{source.password}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
    return request


def _download(source: Repository, artifact: Artifact, target: pathlib.Path) -> None:
    try:
        with urllib.request.urlopen(_request(source, artifact.path), timeout=60) as answer, target.open("wb") as stream:
            shutil.copyfileobj(answer, stream, 1 << 20)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            raise Problem(
                f"The Maven repository {source.url} has no {artifact.file}. Not every release is published there: "
                "choose another version in the stack file, or a cluster that pulls images (PULSAR_KUBECONFIG)."
            ) from error
        raise Problem(f"The Maven repository {source.url} answered {error.code} for {artifact.file}.") from error
    except OSError as error:
        raise Problem(
            f"{artifact.file} could not be fetched from {source.url} ({error}). Check the network, or name a mirror of "
            "Maven Central in ~/.m2/settings.xml."
        ) from error


def _verify(artifact: Artifact, file: pathlib.Path, source: Repository) -> None:
    algorithm, wanted = "sha256", artifact.sha256
    if wanted is None:
        algorithm = "sha1"
        try:
            with urllib.request.urlopen(_request(source, f"{artifact.path}.sha1"), timeout=60) as answer:
                wanted = answer.read().decode().split()[0]
        except OSError as error:
            raise Problem(f"{source.url} gives no checksum for {artifact.file} ({error}).") from error
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, algorithm).hexdigest()
    if found != wanted:
        file.unlink()
        raise Problem(f"{artifact.file} from {source.url} has the {algorithm} {found}, not {wanted}. Fetch it again.")
