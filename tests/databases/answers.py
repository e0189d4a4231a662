# ruff: noqa: F821
# Run by Odoo's shell before and after an upgrade: questions that must have the same answers; only
# sentences may differ.
import json
import os

account = env.ref("axivox_caller_id.demo_account")
NUMBERS = ("+442079460321", "0033199004567", "+16175550187", "+12423456789", "202", "112")
answers = {
    "token": account._token(),
    "pending": account.pending_change_count,
    "history": [
        [applied.changes, applied.settings, applied.is_current] for applied in account.applied_ids
    ],
    "current": account.applied_settings,
}
for login in ("sophie", "james", "claire", "noor"):
    user = env["res.users"].search([("login", "=", login)])
    answers[login] = [
        user.has_group(f"axivox_caller_id.group_{group}") for group in ("editor", "manager")
    ]
    for number in NUMBERS:
        for settings in ("applied", "saved"):
            answer = user.resolve_caller_id(number, settings=settings)
            answers[f"{login} {number} {settings}"] = {**answer, "reason": bool(answer["reason"])}
with open(os.environ["ANSWERS"], "w") as file:
    json.dump(answers, file)
