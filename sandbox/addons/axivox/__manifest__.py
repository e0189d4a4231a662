{
    "name": "Axivox (stand-in)",
    "summary": "Stands in for Axivox's own call log in tests: the same surface, none of its code",
    "description": "No addon of Axivox's. Written by the makers of Axivox Caller ID, from what is "
    "publicly known of the addon `axivox`, so that its bridge can be tested where that is not.",
    "version": "19.0.1.0.2",
    "category": "Productivity/VOIP",
    "license": "LGPL-3",
    "author": "Axivox Caller ID contributors",
    "depends": ["base", "mail"],
    "data": [
        "security/axivox_security.xml",
        "security/ir.model.access.csv",
        "views/axivox_call_views.xml",
        "views/res_partner_views.xml",
    ],
}
