"""The program: `… CLOUD [ADDRESS]` serves the engine at an address for `aws`, `gcp` or `azure-native`."""

import sys

from plugin.lean_start import leave_out_the_sdk


def main() -> None:
    """Serve the engine that started it."""
    leave_out_the_sdk()
    from plugin.serving import serve

    from .provider import Provider

    name = sys.argv.pop(1)
    serve(lambda reports: Provider(name, reports))


if __name__ == "__main__":
    main()
