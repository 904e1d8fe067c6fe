"""The configuration files of chat clients: where they lie, what goes in, and how they are changed without harm."""
