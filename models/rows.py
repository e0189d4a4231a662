"""Reads thousands of records, of which each would take its time to make."""


def rows(model, domain, fields, order=None):
    """Return the stored values of the records that are found, without making records.

    :param model: an empty recordset
    :return: a tuple of values for each record, as the database has them
    :rtype: list[tuple]
    """
    query = model._search(domain, order=order)
    columns = (model._field_to_sql(model._table, name, query) for name in fields)
    return model.env.execute_query(query.select(*columns))
