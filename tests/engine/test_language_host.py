"""Programs, policy packs and provider plugins in Python, run by the real engine with the stand-in language host."""

import os
import pathlib
import signal
import sys

import pytest

from .trial import Trial, descendants, eventually, is_alive

pytestmark = pytest.mark.engine


def test_a_program_s_outputs_and_configuration_arrive(trial: Trial):
    trial.run("config", "set", "size", "3")
    trial.up("""
        import pulumi
        pulumi.export("size", pulumi.Config().require_int("size") + 1)
        pulumi.export("stack", pulumi.get_stack())
    """)
    assert trial.outputs() == {"size": 4, "stack": "trial"}


def test_a_run_error_shows_its_sentence_alone(trial: Trial):
    said = trial.preview(
        """
        import pulumi
        raise pulumi.RunError("replicas is 2, but three are needed. Add one.")
        """,
        expect=1,
    ).output
    assert said.count("replicas is 2, but three are needed. Add one.") == 1
    assert "Traceback" not in said
    assert "unhandled" not in said


def test_an_exception_shows_the_program_s_own_lines(trial: Trial):
    trial.write("parts.py", "def build(spec):\n    return spec['missing']\n")
    said = trial.preview("import parts\nparts.build({})\n", expect=1).output
    assert "KeyError: 'missing'" in said
    assert "return spec['missing']" in said, "the line that has to be changed is shown"
    assert "runpy" not in said
    assert "language_host" not in said


def test_an_exception_in_an_apply_fails_the_program(trial: Trial):
    said = trial.preview(
        """
        import pulumi
        def fail(value): raise ValueError("not this one")
        pulumi.Output.from_input(1).apply(fail)
        """,
        expect=1,
    ).output
    assert "ValueError: not this one" in said


def test_a_program_that_ends_itself_badly_fails(trial: Trial):
    assert "no quota" in trial.preview("import sys\nsys.exit('no quota')\n", expect=1).output


def test_a_syntax_error_names_file_and_line(trial: Trial):
    said = trial.preview("x = 1\nif x\n", expect=1).output
    assert "__main__.py" in said
    assert "line 2" in said


def test_what_a_program_prints_is_shown(trial: Trial):
    assert "looking at the quota" in trial.preview("print('looking at the quota')\n").output


def test_modules_beside_the_program_and_its_folder_are_found(trial: Trial):
    trial.write("beside.py", "VALUE = 7\n")
    trial.write("data.txt", "text")
    trial.up("""
        import pathlib, sys
        import beside, pulumi
        pulumi.export("value", beside.VALUE)
        pulumi.export("text", pathlib.Path("data.txt").read_text())
        pulumi.export("python", sys.executable)
    """)
    assert trial.outputs() == {"value": 7, "text": "text", "python": sys.executable}


def test_a_secret_is_not_in_the_state_in_the_clear(trial: Trial):
    secret = "-".join(["a", "hidden", "word"])
    trial.run("config", "set", "--secret", "word", secret)
    trial.up("""
        import pulumi
        pulumi.export("word", pulumi.Config().require_secret("word"))
    """)
    assert secret not in trial.raw_state()
    assert "[secret]" in trial.run("stack", "output").output


POLICY = """
    import pulumi_policy as policy

    def refuse(args, report):
        if args.resource_type == "trial:index:Thing":
            report("things are not allowed here")

    policy.PolicyPack("rules", [policy.ResourceValidationPolicy(
        name="no-things", description="No things.", validate=refuse,
        enforcement_level=policy.EnforcementLevel.MANDATORY)])
"""


def test_a_mandatory_policy_stops_a_preview(trial: Trial):
    trial.write("rules/PulumiPolicy.yaml", "runtime: python\nversion: 0.0.1\n")
    trial.write("rules/__main__.py", POLICY)
    trial.write("__main__.py", 'import pulumi\npulumi.ComponentResource("trial:index:Thing", "one")\n')
    refused = trial.run("preview", "--policy-pack", "rules", expect=None)
    assert refused.code != 0
    assert "things are not allowed here" in refused.output


