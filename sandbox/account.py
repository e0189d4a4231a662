"""The account behind the console: the saved and the applied settings, and who saved what.

It knows nothing of HTTP. A change is on disk before it is confirmed to anyone.
"""

import contextlib
import copy
import datetime
import json
import os
from pathlib import Path

SEED = Path(__file__).with_name("seed.json")
SETTINGS = ("default_number", "rules_override_users", "rules")
LONGEST_PREFIX = 32
MOST_EARLIER = 20  # earlier applied versions that are kept


class Stale(Exception):
    """The account was changed since the revision that the caller read."""


class Refused(ValueError):
    """The values cannot be saved.

    `errors` are pairs: the place of a value, as a tuple of keys and positions, and a sentence.
    """

    def __init__(self, errors):
        super().__init__(" ".join(sentence for _place, sentence in errors))
        self.errors = errors


class Account:
    """One company's account, stored in the file `path`, which is made from the seed if it does not
    exist."""

    def __init__(self, path):
        self._path = Path(path)
        self._state = {"revision": 0, "earlier": []}
        if self._path.exists():
            self._state |= json.loads(self._path.read_text("utf-8"))
        else:
            self.replace(json.loads(SEED.read_text("utf-8")))

    def __getitem__(self, member):
        """Return a member of the state, not to be modified: `company`, `numbers`, `users`, `saved`,
        `applied` or `earlier` (the versions applied before, the newest first)."""
        return self._state[member]

    @property
    def revision(self):
        return str(self._state["revision"])

    def expect(self, revision):
        if revision != self.revision:
            raise Stale

    def changes(self):
        """Return the settings that are saved and not applied, each with who saved it last and
        when."""
        saved, applied = self["saved"], self["applied"]
        places = [(name, None) for name in SETTINGS if saved[name] != applied[name]]
        places += [
            ("outgoing_number", extension)
            for extension, number in saved["users"].items()
            if number != applied["users"][extension]
        ]
        return [
            {"setting": setting, "extension": extension, **self["savers"][extension or setting]}
            for setting, extension in places
        ]

    def save(self, saver, wanted):
        """Save all of `wanted`, or raise `Refused` and save nothing.

        `wanted` maps names of settings to values, and `users` to {extension: outgoing number
        (E.164, or None for Default)} of the users that change.
        """
        signature = {"saved_by": saver, "saved_at": _now()}
        account_wide = {name: value for name, value in wanted.items() if name != "users"}
        with self._change() as state:
            _check(state, wanted)
            saved = state["saved"]
            for kept, wishes in (
                (saved, account_wide),
                (saved["users"], wanted.get("users", {})),
            ):
                for key, wish in wishes.items():
                    if kept[key] != wish:
                        kept[key] = wish
                        state["savers"][key] = signature

    def set_destination(self, number, kind, target):
        """Set where calls to an incoming number go. This takes effect without an apply."""
        with self._change() as state:
            entry = next(entry for entry in state["numbers"] if entry["number"] == number)
            entry["destination"] = {"type": kind, "target": target}

    def give_back(self, number):
        """Give a number back; the settings that name it stay as they are."""
        with self._change() as state:
            state["numbers"] = [e for e in state["numbers"] if e["number"] != number]

    def apply(self, key=None):
        """Apply all saved settings.

        Return the number of applied changes and the new revision. They are stored under `key`, for
        a client that did not get them and asks again.
        """
        with self._change() as state:
            answer = {"applied_changes": len(self.changes()), "revision": str(state["revision"])}
            if answer["applied_changes"]:
                state["earlier"] = [state["applied"], *state["earlier"]][:MOST_EARLIER]
            state["applied"] = copy.deepcopy(state["saved"])
            state["savers"] = {}
            if key is not None:
                state["answers"][key] = answer
        return answer

    def answer_to(self, key):
        """Return what the apply with this key returned, or None."""
        return self["answers"].get(key)

    def replace(self, seed):
        """Replace the whole account by the one in `seed` (see seed.json), with all settings
        applied."""
        settings = {name: seed["outgoing_settings"][name] for name in SETTINGS}
        users = sorted(seed["users"], key=lambda user: user["extension"])
        settings["users"] = {user["extension"]: user["outgoing_number"] for user in users}
        with self._change() as state:
            state |= {
                "company": seed["company"],
                "numbers": sorted(seed["numbers"], key=lambda entry: entry["number"]),
                "users": [
                    {name: value for name, value in user.items() if name != "outgoing_number"}
                    for user in users
                ],
                "saved": settings,
                "applied": copy.deepcopy(settings),
                "earlier": [],
                "savers": {},
                "answers": {},
            }
            _check(state, settings)

    @contextlib.contextmanager
    def _change(self):
        """Yield a draft of the state with a new revision; keep it if the block succeeds."""
        draft = copy.deepcopy(self._state)
        draft["revision"] += 1
        yield draft
        # The file is complete at any moment, even if the process is killed.
        beside = self._path.with_name(self._path.name + ".new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(draft, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        self._state = draft


def _check(state, wanted):
    """Raise `Refused` if something of `wanted` cannot be saved in this account."""
    numbers = {entry["number"] for entry in state["numbers"]}
    users, rules = wanted.get("users", {}), wanted.get("rules", [])
    errors = [
        (("users", extension, "extension"), f"No user has the extension {extension}.")
        for extension in users
        if extension not in state["saved"]["users"]
    ]
    errors += [
        (("rules", at, "prefix"), f"A destination prefix has 1 to {LONGEST_PREFIX} characters.")
        for at, rule in enumerate(rules)
        if not 1 <= len(rule["prefix"]) <= LONGEST_PREFIX
    ]
    named = {("default_number",): wanted.get("default_number")}
    named |= {("users", user, "outgoing_number"): number for user, number in users.items()}
    named |= {("rules", at, "number"): rule["number"] for at, rule in enumerate(rules)}
    errors += [
        (place, f"{number} is not one of the account's incoming numbers.")
        for place, number in named.items()
        if number is not None and number not in numbers
    ]
    if errors:
        raise Refused(errors)


def _now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
