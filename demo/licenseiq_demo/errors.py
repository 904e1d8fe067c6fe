"""What can go wrong with the demo tenant as a process."""


class DemoError(Exception):
    """The demo tenant could not be started, found or used; the text says what to do next."""
