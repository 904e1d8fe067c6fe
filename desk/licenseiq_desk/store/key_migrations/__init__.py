"""Numbered SQL files; each runs once, in order."""
