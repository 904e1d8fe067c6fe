"""Onboarding and moving: from what HR says of somebody to an account that works on the first day.

`request` says what was asked for, `joiner` who that is and what they are to have, `parts` is the list of steps to read,
`access` their groups and licences, and `plan` puts it together. Somebody who is there already is a mover.
"""
