"""Which number the called person sees, decided without Odoo, HTTP or the clock.

``dialing`` parses what was dialled, ``policy`` decides what is shown, ``changes`` compares two
versions of the settings, ``reconcile`` plans how Odoo and a console are brought into agreement,
``explain`` finds why a console showed something else.
"""
