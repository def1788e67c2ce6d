"""The function in Java: its own tests, and its jar as Pulsar takes it. Needs a JDK, Maven and Maven Central."""

import re
import subprocess
import zipfile

from local import example_functions as build

WEATHER = next(artifact for artifact in build.ARTIFACTS if artifact.folder == "weather")


def test_the_function_s_own_tests_pass():
    command = ["mvn", "--batch-mode", "--no-transfer-progress", "verify"]
    done = subprocess.run(command, cwd=WEATHER.source, capture_output=True, text=True, timeout=540, check=False)

    assert done.returncode == 0, done.stdout[-4000:]
    assert int(re.findall(r"Tests run: (\d+), Failures: 0, Errors: 0, Skipped: 0", done.stdout)[-1]) > 0


def test_its_jar_holds_the_function_and_nothing_that_pulsar_has(tmp_path):
    build.build(WEATHER, tmp_path)
    with zipfile.ZipFile(tmp_path / "weather.jar") as jar:
        classes = sorted(name for name in jar.namelist() if name.endswith(".class"))

    assert classes == [f"org/example/weather/{name}.class" for name in ("Reading", "Report", "Weather")]
