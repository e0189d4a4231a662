"""Checks that an answer conforms to the contract, ``openapi.json``."""

import json
import re
from functools import cache
from pathlib import Path

# What tells people something, and checks nothing.
UNCHECKED = frozenset({"title", "description", "examples", "format"})


@cache
def answer(method, path):
    """What the documents of good answers to a request are checked with. It is made once, since an
    account has thousands of users: a library that reads the schema again for each takes as long
    as all the requests.

    :return: a function of a document, which gives the place of the first thing that is wrong in it
        (``("items", 0, "extension")``), or None
    """
    contract = json.loads(Path(__file__).with_name("openapi.json").read_text())
    described = contract["paths"][path][method.lower()]["responses"]["200"]
    return _check(described["content"]["application/json"]["schema"], contract)


def _check(schema, contract):
    """
    :raises KeyError: for a keyword of JSON Schema that the contract did not use before
    """
    checks = [
        _KEYWORDS[keyword](demanded, contract)
        for keyword, demanded in schema.items()
        if keyword not in UNCHECKED
    ]
    if len(checks) == 1:
        return checks[0]

    def check(value):
        for one in checks:
            if (place := one(value)) is not None:
                return place
        return None

    return check


def _where(holds):
    """:return: a check of a value itself, and of nothing in it"""
    return lambda value: None if holds(value) else ()


def _ref(pointer, contract):
    schema = contract
    for name in pointer.removeprefix("#/").split("/"):
        schema = schema[name]
    return _check(schema, contract)


def _properties(schemas, contract):
    checks = [(name, _check(schema, contract)) for name, schema in schemas.items()]

    def check(value):
        if type(value) is dict:
            for name, one in checks:
                if name in value and (place := one(value[name])) is not None:
                    return name, *place
        return None

    return check


def _items(schema, contract):
    one = _check(schema, contract)

    def check(value):
        if type(value) is list:
            for position, item in enumerate(value):
                if (place := one(item)) is not None:
                    return position, *place
        return None

    return check


def _any_of(schemas, contract):
    checks = [_check(schema, contract) for schema in schemas]

    def check(value):
        for one in checks:
            if one(value) is None:
                return None
        return ()

    return check


def _pattern(pattern, _contract):
    # ECMA's ``$`` is the very end; Python's may have a line break behind it.
    search = re.compile(pattern).search
    return _where(lambda v: type(v) is not str or (v[-1:] != "\n" and search(v) is not None))


_TYPES = {
    "object": lambda value: type(value) is dict,
    "array": lambda value: type(value) is list,
    "string": lambda value: type(value) is str,
    "boolean": lambda value: type(value) is bool,
    "null": lambda value: value is None,
    "integer": lambda v: type(v) is int or (type(v) is float and v.is_integer()),
}
_KEYWORDS = {
    "$ref": _ref,
    "properties": _properties,
    "items": _items,
    "anyOf": _any_of,
    "pattern": _pattern,
    "type": lambda name, _contract: _where(_TYPES[name]),
    "enum": lambda texts, _contract: _where(lambda v: type(v) is str and v in texts),
    "required": lambda names, _contract: _where(
        lambda v, wanted=frozenset(names): type(v) is not dict or v.keys() >= wanted
    ),
    "minimum": lambda least, _contract: _where(
        lambda v: type(v) not in (int, float) or not v < least
    ),
    "minLength": lambda least, _contract: _where(lambda v: type(v) is not str or len(v) >= least),
    "maxLength": lambda most, _contract: _where(lambda v: type(v) is not str or len(v) <= most),
}
