"""Actions that open a record."""


def form(record, **more):
    """Return the action that opens a record's form.

    :param more: further keys of the action, such as ``name`` and ``target``
    """
    return {
        "type": "ir.actions.act_window",
        "res_model": record._name,
        "res_id": record.id,
        "views": [[False, "form"]],
        **more,
    }
