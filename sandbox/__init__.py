"""A stand-in for Axivox: its console's pages, and the API of `console/openapi.json`.

It imports nothing from the addon, so that the two can be tested against each other.
"""
