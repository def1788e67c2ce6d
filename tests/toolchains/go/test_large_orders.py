"""The function in Go: its own tests, and its program as Pulsar takes it. Needs Go and the Go module proxy."""

import subprocess

from local import example_functions as build

LARGE_ORDERS = next(artifact for artifact in build.ARTIFACTS if artifact.folder == "large-orders")


def test_the_function_s_own_tests_pass():
    for command in (["go", "vet", "./..."], ["go", "test", "./..."], ["go", "mod", "verify"]):
        done = subprocess.run(
            command, cwd=LARGE_ORDERS.source, capture_output=True, text=True, timeout=500, check=False
        )

        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


def test_its_program_runs_on_any_linux(tmp_path):
    build.build(LARGE_ORDERS, tmp_path)
    program = (tmp_path / "large-orders").read_bytes()

    assert program[:4] == b"\x7fELF"
    assert b"ld-linux" not in program[:4096], "It would need the libraries of the machine that it was built on."


def test_a_program_that_nobody_configured_says_so(tmp_path):
    build.build(LARGE_ORDERS, tmp_path)
    done = subprocess.run([tmp_path / "large-orders"], capture_output=True, text=True, timeout=20, check=False)

    assert done.returncode != 0
    assert "-instance-conf is not the JSON of Pulsar's functions worker" in done.stderr