PROVIDER = """
    import sys
    from pulumi.provider.experimental import provider as p
    from pulumi.provider.experimental.server import main

    class Things(p.Provider):
        async def get_schema(self, request):
            return p.GetSchemaResponse('{"name": "things", "version": "0.0.1"}')
        async def check_config(self, request):
            return p.CheckResponse(inputs=request.new_inputs)
        async def diff_config(self, request):
            return p.DiffResponse(changes=False)
        async def configure(self, request):
            return p.ConfigureResponse(accept_secrets=True, supports_preview=True)
        async def check(self, request):
            return p.CheckResponse(inputs=request.new_inputs)
        async def diff(self, request):
            return p.DiffResponse(changes=False)
        async def create(self, request):
            return p.CreateResponse(resource_id="7", properties=request.properties)
        async def delete(self, request):
            return None

    if __name__ == "__main__":
        main(sys.argv[1:], "0.0.1", Things())
"""


def test_a_provider_written_in_python_serves_a_program(trial: Trial):
    trial.write("things/PulumiPlugin.yaml", "runtime: python\n")
    trial.write("things/__main__.py", PROVIDER)
    trial.write(
        "Pulumi.yaml",
        """
        name: trial
        runtime: python
        plugins:
          providers:
            - name: things
              path: things
        """,
    )
    trial.up("""
        import pulumi
        class Thing(pulumi.CustomResource):
            colour: pulumi.Output[str]
            def __init__(self, name, colour):
                super().__init__("things:index:Thing", name, {"colour": colour})
        thing = Thing("one", "red")
        pulumi.export("colour", thing.colour)
        pulumi.export("id", thing.id)
    """)
    assert trial.outputs() == {"colour": "red", "id": "7"}
    trial.destroy()


def test_an_engine_that_is_killed_takes_the_providers_written_in_python_with_it(trial: Trial):
    waits = f"import time; open({str(trial.folder / 'started')!r}, 'w').close(); time.sleep(60); "
    trial.write("things/PulumiPlugin.yaml", "runtime: python\n")
    trial.write("things/__main__.py", PROVIDER.replace("return p.CreateResponse", f"{waits}return p.CreateResponse"))
    providers = "plugins:\n  providers:\n    - name: things\n      path: things\n"
    trial.write("Pulumi.yaml", f"name: trial\nruntime: python\n{providers}")
    trial.write(
        "__main__.py",
        """
        import pulumi
        class Thing(pulumi.CustomResource):
            def __init__(self, name):
                super().__init__("things:index:Thing", name, {})
        Thing("one")
        """,
    )
    with trial.started("up", "--yes", "--skip-preview") as process:
        eventually(lambda: _started(trial))
        left = descendants(process.pid)
        assert len(left) > 1, "the language host and the provider run"
        os.kill(process.pid, signal.SIGKILL)
        eventually(lambda: not any(is_alive(pid) for pid in left), seconds=15)


WAITS = """
    import pathlib, time
    pathlib.Path("started").touch()
    time.sleep(60)
"""


def _started(trial: Trial) -> pathlib.Path | None:
    path = trial.folder / "started"
    return path if path.exists() else None


def test_ctrl_c_ends_a_run_without_a_traceback(trial: Trial):
    trial.write("__main__.py", WAITS)
    with trial.started("preview") as process:
        eventually(lambda: _started(trial))
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "Traceback" not in said


def test_an_engine_that_is_killed_leaves_no_process_behind(trial: Trial):
    trial.write("__main__.py", WAITS)
    with trial.started("preview") as process:
        eventually(lambda: _started(trial))
        left = descendants(process.pid)
        assert left, "the language host runs"
        os.kill(process.pid, signal.SIGKILL)
        eventually(lambda: not any(is_alive(pid) for pid in left), seconds=15)
