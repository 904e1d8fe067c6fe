"""Carrying an approved plan out: verify, intend, one effect, read back, outcome."""
