"""A Python language host on the SDK's own runtime: programs, policy packs and provider plugins.

The official host starts an interpreter for each program. This one runs the program in its own process, which saves
that start; what a program could leave behind for the next one (modules, folder, arguments) is put back.
"""

import asyncio
import contextlib
import os
import pathlib
import platform
import queue
import runpy
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from concurrent import futures
from typing import Any, NoReturn

import grpc
import pulumi
from google.protobuf import empty_pb2
from pulumi import log
from pulumi.runtime import reset_options, run_in_stack, set_all_config
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from plugin.engine_link import channel_to, end_on_a_signal, end_with_engine


class _Ended(Exception):
    """The program ended itself by `sys.exit`."""


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs what is written in Python."""

    def __init__(self) -> None:
        self._programs: queue.SimpleQueue[tuple[Any, pathlib.Path, futures.Future[str]]] = queue.SimpleQueue()
        self._plugins: set[subprocess.Popen[bytes]] = set()

    def serve_programs(self) -> NoReturn:
        """Run programs as they come. To be called by the main thread: programs may expect to be in it."""
        while True:
            request, program, outcome = self._programs.get()
            try:
                outcome.set_result(_run(request, program))
            except BaseException as error:
                outcome.set_exception(error)

    def stop_plugins(self) -> None:
        """End the policy packs and providers that were started here."""
        for process in list(self._plugins):
            process.terminate()

    def Handshake(self, request, context):  # noqa: D102, N802
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request, context):  # noqa: D102, N802
        from importlib import metadata

        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    def About(self, request, context):  # noqa: D102, N802
        return language_pb2.AboutResponse(executable=sys.executable, version=platform.python_version())

    def GetRequiredPackages(self, request, context):  # noqa: D102, N802
        # Each resource says itself which plugin, in which version, it needs.
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request, context):  # noqa: D102, N802
        return language_pb2.GetRequiredPluginsResponse()

    def InstallDependencies(self, request, context):  # noqa: D102, N802
        # The environment is made from the lock file before the engine runs.
        return iter(())

    def GetProgramDependencies(self, request, context):  # noqa: D102, N802
        from importlib import metadata

        found = [
            language_pb2.DependencyInfo(name=each.metadata["Name"], version=each.version)
            for each in metadata.distributions()
        ]
        return language_pb2.GetProgramDependenciesResponse(dependencies=sorted(found, key=lambda each: each.name))

    def RuntimeOptionsPrompts(self, request, context):  # noqa: D102, N802
        return language_pb2.RuntimeOptionsResponse()

    def Cancel(self, request, context):  # noqa: D102, N802
        return empty_pb2.Empty()

    def Run(self, request, context):  # noqa: D102, N802
        folder = request.info.program_directory or request.pwd
        entry = request.info.entry_point or "."
        outcome: futures.Future[str] = futures.Future()
        self._programs.put((request, pathlib.Path(folder, entry), outcome))
        error = outcome.result()
        # What went wrong has been said among the diagnostics: the engine must not say it again.
        return language_pb2.RunResponse(error=error, bail=bool(error))

    def RunPlugin(self, request, context):  # noqa: D102, N802
        env = dict(os.environ) | dict(each.split("=", 1) for each in request.env if "=" in each)
        if sys.pycache_prefix:
            env |= {"PYTHONPYCACHEPREFIX": sys.pycache_prefix, "PYTHONDONTWRITEBYTECODE": ""}
        process = subprocess.Popen(
            [sys.executable, "-u", request.info.program_directory, *request.args],
            cwd=request.pwd,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._plugins.add(process)
        context.add_callback(process.terminate)
        yield from _output_of(process)
        exit_code = process.wait()
        self._plugins.discard(process)
        yield language_pb2.RunPluginResponse(exitcode=exit_code)


def _run(request: Any, program: pathlib.Path) -> str:
    """Run a program.

    Returns:
        What went wrong; empty when all went well.
    """
    reset_options(
        project=request.project,
        monitor_address=request.monitor_address,
        engine_address=request.args[0] if request.args else "",
        stack=request.stack,
        parallel=request.parallel,
        preview=request.dryRun,
        organization=request.organization or "organization",
    )
    set_all_config(dict(request.config), list(request.configSecretKeys))
    loop = asyncio.new_event_loop()
    loop.set_default_executor(futures.ThreadPoolExecutor(max(request.parallel, 1) * 4))
    loop.set_exception_handler(lambda loop, about: _unhandled(loop, about))
    try:
        with _as_its_own_process(request.pwd, program):
            loop.run_until_complete(run_in_stack(lambda: _start(program)))
    except _Ended as ended:
        return str(ended)
    except pulumi.RunError as error:
        log.error(str(error))
        return str(error)
    except grpc.RpcError as error:
        # The engine is shutting down, and has said why itself.
        if isinstance(error, grpc.Call) and error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED):
            return ""
        return _say(f"the engine refused a request: {error.details() if isinstance(error, grpc.Call) else error}")
    except Exception as error:
        return _say(_told(error, program.parent))
    finally:
        _close(loop)
    return ""


def _start(program: pathlib.Path) -> None:
    try:
        runpy.run_path(str(program), run_name="__main__")
    except SystemExit as end:
        if end.code is None or end.code == 0:
            return
        text = end.code if isinstance(end.code, str) else f"the program ended itself with exit code {end.code}"
        raise _Ended(_say(text)) from None


def _say(text: str) -> str:
    log.error(text)
    return text


def _unhandled(loop: asyncio.AbstractEventLoop, about: dict[str, Any]) -> None:
    if isinstance(about.get("exception"), grpc.RpcError):
        loop.stop()


def _close(loop: asyncio.AbstractEventLoop) -> None:
    pending = asyncio.all_tasks(loop)
    for task in pending:
        task.cancel()
    with contextlib.suppress(Exception):
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
    loop.close()
    sys.stdout.flush()
    sys.stderr.flush()


@contextlib.contextmanager
def _as_its_own_process(folder: str, program: pathlib.Path) -> Iterator[None]:
    """Let a program see its own folder, arguments and modules, and take them away again."""
    before = os.getcwd(), list(sys.argv), list(sys.path), set(sys.modules)  # noqa: PTH109
    root = program if program.is_dir() else program.parent
    os.chdir(folder or root)
    sys.argv = [str(program)]
    try:
        yield
    finally:
        os.chdir(before[0])
        sys.argv[:], sys.path[:] = before[1], before[2]
        for name in set(sys.modules) - before[3]:
            # Libraries stay: many of them can't be imported twice. The program's own modules may have changed.
            file = getattr(sys.modules[name], "__file__", None)
            if file and pathlib.Path(file).is_relative_to(root) and "site-packages" not in file:
                del sys.modules[name]


def _told(error: BaseException, root: pathlib.Path) -> str:
    """A traceback that ends where the program can be changed: without the frames of this host and of the SDK."""
    told = traceback.TracebackException.from_exception(error)
    own = [
        frame
        for frame in told.stack
        if frame.filename != __file__
        and "runpy" not in frame.filename
        and f"{os.sep}pulumi{os.sep}" not in frame.filename
    ]
    if own:
        told.stack = traceback.StackSummary.from_list(own)
    return "".join(told.format()).rstrip()


def _output_of(process: subprocess.Popen[bytes]) -> Iterator[Any]:
    chunks: queue.Queue[tuple[str, bytes | None]] = queue.Queue()

    def pump(stream: Any, name: str) -> None:
        while chunk := stream.read1(65536):
            chunks.put((name, chunk))
        chunks.put((name, None))

    streams = {"stdout": process.stdout, "stderr": process.stderr}
    for name, stream in streams.items():
        threading.Thread(target=pump, args=(stream, name), daemon=True).start()
    left = len(streams)
    while left:
        name, chunk = chunks.get()
        if chunk is None:
            left -= 1
        elif name == "stdout":
            yield language_pb2.RunPluginResponse(stdout=chunk)
        else:
            yield language_pb2.RunPluginResponse(stderr=chunk)


def main() -> None:
    """Serve the engine whose address is among the arguments; without one, whoever connects."""
    import logging

    # Tasks that fail are told by the program's own error.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    host = Host()
    end_on_a_signal(host.stop_plugins)
    engine = channel_to(addresses[-1]) if addresses else None
    if engine:
        end_with_engine(engine, host.stop_plugins)
    limits = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]
    server = grpc.server(futures.ThreadPoolExecutor(8), options=limits)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    host.serve_programs()


if __name__ == "__main__":
    main()
