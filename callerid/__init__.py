"""Which number the called person sees, decided without Odoo, HTTP or the clock.

``dialing`` reads what was dialled, ``policy`` decides what is shown, ``changes`` says how two
versions of the settings differ, ``reconcile`` what makes Odoo and a console agree, ``explain`` why
a console showed something else.
"""
