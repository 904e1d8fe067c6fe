"""Playbooks: what a joiner, a mover or a leaver needs, each as a readable list of steps."""
