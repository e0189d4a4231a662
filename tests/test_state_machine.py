from unittest import skipUnless

try:
    from hypothesis import HealthCheck, settings
    from hypothesis import strategies as st
    from hypothesis.stateful import (
        RuleBasedStateMachine,
        initialize,
        invariant,
        precondition,
        rule,
        run_state_machine_as_test,
    )
except ImportError:
    st = None

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..callerid.policy import Settings
from .common import LONDON, MAIN, NEW_YORK, PARIS
from .test_console import ConsoleCase

if st:
    NUMBERS = st.sampled_from([MAIN, LONDON, PARIS, NEW_YORK])
    # Few, so that both sides often meet.
    EXTENSIONS = st.sampled_from(["201"])
    PREFIXES = st.sampled_from(["0044", "0049"])
    FAULTS = st.sampled_from(
        ["429", "500_before", "500_after", "drop_before", "drop_after", "cut", "nonsense"]
    )


def items(document):
    """Return the settings (JSON) as {what: value}, without rules that are not there."""
    return {
        "default": document["default"],
        "override": document["override"],
        **{("rule", prefix): number for prefix, number in document["rules"]},
        **{("extension", e): number for e, number in document["extensions"].items()},
    }


@tagged("post_install", "-at_install")
class TestStateMachine(ConsoleCase):
    @skipUnless(st, "hypothesis is not installed, which only developers of the addon need")
    def test_no_edit_is_lost_none_is_overwritten_unseen_and_agreement_is_told(self):
        case = self

        class Machine(RuleBasedStateMachine):
            """``mine``: edits here that are not at Axivox yet. ``theirs``: edits in the console
            that nobody here has seen yet."""

            @initialize()
            def begin(self):
                case.sandbox.behave()
                case.hold()
                live = case.sandbox.applied()
                account = case.account
                account.write({"base": False, "in_flight": False, "applied_settings": False})
                account.applied_ids.sudo().unlink()
                account._restore(Settings.from_json(live))
                case.pull()
                case.assertEqual(account.pending_changes(), [])
                self.mine, self.theirs = {}, {}

            # Here ------------------------------------------------------------------------

            @rule(number=NUMBERS)
            def edit_default(self, number):
                case.account.default_outgoing_number_id = self.number(number)
                self.edited("default", number)

            @rule()
            def edit_override(self):
                case.account.rules_override_users ^= True
                self.edited("override", case.account.rules_override_users)

            @rule(extension=EXTENSIONS, number=NUMBERS | st.none())
            def edit_extension(self, extension, number):
                record = case.account.extension_ids.filtered(lambda e: e.number == extension)
                record.outgoing_number_id = self.number(number)
                self.edited(("extension", extension), number)

            @rule(prefix=PREFIXES, number=NUMBERS)
            def edit_rule(self, prefix, number):
                line = case.rule(prefix)
                if line:
                    line.number_id = self.number(number)
                else:
                    case._rule(prefix, self.number(number))
                self.edited(("rule", prefix), number)

            @rule(prefix=PREFIXES)
            def remove_rule(self, prefix):
                if case.rule(prefix):
                    case.rule(prefix).unlink()
                    self.edited(("rule", prefix), None)

            @rule(data=st.data())
            def move_rules(self, data):
                order = data.draw(st.permutations(list(case.account.rule_ids)))
                for position, line in enumerate(order):
                    line.sequence = position

            # There -----------------------------------------------------------------------

            @rule(number=NUMBERS, apply=st.booleans())
            def console_default(self, number, apply):
                self.console_edit(default_number=number, apply=apply)

            @rule(extension=EXTENSIONS, number=NUMBERS | st.none(), apply=st.booleans())
            def console_extension(self, extension, number, apply):
                self.console_edit(users={extension: number}, apply=apply)

            @rule(apply=st.booleans())
            def console_override(self, apply):
                override = not self.console()["override"]
                self.console_edit(rules_override_users=override, apply=apply)

            @rule(prefix=PREFIXES, number=NUMBERS | st.none(), data=st.data())
            def console_rules(self, prefix, number, data):
                rules = {p: n for p, n in self.console()["rules"] if p != prefix}
                if number:
                    rules[prefix] = number
                lines = data.draw(st.permutations(list(rules.items())))
                self.console_edit(rules=[{"prefix": p, "number": n} for p, n in lines])

            # Between ---------------------------------------------------------------------

            @rule()
            def pull(self):
                case.pull()
                here = items(case.saved())
                self.theirs = {w: v for w, v in self.theirs.items() if here.get(w) != v}
                self.agreement_is_told()

            @rule()
            def apply(self):
                here = items(case.saved())
                try:
                    case.apply()
                except UserError:
                    return
                unseen = {w: value for w, value in self.theirs.items() if here.get(w) != value}
                case.assertFalse(unseen, "went live unseen, or was overwritten")
                self.applied()

            @rule(
                kind=FAULTS,
                request=st.integers(1, 9),
                times=st.sampled_from([1, 4]),
            )
            def apply_with_fault(self, kind, request, times):
                case.sandbox.misbehave(
                    {"kind": kind, "request": request, "times": times, "seconds": 0}
                )
                try:
                    self.apply()
                finally:
                    case.sandbox.behave()

            @rule(data=st.data())
            def review_and_apply(self, data):
                review = case.review("apply")
                for line in review.line_ids.filtered("is_conflict"):
                    line.choice = data.draw(st.sampled_from(["theirs", "ours"]))
                chosen = {line.name: line.choice for line in review.line_ids}
                review.action_confirm()
                here, console = items(case.saved()), items(self.console())
                for what, value in self.mine.items():
                    case.assertTrue(here.get(what) == value or "theirs" in chosen.values())
                case.assertEqual(here, console)
                self.applied()

            @precondition(lambda self: case.account.applied_ids)
            @rule()
            def discard(self):
                case.account.action_discard()
                self.mine = {}

            @rule(data=st.data())
            def restore_from_history(self, data):
                data.draw(st.sampled_from(list(case.account.applied_ids))).action_restore()
                self.mine = {}

            # What always holds -----------------------------------------------------------

            @invariant()
            def no_edit_is_lost(self):
                here, agreed = items(case.saved()), self.agreed()
                case.assertEqual({what: here.get(what) for what in self.mine}, self.mine)
                # What both sides last agreed on is nobody's edit (any more).
                self.mine = {w: value for w, value in self.mine.items() if agreed.get(w) != value}

            @invariant()
            def nothing_of_theirs_is_overwritten(self):
                there = items(self.console())
                case.assertEqual({what: there.get(what) for what in self.theirs}, self.theirs)

            def teardown(self):
                for line in (review := case.review("apply")).line_ids:
                    line.choice = "ours"
                review.action_confirm()
                self.applied()

            def applied(self):
                self.mine, self.theirs = {}, {}
                case.assertEqual(case.sandbox.applied(), case.saved())
                case.assertEqual(case.account.pending_changes(), [])

            def agreement_is_told(self):
                case.assertEqual(case.account.applied_settings, case.sandbox.applied())
                agree = case.sandbox.applied() == case.saved()
                case.assertEqual(case.account.pending_changes() == [], agree)

            def edited(self, what, value):
                self.mine[what] = value

            def console_edit(self, **edit):
                before = items(self.console())
                case.sandbox.edit(**edit)
                after = items(self.console())
                for what in before.keys() | after.keys():
                    if before.get(what) != after.get(what):
                        self.theirs[what] = after.get(what)
                agreed = self.agreed()
                self.theirs = {w: v for w, v in self.theirs.items() if agreed.get(w) != v}

            def agreed(self):
                return items(case.account.base["saved"])

            def console(self):
                return case.sandbox.saved()

            def number(self, number):
                return case.account.number_ids.filtered(lambda n: n.number == number)

        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=60,
                stateful_step_count=15,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
