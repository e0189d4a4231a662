"""Who may do what: every door of our addons is found by inspection and tried as every role.

`rights.csv` has the expected rights. A door is a public method, reading or setting a field that is
restricted, or a server action (a scheduled one too). Each is tried as over RPC, with Odoo's own
`call_kw`, at

- ``own``: the caller's own records, such as a dialog or a call,
- ``home``: other records of the caller's company,
- ``other``: records of another company,

and is open unless it raises AccessError. The file says how far a door opens: ``-``, ``own``,
``home`` (and ``own``) or ``all``.
"""

import csv
import inspect
from itertools import count
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from odoo import Command, http
from odoo.exceptions import AccessError, UserError
from odoo.models import BaseModel
from odoo.service.model import call_kw, get_public_method
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import CALLED_IN_LONDON, AxivoxCase

OURS = "axivox_caller_id"  # the beginning of the names of the addon and of its bridges
# Where a bridge says that a call is logged without what could not be found out.
LOG_OF_CALLS = "odoo.addons.axivox_caller_id_voip_oca.models.voip_call_log"
COMMIT_OF_CRONS = "odoo.addons.base.models.ir_cron.IrCron._commit_progress"
ROOT = Path(__file__).resolve().parents[1]
ROLES = {
    "public": "base.group_public",
    "portal": "base.group_portal",
    "user": "base.group_user",
    "editor": "base.group_user,axivox_caller_id.group_editor",
    "manager": "base.group_user,axivox_caller_id.group_manager",
    "system": "base.group_user,base.group_system",
}
OUTSIDE = ("public", "portal")
OPERATIONS = ("create", "read", "write", "unlink")
# A line of the file that ends so says what differs for an account in this mode.
OVER_API = " over an API"


class Door(NamedTuple):
    """``action_pull()`` for a method, ``base_url`` for reading a field, ``base_url =`` for setting
    it, or the XML id of a server action."""

    model: str
    name: str


class RolledBack(Exception):
    """The call was not refused."""


def is_ours(addon):
    return addon.startswith(OURS)


def addon_of(cls):
    """Return our addon that declares a class, else None."""
    package = cls.__module__.split(".")
    return package[2] if package[:2] == ["odoo", "addons"] and is_ours(package[2]) else None


def is_public(model, name):
    try:
        get_public_method(model, name)
    except (AccessError, AttributeError):
        return False
    return True


def read_rights():
    """Return {Door: its line of the file}."""
    with (ROOT / "tests" / "rights.csv").open(newline="") as file:
        return {Door(line["model"], line["door"]): line for line in csv.DictReader(file)}


