"""The provider's program, which the engine starts by its folder."""

import pathlib
import sys


def main() -> None:
    """Serve the engine that started it."""
    sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)
    from plugin.lean_start import leave_out_the_sdk

    leave_out_the_sdk()
    from plugin.serving import serve
    from provider.provider import Provider

    serve(Provider)


if __name__ == "__main__":
    main()
