"""A stand-in for Axivox: its console's pages, and the contract in `console/openapi.json`.

It imports nothing of the addon, so that their agreement means something.
"""
