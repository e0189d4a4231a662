"""What every save of an account's settings does: it drops the prepared answers, and logs who
changed what in the chatter."""

from contextlib import contextmanager

from markupsafe import Markup

from odoo import api, models, modules

from .. import messages
from ..callerid import changes
from .rows import rows

LISTED_IN_CHATTER = 10  # changes


class AxivoxAccount(models.Model):
    _inherit = "axivox.account"

    @contextmanager
    def _saving(self):
        """Wrap every change that can alter an answer. One save, however many records it touches,
        drops the prepared policies once and leaves one entry in the chatter.

        :return: these accounts, with a context for the writes inside the block
        """
        callbacks = self.env.cr.precommit
        if "axivox.settings" not in callbacks.data:
            callbacks.data["axivox.settings"] = {}
            # sudo: a changed sales team may belong to companies other than the user's; each
            # account's chatter gets its own changes only
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
        """Drop the prepared answers in every process when this transaction commits. Until then,
        only this transaction computes them anew: see `_are_answers_changing`."""
        callbacks = self.env.cr.postcommit
        if not self._are_answers_changing():
            callbacks.data["axivox.changing"] = True
            callbacks.add(self.env.registry.clear_cache)
            self.env.cr.precommit.add(self.env["axivox.account"]._signal)
        if modules.module.current_test:  # a test never commits
            self.env.registry.clear_cache()

    @api.model
    def _are_answers_changing(self):
        """Return whether this transaction has changed what answers are made of: then they are
        neither taken from the cache nor put there, since no other transaction may see them."""
        return "axivox.changing" in self.env.cr.postcommit.data

    @api.model
    def _signal(self):
        """Tell other processes, with the commit itself, that their answers are stale. Odoo tells
        them only after the commit, which fails if this process dies in between.

        Odoo compares the newest signal with the last one that it knows. So no signal may be
        committed after a newer one: the lock is held until the commit.

        This process does not count the signal as known, so that it drops its answers once more: a
        request that began before the commit may have put old ones there after the first time.
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
                self.env["axivox.edit"]._record(account, differences)

    def _log_differences(self, differences, title="", teams=None):
        """Log changes in the chatter; many of them are folded under a summary.

        :param dict teams: see `_sentences`
        """
        summary = messages.changes_summary(self.env, differences)
        self._log_sentences(self._sentences(differences, teams), title, summary)

    def _log_sentences(self, sentences, title, summary, entry=None):
        """Log sentences in the chatter. Many are a link to the entry of the history that has them,
        or folded."""
        if len(sentences) > LISTED_IN_CHATTER and entry:
            body = Markup("<p>%s</p>") % entry._get_html_link(title=summary)
        elif len(sentences) > LISTED_IN_CHATTER:
            # As one text: Odoo cleans it, which takes its time for each element.
            lines = "\n".join(f"• {sentence}" for sentence in sentences)
            body = Markup(
                '<details><summary>%s</summary><p class="text-prewrap">%s</p></details>'
            ) % (summary, lines)
        else:
            items = Markup().join(Markup("<li>%s</li>") % sentence for sentence in sentences)
            body = Markup("<ul>%s</ul>") % items
        self._message_log(body=Markup("%s%s") % (title, body))

    def _names(self):
        """Return the display names of the users: ``{"201": "201 Sophie"}``."""
        extensions = self.env["axivox.extension"].with_context(active_test=False)
        mine = [("account_id", "in", self.ids)]
        return {
            number: f"{number} {name}"
            for number, name in rows(extensions, mine, ["number", "name"])
        }

    def _teams(self, differences):
        """Return which changes come from a sales team: ``{"201": "Team Europe"}``.

        :param differences: changes to the saved settings
        """
        wanted = {c.subject: c.new for c in differences if c.kind == "extension"}
        if not wanted:
            return {}
        extensions = self.env["axivox.extension"]
        following = [("account_id", "in", self.ids), ("follows_team", "=", True)]
        followers = extensions.browse(
            id_ for id_, number in rows(extensions, following, ["id", "number"]) if number in wanted
        )
        return {
            follower.number: follower.team
            for follower in followers
            if (follower.outgoing_number_id.number or None) == wanted[follower.number]
        }

    def _sentences(self, differences, teams=None):
        """Return the changes in words, with users by name.

        :param dict teams: the sales teams that changes come from: see `_teams`
        """
        return messages.changes(self.env, differences, self._names(), teams)
