"""Offboarding: from a name to a proven end.

`request` says what was asked for, `choices` what holds, `parts` is the list of steps to read, `licences` takes them
back by the path that each has, and `plan` puts it together.
"""
