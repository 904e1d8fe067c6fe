"""The cheapest permitted set of products that covers what somebody uses and what the tenant requires.

`needs` says what a person needs, `offers` what there is to choose from, `search` finds the cheapest set, `sizing` puts
the three together, and `saving` says what a change of seats is worth, and from when.
"""
