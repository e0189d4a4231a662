{
    "name": "Axivox Caller ID in the VoIP widget",
    "summary": "Shows in voip_oca's widget which number the called person sees, and who is calling",
    "version": "19.0.1.0.0",
    "category": "Productivity/VOIP",
    "license": "AGPL-3",
    "author": "Axivox Caller ID contributors",
    "depends": ["axivox_caller_id", "voip_oca"],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
    "data": [
        "security/ir.model.access.csv",
        "security/voip_call_security.xml",
        "views/axivox_account_views.xml",
        "views/axivox_extension_views.xml",
        "views/axivox_number_views.xml",
        "views/crm_lead_views.xml",
        "views/res_partner_views.xml",
        "views/voip_call_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["axivox_caller_id_voip_oca/static/src/**/*"],
        "web.assets_unit_tests": [
            "axivox_caller_id_voip_oca/static/tests/**/*",
            ("remove", "axivox_caller_id_voip_oca/static/tests/tours/**/*"),
        ],
        "web.assets_tests": [
            "axivox_caller_id_voip_oca/static/tests/wire.js",
            "axivox_caller_id_voip_oca/static/tests/tours/*.js",
        ],
    },
}
