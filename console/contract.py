"""Checks that an answer conforms to the contract, ``openapi.json``."""

import json
from functools import cache
from pathlib import Path

import fastjsonschema


@cache
def _check(method, path):
    contract = json.loads(Path(__file__).with_name("openapi.json").read_text("utf-8"))
    described = contract["paths"][path][method.lower()]["responses"]["200"]
    schema = described["content"]["application/json"]["schema"]
    # Compiled, since an account has thousands of users.
    return fastjsonschema.compile({**contract, **schema}, use_default=False, use_formats=False)


def fault(method, path, document):
    """Return where the document of a good answer to a request breaks the contract.

    :rtype: str
    :return: a place such as ``items/0/extension``, empty for the whole document; None if it
        conforms
    """
    try:
        _check(method, path)(document)
    except fastjsonschema.JsonSchemaValueException as error:
        return "/".join(error.path[1:])
    return None
