"""What a cloud would only tell later has a name in a rendering: readable, and never taken for a real value."""

import pulumi

from tests.conftest import Deploy


def test_an_output_that_only_the_cloud_knows_is_told_by_whose_it_is(deploy: Deploy):
    def program() -> None:
        import pulumi_aws as aws

        role = aws.iam.Role("broker", name="events-broker", assume_role_policy="{}")
        aws.iam.RolePolicy("reads", role=role.name, policy=pulumi.Output.concat(role.arn, "/", role.id))

    (policy,) = deploy(program).of("RolePolicy")

    assert policy.inputs["policy"] == "${aws:iam/role:Role.broker.arn}/broker-id"
    assert policy.inputs["role"] == "events-broker", "What the program said itself is no secret of the cloud."


def test_outputs_inside_of_outputs_have_names_as_well(deploy: Deploy):
    seen: set[object] = set()

    def program() -> None:
        import pulumi_aws as aws

        cluster = aws.eks.Cluster(
            "pulsar",
            role_arn="arn:aws:iam::123456789012:role/eks",
            vpc_config=aws.eks.ClusterVpcConfigArgs(subnet_ids=["subnet-1"]),
        )
        cluster.identities[0].oidcs[0].issuer.apply(seen.add)
        cluster.certificate_authority.data.apply(seen.add)
        cluster.vpc_config.cluster_security_group_id.apply(seen.add)
        cluster.vpc_config.subnet_ids[0].apply(seen.add)

    deploy(program)

    token = "aws:eks/cluster:Cluster.pulsar"
    assert seen == {
        f"${{{token}.identities[0].oidcs[0].issuer}}",
        f"${{{token}.certificateAuthority.data}}",
        f"${{{token}.vpcConfig.clusterSecurityGroupId}}",
        "subnet-1",
    }


def test_the_same_holds_for_google_and_azure(deploy: Deploy):
    seen: set[object] = set()

    def program() -> None:
        import pulumi_gcp as gcp
        from pulumi_azure_native import managedidentity

        account = gcp.serviceaccount.Account("broker", account_id="events-broker", project="example")
        account.email.apply(seen.add)
        identity = managedidentity.UserAssignedIdentity(
            "broker", resource_group_name="events", resource_name_="events-broker"
        )
        identity.principal_id.apply(seen.add)

    deploy(program)

    assert seen == {
        "${gcp:serviceaccount/account:Account.broker.email}",
        "${azure-native:managedidentity:UserAssignedIdentity.broker.principalId}",
    }
