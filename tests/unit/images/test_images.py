import hashlib
import io
import json
import subprocess
import tarfile
import zipfile

import pytest

from components import stack
from evaluation import stack_files
from local import images
from local.images import archive, distribution, maven, pulsar, sharing
from local.problem import Problem


class Cluster:
    """A cluster that notes what is loaded."""

    def __init__(self, *, can_pull):
        self.can_pull = can_pull
        self.loaded = []

    def load_image(self, archive, name):
        self.loaded.append(name)
        return True


def test_nothing_is_built_where_the_cluster_pulls_the_official_images():
    cluster = Cluster(can_pull=True)
    images.ensure(cluster, None, ["busybox:1"])  # pyright: ignore[reportArgumentType]
    assert cluster.loaded == []


@pytest.mark.parametrize(
    ("given", "full"),
    [
        ("apachepulsar/pulsar-all:4.0.8", "docker.io/apachepulsar/pulsar-all:4.0.8"),
        ("busybox", "docker.io/library/busybox"),
        ("quay.io/coreos/etcd:v3.6.16", "quay.io/coreos/etcd:v3.6.16"),
        ("localhost/etcd:1", "localhost/etcd:1"),
    ],
)
def test_an_image_is_loaded_under_the_name_that_pods_ask_for(given, full):
    assert images.full_name(given) == full


def test_every_image_of_the_local_stack_can_be_made_on_a_machine_that_reaches_no_registry():
    spec = stack.read(stack_files.read("local")[stack_files.SPEC], "local")

    assert {name for name in spec.images if not images.is_made_here(name)} == set()


def small_image(folder, text=b"hello"):
    tree = archive.Tree()
    tree.file("/usr/bin/program", text)
    tree.folder("/tmp", 0o1777)
    tree.link("/bin/sh", "busybox")
    layer = tree.write(folder / "small.layer")
    return archive.Image(
        ("docker.io/library/a:1", "docker.io/library/a:latest"), (layer,), command=("/usr/bin/program",)
    )


