import datetime
import ipaddress
import stat

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from local.cluster import kubeconfig, pki
from local.cluster.layout import Layout
from local.problem import Problem


class Placed(Layout):
    """A layout in a folder of the test's own."""

    def __init__(self, folder):
        super().__init__()
        object.__setattr__(self, "folder", folder)

    @property
    def state(self):
        return self.folder  # pyright: ignore[reportAttributeAccessIssue]


@pytest.fixture(scope="module")
def layout(tmp_path_factory):
    layout = Placed(tmp_path_factory.mktemp("state"))
    pki.ensure(layout)
    return layout


def certificate(layout, name):
    return x509.load_pem_x509_certificate((layout.pki / f"{name}.crt").read_bytes())


def test_every_address_that_reaches_the_api_server_is_in_its_certificate(layout):
    names = certificate(layout, "apiserver").extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = set(names.get_values_for_type(x509.IPAddress))
    assert addresses == {ipaddress.ip_address(found) for found in ("127.0.0.1", "10.96.0.1", "10.200.0.1")}
    assert "kubernetes.default.svc" in names.get_values_for_type(x509.DNSName)


@pytest.mark.parametrize("identity", pki.identities(Layout()), ids=lambda identity: identity.file)
def test_every_certificate_is_signed_by_its_authority_and_outlives_the_project(layout, identity):
    found, authority = certificate(layout, identity.file), certificate(layout, identity.authority)
    found.verify_directly_issued_by(authority)
    assert found.not_valid_after_utc - found.not_valid_before_utc > datetime.timedelta(days=3649)
    key = found.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)


def test_the_kubelet_is_named_as_the_node_authorizer_wants_it(layout):
    assert certificate(layout, "kubelet").subject.rfc4514_string() == "CN=system:node:node1,O=system:nodes"


def test_no_key_can_be_read_by_another_user(layout):
    keys = list(layout.pki.glob("*.key"))
    assert len(keys) == len(pki.identities(layout)) + 3
    assert all(stat.S_IMODE(key.stat().st_mode) == 0o600 for key in keys)


def test_a_second_up_keeps_the_certificates_that_running_daemons_use(layout):
    before = (layout.pki / "ca.crt").read_bytes()
    pki.ensure(layout)
    assert (layout.pki / "ca.crt").read_bytes() == before


def test_certificates_that_were_half_made_are_made_again(tmp_path):
    layout = Placed(tmp_path)
    layout.pki.mkdir()
    (layout.pki / "ca.crt").write_text("half")
    pki.ensure(layout)
    assert certificate(layout, "ca").subject.rfc4514_string() == "CN=ca"


def test_the_kubeconfig_is_whole_and_private(layout, tmp_path):
    path = tmp_path / "deep" / "kubeconfig"
    kubeconfig.write(path, kubeconfig.own(layout, "admin"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    config = yaml.safe_load(path.read_text())
    assert config["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:6443"
    assert config["current-context"] == config["contexts"][0]["name"]


@pytest.fixture
def two_contexts(tmp_path):
    (tmp_path / "ca.pem").write_text("authority")
    path = tmp_path / "config"
    path.write_text(
        yaml.safe_dump(
            {
                "current-context": "work",
                "clusters": [
                    {"name": "a", "cluster": {"server": "https://a", "certificate-authority": "ca.pem"}},
                    {"name": "b", "cluster": {"server": "https://b"}},
                ],
                "users": [{"name": "me", "user": {"token": "t"}}],
                "contexts": [
                    {"name": "work", "context": {"cluster": "a", "user": "me", "namespace": "mine"}},
                    {"name": "home", "context": {"cluster": "b", "user": "me"}},
                    {"name": "broken", "context": {"cluster": "gone", "user": "me"}},
                ],
            }
        )
    )
    return path


def test_only_the_named_context_is_handed_to_the_tools(two_contexts):
    config = kubeconfig.minify(two_contexts, "home")
    assert [entry["name"] for entry in config["contexts"]] == ["home"]
    assert config["clusters"][0]["cluster"] == {"server": "https://b"}


def test_the_current_context_is_used_when_none_is_named_with_its_files_embedded(two_contexts):
    config = kubeconfig.minify(two_contexts, None)
    assert config["clusters"][0]["cluster"]["certificate-authority-data"] == "YXV0aG9yaXR5"
    assert config["contexts"][0]["context"]["namespace"] == "mine"


def test_a_context_that_is_not_there_is_refused_with_those_that_are(two_contexts):
    with pytest.raises(Problem) as refused:
        kubeconfig.minify(two_contexts, "prod")
    assert str(refused.value) == (
        f"The kubeconfig {two_contexts} has no context 'prod'. Set PULSAR_CONTEXT to one of: broken, home, work."
    )


def test_a_context_whose_cluster_is_gone_is_refused(two_contexts):
    with pytest.raises(Problem, match="names a cluster or a user that the file lacks"):
        kubeconfig.minify(two_contexts, "broken")
