"""What models asked for: proposals on their way to the desk."""
