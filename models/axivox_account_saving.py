"""What every save of an account's settings brings about: calls answered anew, and one entry in the
chatter of who changed what."""

from contextlib import contextmanager

from markupsafe import Markup

from odoo import api, models, modules

from .. import messages
from ..callerid import changes

LISTED_IN_CHATTER = 10  # changes


class AxivoxAccount(models.Model):
    _inherit = "axivox.account"

    @contextmanager
    def _saving(self):
        """Around every change of what the answers are made of: however many records one save
        touches, it drops the prepared policies once and leaves one entry in the chatter.

        :return: these accounts, for what is saved with them
        """
        callbacks = self.env.cr.precommit
        if "axivox.settings" not in callbacks.data:
            callbacks.data["axivox.settings"] = {}
            # sudo: a team that changes may be of several companies, also of those that are not
            # its writer's; each account's chatter tells of its own
            callbacks.add(self.env["axivox.account"].sudo()._in_server_context()._log_changes)
        before = callbacks.data["axivox.settings"]
        for account in self:
            if account.id not in before:
                before[account.id] = account._settings("saved")
        yield self._in_server_context("axivox_saving")
        if not self._server_says("axivox_saving"):
            self._drop_answers()

    @api.model
    def _drop_answers(self):
        """Have every call answered anew, in every process, from this transaction's commit on;
        until then, within the transaction only: see `_are_answers_changing`.
        """
        callbacks = self.env.cr.postcommit
        if not self._are_answers_changing():
            callbacks.data["axivox.changing"] = True
            callbacks.add(self.env.registry.clear_cache)
            self.env.cr.precommit.add(self.env["axivox.account"]._signal)
        if modules.module.current_test:  # which never commits
            self.env.registry.clear_cache()

    @api.model
    def _are_answers_changing(self):
        """:return: whether this transaction has changed what the answers are made of: then they
        are nobody else's yet, and neither taken from the cache nor put there
        """
        return "axivox.changing" in self.env.cr.postcommit.data

    @api.model
    def _signal(self):
        """Tell other processes with the commit itself that their answers are old: Odoo does after
        it, unless this process dies in between.

        Odoo looks whether the newest signal is one that it knows: so none may be committed after
        a newer one, and the lock is held to the commit.
        """
        if self.env.registry.ready:
            self.env.cr.execute("LOCK TABLE orm_signaling_default IN SHARE ROW EXCLUSIVE MODE")
            self.env.cr.execute("INSERT INTO orm_signaling_default DEFAULT VALUES")

    @api.model
    def _log_changes(self):
        before = self.env.cr.precommit.data.pop("axivox.settings", {})
        titles = self.env.cr.precommit.data.pop("axivox.titles", {})
        for account in self.browse(before).exists():
            differences = changes.difference(before[account.id], account._settings("saved"))
            if differences:
                teams = account._teams(differences)
                account._log_differences(differences, titles.get(account.id, ""), teams)
                self.env["axivox.edit"]._note(account, differences)

    def _log_differences(self, differences, title="", teams=None):
        """Enter changes in the chatter, many of them as a summary that opens.

        :param dict teams: see `_sentences`
        """
        summary = messages.changes_summary(self.env, differences)
        self._log_sentences(self._sentences(differences, teams), title, summary)

    def _log_sentences(self, sentences, title, summary):
        items = Markup().join(Markup("<li>%s</li>") % sentence for sentence in sentences)
        body = Markup("<ul>%s</ul>") % items
        if len(sentences) > LISTED_IN_CHATTER:
            body = Markup("<details><summary>%s</summary>%s</details>") % (summary, body)
        self._message_log(body=Markup("%s%s") % (title, body))

    def _names(self, numbers=None):
        """
        :param numbers: of the extensions that are meant; all without
        :return: what users are called: ``{"201": "201 Sophie"}``
        """
        extensions = self.env["axivox.extension"].with_context(active_test=False)
        mine = [("account_id", "in", self.ids)]
        if numbers is not None:
            mine.append(("number", "in", numbers))
        found = extensions.search_fetch(mine, ["number", "name"])
        return {extension.number: extension.display_name for extension in found}

    def _teams(self, differences):
        """
        :param differences: changes to what is saved here
        :return: which of them are a sales team's doing: ``{"201": "Team Europe"}``
        """
        wanted = {c.subject: c.new for c in differences if c.kind == "extension"}
        if not wanted:
            return {}
        followers = self.env["axivox.extension"].search(
            [
                ("account_id", "in", self.ids),
                ("number", "in", list(wanted)),
                ("follows_team", "=", True),
            ]
        )
        return {
            follower.number: follower.team
            for follower in followers
            if (follower.outgoing_number_id.number or None) == wanted[follower.number]
        }

    def _sentences(self, differences, teams=None):
        """
        :param dict teams: whose doing changes are: see `_teams`
        :return: the changes in words; users are called by their names
        """
        names = self._names([change.subject for change in differences])
        return [messages.change(self.env, change, names, teams) for change in differences]
