{
    "name": "Axivox (stand-in)",
    "summary": "For tests: the public surface of Axivox's own call log, none of its code",
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
