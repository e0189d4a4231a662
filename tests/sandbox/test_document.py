"""The document against the running program, with generated requests."""

import copy

import pytest
import schemathesis
from conftest import DOCUMENT, TOKEN
from hypothesis import assume

EXAMPLES = 20
SEED = 20261125
# Values from the sandbox's first account, for each format in the document.
OURS = {
    DOCUMENT["components"]["schemas"]["WantedRule"]["properties"]["number"]["pattern"]: [
        "+442079460958",
        "+33199001234",
    ],
    DOCUMENT["components"]["schemas"]["User"]["properties"]["extension"]["pattern"]: [
        str(extension) for extension in range(201, 205)
    ],
}


def contract(mode, checks, document=DOCUMENT):
    generation = {"mode": mode, "max-examples": EXAMPLES, "database": "none"}
    config = {"seed": SEED, "generation": generation, "checks": checks}
    config["suppress-health-check"] = ["too_slow", "filter_too_much"]  # other work on the machine
    return schemathesis.openapi.from_dict(document, config=schemathesis.Config.from_dict(config))


def narrowed(schema):
    """Narrow a schema to values that exist in the account."""
    if isinstance(schema, list):
        return [narrowed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("pattern") in OURS:
        return {"enum": OURS[schema["pattern"]]}
    return {key: narrowed(part) for key, part in schema.items()}


def as_founded():
    """Return the document with requests that name only what exists."""
    document = copy.deepcopy(DOCUMENT)
    schemas = document["components"]["schemas"]
    schemas |= {name: narrowed(schemas[name]) for name in schemas if name.startswith("Wanted")}
    return document


def send(sandbox, case):
    """Send a case with the present revision; fail if the answer is not as the document says."""
    if "If-Match" in case.headers:
        case.headers["If-Match"] = sandbox.raw("GET", "/company").headers["ETag"]
    return case.call_and_validate(
        f"{sandbox.address}/api",
        session=sandbox.session,
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=30,
    )


whatever = contract(
    "all",
    {
        # Unknown numbers, users and cursors are refused; accepted requests are checked below.
        "positive_data_acceptance": {"enabled": False},
        # RFC 6585: a request that lacks If-Match.
        "missing_required_header": {"expected-statuses": [400, 428]},
    },
)
possible = contract("positive", {}, as_founded())


@pytest.fixture(scope="module")
def founded(running):
    """Return the sandbox with its first account; later requests see the changes of earlier ones."""
    running.control("DELETE", "faults")
    running.control("POST", "reset")
    return running


@whatever.parametrize()
def test_whatever_is_sent_is_answered_as_the_document_says(founded, case):
    send(founded, case)


@possible.parametrize()
def test_what_the_document_allows_is_done(founded, case):
    if "cursor" in case.query:
        case.query["cursor"] = founded.call("GET", f"{case.path}?limit=1").json()["next"]
    if case.method == "PATCH":
        extensions = [user["extension"] for user in case.body["users"]]
        assume(len(set(extensions)) == len(extensions))  # what no schema can say
    assert send(founded, case).status_code == 200
