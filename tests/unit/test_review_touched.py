"""Which stacks a branch touches: one too many costs a minute, one that is left out is merged unread."""

from review.touched import files_of_stacks, touched

FILES = {
    "onprem": {"stacks/Pulumi.onprem.yaml"},
    "west": {"stacks/Pulumi.west.yaml", "stacks/base/region.yaml"},
    "east": {"stacks/Pulumi.east.yaml", "stacks/base/region.yaml", "functions/mood.py"},
}


def test_a_stack_file_touches_its_stack_alone():
    assert touched(["stacks/Pulumi.onprem.yaml", "docs/howto/review.md"], FILES) == ["onprem"]


def test_a_base_touches_every_stack_that_extends_it():
    assert touched(["stacks/base/region.yaml"], FILES) == ["east", "west"]


def test_the_program_touches_all():
    assert touched(["components/pulsar/broker.py"], FILES) == ["east", "onprem", "west"]


def test_the_code_of_a_function_touches_the_stack_that_runs_it():
    assert touched(["functions/mood.py"], FILES) == ["east"]


def test_documentation_and_tests_touch_none():
    assert touched(["README.md", "tests/unit/test_gke.py", "docs/howto/gke.md"], FILES) == []


def test_the_shipped_stacks_name_their_own_files_and_bases():
    files = files_of_stacks()

    assert files["onprem"] >= {"stacks/Pulumi.onprem.yaml"}
    assert "stacks/base/hybrid.yaml" in files["hybrid-cloud"]