def test_the_same_inputs_give_the_same_image_byte_by_byte(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        archive.write(tmp_path / f"{name}.tar", [small_image(tmp_path / name)])
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()


def test_an_archive_says_which_images_it_holds_without_reading_its_layers(tmp_path):
    archive.write(tmp_path / "a.tar", [small_image(tmp_path)])
    found = archive.contents(tmp_path / "a.tar")
    assert set(found) == {"docker.io/library/a:1", "docker.io/library/a:latest"}
    assert len(set(found.values())) == 1


def test_every_blob_of_an_archive_has_the_digest_that_names_it(tmp_path):
    archive.write(tmp_path / "a.tar", [small_image(tmp_path)])
    with tarfile.open(tmp_path / "a.tar") as bundle:
        blobs = [member for member in bundle if member.name.startswith("blobs/")]
        assert len(blobs) == 3
        for member in blobs:
            stream = bundle.extractfile(member)
            assert stream is not None
            assert hashlib.sha256(stream.read()).hexdigest() == member.name.rpartition("/")[2]


def test_a_changed_layer_is_not_taken_for_the_old_one(tmp_path):
    (tmp_path / "b").mkdir()
    first = archive.blobs(small_image(tmp_path))[1]
    assert archive.blobs(small_image(tmp_path / "b", b"changed"))[1] != first


def tar_gz(path, files):
    with tarfile.open(path, "w:gz") as bundle:
        for name, content in files.items():
            header = tarfile.TarInfo(name)
            header.size, header.mode, header.uid, header.mtime = len(content), 0o600, 501, 1
            bundle.addfile(header, io.BytesIO(content))
    return path


@pytest.fixture
def layer(tmp_path):
    server = tar_gz(
        tmp_path / "server.tar.gz",
        {
            "apache-pulsar-4.0.8/bin/pulsar": b"#!/usr/bin/env bash\n",
            "apache-pulsar-4.0.8/bin/pulsar.cmd": b"",
            "apache-pulsar-4.0.8/conf/broker.conf": b"clusterName=\n",
            "apache-pulsar-4.0.8/lib/io.netty-epoll-4.1-linux-x86_64.jar": b"",
            "apache-pulsar-4.0.8/lib/io.netty-epoll-4.1-linux-aarch_64.jar": b"",
            "apache-pulsar-4.0.8/lib/io.netty-kqueue-4.1-osx-x86_64.jar": b"",
        },
    )
    offloaders = tar_gz(
        tmp_path / "offloaders.tar.gz",
        {
            "apache-pulsar-offloaders-4.0.8/offloaders/jcloud.nar": b"",
            "apache-pulsar-offloaders-4.0.8/LICENSE": b"other",
        },
    )
    distribution.build(tmp_path / "layer.tar", pulsar.EPOCH, server, offloaders)
    with tarfile.open(tmp_path / "layer.tar") as bundle:
        yield {member.name: member for member in bundle}


def test_the_image_has_what_charts_and_manifests_run_where_they_look_for_it(layer):
    expected = {
        *("pulsar/bin/pulsar", "pulsar/bin/apply-config-from-env.py", "pulsar/bin/gen-yml-from-env.py"),
        *("pulsar/conf/broker.conf", "pulsar/offloaders/jcloud.nar", "pulsar/data", "pulsar/logs"),
    }
    assert expected <= set(layer)


def test_what_another_platform_needs_is_left_out(layer):
    assert [name for name in layer if name.endswith(".jar")] == ["pulsar/lib/io.netty-epoll-4.1-linux-x86_64.jar"]
    assert "pulsar/bin/pulsar.cmd" not in layer
    assert "pulsar/LICENSE" not in layer, "the offloaders' licence would replace the server's"


def test_any_user_in_group_0_can_do_what_the_images_user_can(layer):
    for member in layer.values():
        assert (member.uid, member.gid) == (10000, 0)
        owner, group = member.mode >> 6 & 7, member.mode >> 3 & 7
        assert owner == group, member.name
    assert layer["pulsar/bin/pulsar"].mode & 0o111 == 0o111


def test_the_time_of_a_build_is_not_in_the_image(layer):
    assert {member.mtime for member in layer.values()} == {pulsar.EPOCH}


def test_a_shrunk_jar_keeps_every_class_and_this_platforms_library():
    jar = io.BytesIO()
    with zipfile.ZipFile(jar, "w") as bundle:
        for name in ("org/rocksdb/RocksDB.class", "librocksdbjni-linux64.so", "librocksdbjni-osx-arm64.jnilib"):
            bundle.writestr(name, name)
    with zipfile.ZipFile(io.BytesIO(distribution.shrunk(jar.getvalue()))) as bundle:
        assert bundle.namelist() == ["org/rocksdb/RocksDB.class", "librocksdbjni-linux64.so"]


@pytest.mark.parametrize("name", ["apachepulsar/pulsar:latest", "apachepulsar/pulsar", "a/b:4.1.0-SNAPSHOT"])
def test_an_image_that_names_no_release_is_refused_with_the_way_out(name):
    with pytest.raises(Problem) as refused:
        pulsar.version_of(name)
    assert f"The image {name} doesn't end in a release" in str(refused.value)


ARTIFACT = maven.Artifact("org.example", "thing", "1.0", ".jar", hashlib.sha256(b"content").hexdigest())


def local_repository(home, content):
    file = home / ".m2" / "repository" / ARTIFACT.path
    file.parent.mkdir(parents=True)
    file.write_bytes(content)


def test_what_maven_has_fetched_before_is_not_fetched_again(tmp_path):
    local_repository(tmp_path, b"content")
    assert maven.fetch(ARTIFACT, tmp_path / "downloads", tmp_path).read_bytes() == b"content"


def test_a_file_that_is_not_the_pinned_one_is_refused(tmp_path):
    local_repository(tmp_path, b"tampered")
    with pytest.raises(Problem, match="has the sha256"):
        maven.fetch(ARTIFACT, tmp_path / "downloads", tmp_path)
    assert list((tmp_path / "downloads").iterdir()) == []


SETTINGS = """\
<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0">
  <mirrors><mirror><id>near</id><url>https://mirror.example/maven/</url><mirrorOf>{of}</mirrorOf></mirror></mirrors>
  <servers><server><id>near</id><username>me</username><password>word</password></server></servers>
</settings>
"""


@pytest.mark.parametrize(
    ("of", "url"),
    [
        ("*", "https://mirror.example/maven"),
        ("central", "https://mirror.example/maven"),
        ("*,!central", maven.CENTRAL),
        ("other", maven.CENTRAL),
    ],
)
def test_the_mirror_in_the_users_settings_stands_for_maven_central(tmp_path, of, url):
    (tmp_path / "settings.xml").write_text(SETTINGS.format(of=of))
    found = maven.repository(tmp_path / "settings.xml")
    assert found.url == url
    assert (found.username == "me") is (url != maven.CENTRAL)


def test_a_config_of_an_image_says_how_the_official_one_is_run():
    config = json.loads(
        archive.blobs(archive.Image(("a:1",), (), user="10000", working_directory="/pulsar", environment={"A": "b"}))[0]
    )
    assert config["config"] == {"Env": ["A=b"], "User": "10000", "WorkingDir": "/pulsar"}


def class_sharing(folder, **environment):
    script = (sharing.HERE / "share.sh").read_text().replace("/pulsar/cds", str(folder))
    (folder / "classpath").write_text("/pulsar/lib/a.jar:/pulsar/lib/b.jar")
    done = subprocess.run(
        [
            "bash",
            "-uc",
            f"PULSAR_GC=${{PULSAR_GC:-}} BOOKIE_GC= PULSAR_EXTRA_CLASSPATH=${{PULSAR_EXTRA_CLASSPATH:-}}\n{script}\n"
            'echo "${class_sharing:-}"',
        ],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", **environment},
    )
    return done.stdout.split()


def test_java_gets_the_very_classpath_that_the_archive_of_classes_holds_for(tmp_path):
    options = class_sharing(tmp_path, PULSAR_GC="-XX:+UseSerialGC")
    assert options[:2] == ["-cp", "/pulsar/lib/a.jar:/pulsar/lib/b.jar:/pulsar/conf"]
    assert options[-1] == "-Xshare:auto", "a missing or stale archive must not keep a broker from starting"


def test_a_folder_that_the_user_adds_to_the_classpath_is_kept(tmp_path):
    options = class_sharing(tmp_path, PULSAR_EXTRA_CLASSPATH="/mine")
    assert options[1].endswith(":/pulsar/conf:/mine")


@pytest.mark.parametrize(
    "environment", [{"PULSAR_CLASS_SHARING": "off"}, {"PULSAR_GC": "-XX:+UseZGC"}], ids=["off", "zgc"]
)
def test_java_starts_as_in_the_official_image_where_the_archive_is_of_no_use(tmp_path, environment):
    assert class_sharing(tmp_path, **environment) == []


def test_a_new_build_takes_the_place_of_the_old_one_in_the_cache(tmp_path):
    for name in ("pulsar-1.tar", "pulsar-2.tar", "pulsar-2.tar.sha256", "debian-1.tar"):
        (tmp_path / name).touch()
    pulsar.prune(tmp_path / "pulsar-2.tar", "pulsar")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["debian-1.tar", "pulsar-2.tar", "pulsar-2.tar.sha256"]