@tagged("post_install", "-at_install")
class TestRights(AxivoxCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rights = read_rights()
        other = cls.env["res.company"].create(
            {"name": "Other", "country_id": cls.env.ref("base.be").id}
        )
        cls.env.user.company_ids += other
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": (cls.company + other).ids}
        )
        cls.account = cls.account.with_env(cls.env)
        cls.other_account = cls.account.create({"company_id": other.id})
        cls.users = {
            role: new_test_user(
                cls.env,
                f"{role}_rights",
                groups=groups,
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for role, groups in ROLES.items()
        }
        cls.colleague = cls._user("colleague_rights", "axivox_caller_id.group_manager")
        cls.stranger = cls._user("stranger_rights", "axivox_caller_id.group_manager", company=other)
        for user in cls.env["res.users"].search([("login", "=like", "%_rights")]):
            if user.login.removesuffix("_rights") not in OUTSIDE:
                cls._direct_line(user)
        for account in cls.account + cls.other_account:
            account.default_outgoing_number_id = account.number_ids[-1:]
            account._record_applied()
            cls._connect(account)

    @classmethod
    def _direct_line(cls, user):
        """Give a user an extension, with a number that rings it."""
        account = user.company_id.axivox_account_id
        number = cls.env["axivox.number"].create(
            {"account_id": account.id, "number": f"+3212{200000 + user.id}"}
        )
        extension = cls.env["axivox.extension"].create(
            {
                "account_id": account.id,
                "number": f"3{user.id}",
                "name": user.name,
                "user_id": user.id,
                "outgoing_number_id": number.id,
            }
        )
        number.write({"destination_type": "extension", "extension_id": extension.id})

    @classmethod
    def _connect(cls, account):
        """Set everything that can be known of a console."""
        saved = account._ours().to_json()
        account.write({"base_url": "http://127.0.0.1/api", "token": "secret"})
        company = {"name": "Velo", "domain": "velo", "numbers": 1, "users": 1, "revision": "1"}
        account._remember(
            connected_to=company,
            base={"domain": "velo", "saved": saved, "users": {}, "numbers": {}},
            in_flight=saved,
            theirs=saved,
            check_failure={"reason": "token", "detail": None},
        )

    def setUp(self):
        super().setUp()
        self.records, self.personal = {}, {}
        self.numbers = count(300001)

    def test_every_door_opens_as_far_as_is_meant(self):
        self._check_doors(self._doors())

    def test_every_method_opens_as_far_as_is_meant_over_an_api(self):
        # Without a token nothing is sent.
        (self.account + self.other_account).write({"mode": "api", "token": False})
        doors = {door: addon for door, addon in self._doors().items() if self._is_action(door)}
        self._check_doors(doors, OVER_API)

    def test_file_speaks_of_no_other_door(self):
        doors = self._doors()
        gone = [
            f"{door.model} {door.name}"
            for door, line in self.rights.items()
            if line["addon"] in doors.values()
            and door.model in self.env
            and door._replace(name=door.name.removesuffix(OVER_API)) not in doors
        ]
        self.assertFalse(gone, "rights.csv has lines of what is not there")

    def test_there_is_no_http_route(self):
        routes = [
            f"{controller.__module__}: {name}"
            for controllers in http.Controller.children_classes.values()
            for controller in filter(addon_of, controllers)
            for name, method in vars(controller).items()
            if hasattr(method, "original_routing")
        ]
        self.assertFalse(routes, "A route is a door that no test tries here")

    def test_every_dialog_has_a_record_rule_that_keeps_it_to_its_creator(self):
        own = self.env["ir.rule"].search(
            [("domain_force", "=", "[('create_uid', '=', user.id)]"), ("groups", "=", False)]
        )
        kept = {
            rule.model_id.model
            for rule in own
            if all(rule[f"perm_{operation}"] for operation in OPERATIONS)
        }
        dialogs = {model for model in self._models() if self.env[model]._transient}
        self.assertTrue(dialogs)
        self.assertEqual(dialogs - kept, set(), "Dialogs without a record rule of their creator")

    def test_nobody_sets_what_odoo_only_sets(self):
        """A readonly field is readonly over RPC too, for everybody and in one's own dialog."""
        for model in self._models():
            place = "own" if self._is_personal(model) else "home"
            record = self._record(model, place, "system")
            for name, field in record._fields.items():
                if not (field.readonly and field.store and any(map(is_ours, field._modules))):
                    continue
                values = {name: field.convert_to_write(record[name], record)}
                with self.subTest(f"{model} {name}"), self.assertRaises(AccessError):
                    self._call("system", {}, model, "write", record.ids, values)

    def test_readme_says_the_same(self):
        words = {"-": "–", "own": "their own", "home": "yes"}
        roles = [role for role in ROLES if role not in OUTSIDE]
        told = {}
        for door, line in self.rights.items():
            if sentence := line["in README"]:
                self.assertEqual({line[role] for role in OUTSIDE}, {"-"}, door)
                cells = [words[line[role]] for role in roles]
                self.assertEqual(told.setdefault(sentence, cells), cells, f"{door}: {sentence}")
        rows = [[sentence, *cells] for sentence, cells in told.items()]
        rows.insert(0, ["", "internal user", "editor", "manager", "system administrator"])
        rows.insert(1, ["---"] * len(rows[0]))
        table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        self.assertIn(f"\n\n{table}\n\n", (ROOT / "README.md").read_text())

    # What there is ----------------------------------------------------------------------------

    def _doors(self):
        """Return {Door: the addon that declares it}."""
        doors, governed = {}, self._models()
        for model, addon in governed.items():
            doors |= {Door(model, f"{operation}()"): addon for operation in OPERATIONS}
        for model, model_class in sorted(self.env.registry.items()):
            for cls in filter(addon_of, reversed(model_class.mro())):
                for name in vars(cls):
                    if is_public(self.env[model], name):
                        doors.setdefault(Door(model, f"{name}()"), addon_of(cls))
            for field in () if model_class._abstract else model_class._fields.values():
                if ours := [*filter(is_ours, field._modules)]:
                    is_added = not (model in governed or model_class._abstract or field.inherited)
                    field_doors = self._field_doors(self.env[model], field, is_added)
                    doors |= dict.fromkeys(field_doors, ours[0])
        for data in self._our_data("ir.actions.server"):
            doors[Door(data.model, data.name)] = data.module
        return doors

    def _models(self):
        """Return {model: addon} of our models, and of those that we give access to or have rules
        for."""
        models = {
            self.env[data.model].browse(data.res_id).model_id.model: data.module
            for data in self._our_data("ir.model.access", "ir.rule")
        }
        return models | {
            name: model._original_module
            for name, model in self.env.registry.items()
            if is_ours(model._original_module) and not model._abstract
        }

    def _our_data(self, *models):
        named = self.env["ir.model.data"].search([("model", "in", models)])
        return named.filtered(lambda data: is_ours(data.module))

    def _field_doors(self, model, field, is_added):
        """Yield the Doors of a field.

        :param bool is_added: whether the field is added to a model of Odoo's, whose own rights are
            not ours
        """
        of_managers = model._manager_fields() if hasattr(model, "_manager_fields") else ()
        if field.groups or is_added:
            yield Door(model._name, field.name)
        if not field.readonly and (field.groups or is_added or field.name in of_managers):
            yield Door(model._name, f"{field.name} =")

    # How far it opens -------------------------------------------------------------------------

    @patch(COMMIT_OF_CRONS, lambda *_args, **_kwargs: 0)  # no seconds are left after one batch
    @mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_actions", LOG_OF_CALLS)
    def _check_doors(self, doors, mode=""):
        wrong = []
        for door, addon in doors.items():
            try:
                found = {role: self._opens(door, role) for role in ROLES}
            except self.failureException as error:
                wrong.append(f"{door.model} {door.name}: {error}")
                continue
            # What was answered meanwhile came of what is rolled back.
            self.env.registry.clear_cache()
            meant = self.rights.get(door._replace(name=door.name + mode), self.rights.get(door))
            if meant is None:
                cells = ",".join(found.values())
                wrong.append(f"no line for it: {addon},{door.model},{door.name},{cells},,")
                continue
            wrong += [
                f"{door.model} {door.name}{mode}: {role} “{meant[role]}”, found “{is_open}”"
                for role, is_open in found.items()
                if meant[role] != is_open
            ]
        self.assertFalse(wrong, "\n".join(["tests/rights.csv says otherwise:", *wrong]))

    def _opens(self, door, role):
        places = self._places(door)
        is_open = [place for place in places if self._is_open(door, role, place)]
        if not is_open:
            return "-"
        if is_open == places:
            return "all"
        if is_open == places[: len(is_open)]:
            return is_open[-1]
        return "+".join(is_open)  # further away and not nearer: the file has no word for it

    def _places(self, door):
        """Return the places that differ for a door, the nearest first."""
        if self._takes_no_record(door):
            return ["home", "other"]
        if not self._is_personal(door.model):
            return ["home", "other"]
        if door.name == "create()" and self.env[door.model]._transient:
            return ["own", "other"]
        return ["own", "home", "other"]

    def _is_personal(self, model):
        if model not in self.personal:
            values = self._values(model, "home", "user")
            self.personal[model] = (
                self.env[model]._transient or model == "res.users" or "user_id" in values
            )
        return self.personal[model]

    def _is_open(self, door, role, place):
        contexts = [{}]
        if place == "other" and (self._is_action(door) or self._takes_no_record(door)):
            contexts.append({"allowed_company_ids": self.stranger.company_id.ids})
        if place == "other" and self._takes_no_record(door):
            contexts = contexts[1:]
        return any(
            not self._is_refused(role, context, *call)
            for call in self._calls(door, role, place)
            for context in contexts
        )

    def _is_refused(self, role, context, *call):
        try:
            with self.env.cr.savepoint():
                self._call(role, context, *call)
                raise RolledBack
        except AccessError:
            return True
        except UserError:
            return call[1] in ("read", "search")  # it told nothing
        except RolledBack:
            return False

    def _call(self, role, context, model, method, *args):
        """Call a method as over RPC.

        :raises AccessError: also if it reads or finds nothing
        """
        self.env.invalidate_all()  # a request starts with an empty cache
        model = self.env(user=self.users[role].id, context={})[model]
        told = call_kw(model, method, list(args), {"context": context})
        if method == "read":
            [name] = args[1]
            told = told and (model._fields[name].groups or told[0][name])
        if method in ("read", "search") and not told:
            raise AccessError("Nothing was read.")

    def _calls(self, door, role, place):
        """Return (model, method, arguments) of each way through a door."""
        model, name = door
        if model == "ir.actions.server":
            [action] = self._our_data(model).filtered(lambda data: data.name == name)
            return [(model, "run", [action.res_id])]
        if name == "create()":
            return [(model, "create", [self._values(model, place, role)])]
        record = self._record(model, place, role)
        if name.endswith("()"):
            return [(model, name[:-2], *self._arguments(door, record, place, role))]
        field = record._fields[name.removesuffix(" =")]
        if name.endswith(" ="):
            value = self._another(field, record)
            return [(model, "write", record.ids, {field.name: value})]
        ways = [(model, "read", record.ids, [field.name])]
        if field._description_searchable and record[field.name]:
            ways.append((model, "search", [("id", "=", record.id), self._is_as(field, record)]))
        return ways

    def _is_as(self, field, record):
        """Return the condition that a field has its present value; some types have none."""
        if field.type == "json":
            return (field.name, "=" if field.required else "!=", False)
        value = record[field.name]
        return (field.name, "in", value.ids if field.relational else [value])

    def _another(self, field, record):
        """Return another value of a field for a client to set, if there is one."""
        value = record[field.name]
        if field.type == "boolean":
            return not value
        if field.type == "many2one" and not field.required:
            return False
        if field.type == "selection":
            return next(key for key in field.get_values(self.env) if key != value)
        return field.convert_to_write(value, record)

    def _arguments(self, door, record, place, role):
        *_, (changed, value) = self._values(door.model, place, role).items() or [("name", "X")]
        arguments = {
            "read": [["create_date"]],
            "write": [{changed: value}],
            "onchange": [{}, [], {changed: {}}],
            "load": [[changed], [[value]]],
            "action_tick": [True],
            "web_resequence": [{}],
            "web_read_group": [[], ["account_id"], ["__count"]],
            "web_search_read": [[], {}],
            "try_call": [self._record("axivox.extension", place, role).id, CALLED_IN_LONDON],
            "resolve_caller_id": [CALLED_IN_LONDON],
            "identify_caller": [CALLED_IN_LONDON],
            "preview_call": [CALLED_IN_LONDON],
            "get_call_activities": ["", 0, 5],
            "get_recent_calls": ["", 0, 5],
            "preview_softphone_call": [CALLED_IN_LONDON],
            "get_missed_calls": ["", 0, 5],
            "create_call": [{"phone_number": CALLED_IN_LONDON, "type_call": "outgoing"}],
        }.get(door.name[:-2], [])
        method = get_public_method(record, door.name[:-2])
        try:
            inspect.signature(method).bind(record, *arguments)
        except TypeError:
            self.fail(f"Say in _arguments what {door.model}.{door.name} is called with")
        return arguments if self._takes_no_record(door) else [record.ids, *arguments]

    def _is_action(self, door):
        """Return whether the door is a method that not every model has."""
        return door.name.endswith("()") and not hasattr(BaseModel, door.name[:-2])

    def _takes_no_record(self, door):
        if not door.name.endswith("()"):
            return door.model == "ir.actions.server"
        method = get_public_method(self.env[door.model], door.name[:-2])
        return getattr(method, "_api_model", False) and door.name != "create()"

    def _at(self, place, role):
        """Return the account, and the owner of the records, at a place."""
        return {
            "own": (self.account, self.users[role]),
            "home": (self.account, self.colleague),
            "other": (self.other_account, self.stranger),
        }[place]

    def _record(self, model, place, role):
        """Return a record at a place, made by its owner."""
        account, user = self._at(place, role)
        if self.env[model]._abstract:
            return self.env[model].browse(1)
        itself = {"axivox.account": account, "res.company": account.company_id, "res.users": user}
        if model in itself:
            return itself[model]
        key = model, account, user
        if key not in self.records:
            values = self._values(model, place, role)
            # sudo: whether they might make it themselves is another door
            maker = self.env[model].with_user(user).sudo()
            self.records[key] = maker.create(values).with_env(self.env)
        return self.records[key]

    def _values(self, model, place, role):
        """Return values of a new record; the last of them is the one that is written."""
        account, user = self._at(place, role)
        number, unique = account.number_ids[:1], next(self.numbers)
        match model:
            case "axivox.account":
                company = account.company_id.id
                return {"company_id": company, "active": False, "rules_override_users": True}
            case "axivox.number":
                return {"account_id": account.id, "number": f"+3212{unique}", "name": "A line"}
            case "axivox.extension":
                return {"account_id": account.id, "number": str(unique), "name": "A phone"}
            case "axivox.outgoing.rule":
                prefix = {"destination_prefix": f"0033{unique}", "number_id": number.id}
                return {"account_id": account.id, **prefix, "sequence": 7}
            case "axivox.finding":
                broken = self._record("axivox.number", place, role).id
                about = {"cause": "number_broken", "number_id": broken}
                return {"account_id": account.id, **about, "reason": "Known"}
            case "axivox.finding.accept":
                finding = self._record("axivox.finding", place, role)
                return {"finding_ids": [Command.set(finding.ids)], "reason": "Known"}
            case "axivox.sync":
                wanted = account._ours().to_json()
                chosen = {"settings": wanted, "choices": {"k": "theirs"}, "users": {"301": 1}}
                return {"account_id": account.id, "kind": "apply", **chosen, "state": "done"}
            case "axivox.applied":
                wanted = account._ours().to_json()
                return {"account_id": account.id, "settings": wanted, "changes": "Nothing."}
            case "axivox.review":
                looked_at = {
                    "kind": "apply",
                    "mode": account.mode,
                    "settings": account._ours().to_json(),
                    "held": account._ours().to_json(),
                }
                return {"account_id": account.id, **looked_at, "line_ids": []}
            case "axivox.manual.apply":
                wanted = account._ours().to_json()
                # An account has one open list, and each role one of its own here.
                return {
                    "account_id": account.id,
                    "held": wanted,
                    "settings": wanted,
                    "state": "done",
                }
            case "axivox.manual.step":
                manual = self._record("axivox.manual.apply", place, role)
                change = ["extension", "201", None, number.number, None]
                return {"manual_id": manual.id, "page": "users", "subject": "201", "change": change}
            case "axivox.edit":
                return {"account_id": account.id, "settings": [["extension", "201"]]}
            case "axivox.add.users":
                return {"account_id": account.id, "line_ids": [], "first_number": str(unique)}
            case "axivox.add.users.line":
                dialog = self._record("axivox.add.users", place, role)
                return {"dialog_id": dialog.id, "user_id": user.id, "number": str(unique)}
            case "axivox.connect":
                return {"account_id": account.id, "base_url": "http://127.0.0.1:9/api"}
            case "axivox.discard":
                saved = account._ours().to_json()
                done = {"before": saved, "after": saved, "said": "Taken back"}
                return {"account_id": account.id, **done}
            case "axivox.discard.line":
                discard = self._record("axivox.discard", place, role)
                change = ["extension", "201", None, number.number, None]
                return {"discard_id": discard.id, "name": "201", "change": change}
            case "axivox.review.line":
                review = self._record("axivox.review", place, role)
                return {"review_id": review.id, "key": "k", "name": "A rule", "choice": "theirs"}
            case "axivox.review.user":
                review = self._record("axivox.review", place, role)
                return {"review_id": review.id, "extension": "901", "user_id": False}
            case "axivox.number.archive":
                return {"number_ids": [Command.set(number.ids)]}
            case "axivox.number.paste":
                return {"account_id": account.id, "text": f"+3212{unique}"}
            case "axivox.test.case":
                extension = self._record("axivox.extension", place, role)
                called = {"extension_id": extension.id, "destination": CALLED_IN_LONDON}
                return {"account_id": account.id, **called, "name": "A case"}
            case "axivox.try.many":
                return {"account_id": account.id, "text": CALLED_IN_LONDON}
            case "axivox.team.number":
                team = self.env["crm.team"].create({"name": "A team"}).id
                return {"account_id": account.id, "team_id": team, "outgoing_number_id": number.id}
            case "crm.team":
                return {"company_id": account.company_id.id, "name": "A team"}
            case "crm.team.member":
                team = self._record("crm.team", place, role)
                return {"crm_team_id": team.id, "user_id": user.id, "active": True}
            case "res.config.settings":
                return {"company_id": account.company_id.id}
            case "res.partner" | "crm.lead":
                where = {"phone": CALLED_IN_LONDON, "country_id": self.env.ref("base.be").id}
                return {"name": "A customer", "company_id": account.company_id.id, **where}
            case "mail.activity":
                lead = self._record("crm.lead", place, role)
                about = {"res_model_id": self.env["ir.model"]._get_id("crm.lead")}
                return {**about, "res_id": lead.id, "user_id": user.id}
            case "axivox.period":
                extension = self._record("axivox.extension", place, role)
                held = {"extension_id": extension.id, "extension": str(unique), "user_id": user.id}
                return {"account_id": account.id, **held, "since": "2026-01-01 00:00:00"}
            case "axivox.call":
                called = {"phone_number": CALLED_IN_LONDON, "direction": "outgoing"}
                return {"user_id": user.id, **called, "did": number.number, "state": "ongoing"}
            case "res.company":
                return {"name": account.company_id.name}
            case "res.users":
                return {"axivox_outgoing_number_id": number.id}
            case "voip.call":
                shown = {"caller_id": number.number, "caller_id_source": "default"}
                shown |= {"axivox_number_id": number.id, "sip_call_id": str(unique)}
                ended = {"outcome": "answered", "phone_number": CALLED_IN_LONDON}
                return {"user_id": user.id, **shown, **ended, "activity_name": "A call"}
        if self.env[model]._abstract:
            return {}
        return self.fail(f"Say in _values what a {model} is made of")
