"""The plugin's program."""


def main() -> None:
    """Serve the engine that started it."""
    from ..plugin.lean_start import leave_out_the_sdk

    leave_out_the_sdk()
    from ..plugin.serving import serve
    from .provider import Provider

    serve(Provider)


if __name__ == "__main__":
    main()
