"""Actions that open a record."""


def form(record, **more):
    """
    :param more: what else the action says, such as ``name`` and ``target``
    :return: the action of the record's form
    """
    return {
        "type": "ir.actions.act_window",
        "res_model": record._name,
        "res_id": record.id,
        "views": [[False, "form"]],
        **more,
    }
