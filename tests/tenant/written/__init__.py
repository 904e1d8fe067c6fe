"""A Graph written by hand from Microsoft's published meanings, apart from the demo: its people are corner cases."""
