{
    "name": "Axivox Caller ID in Axivox's call log",
    "summary": "Compares the number that each call really showed with the one that was promised",
    "version": "19.0.1.0.0",
    "category": "Productivity/VOIP",
    "license": "LGPL-3",
    "author": "Axivox Caller ID contributors",
    "depends": ["axivox_caller_id", "axivox"],
    "auto_install": True,
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
    "data": [
        "security/ir.model.access.csv",
        "security/axivox_period_security.xml",
        "views/axivox_call_views.xml",
        "views/crm_lead_views.xml",
        "views/axivox_menus.xml",
    ],
}
