"""The plugin's program."""

from plugin.lean_start import leave_out_the_sdk


def main() -> None:
    """Serve the engine that started it."""
    leave_out_the_sdk()
    from plugin.serving import serve

    from .provider import Provider

    serve(Provider)


if __name__ == "__main__":
    main()
