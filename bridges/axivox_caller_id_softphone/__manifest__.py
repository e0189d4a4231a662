{
    "name": "Axivox Caller ID in Axivox's panel",
    "summary": "Shows the caller ID next to Axivox's panel, and dials numbers in the right form",
    "version": "19.0.1.0.0",
    "category": "Productivity/VOIP",
    "license": "LGPL-3",
    "author": "Axivox Caller ID contributors",
    "depends": ["axivox_caller_id", "axivox_softphone"],
    "auto_install": True,
    "data": ["views/axivox_account_views.xml"],
    "assets": {
        "web.assets_backend": ["axivox_caller_id_softphone/static/src/**/*"],
        "web.assets_unit_tests": ["axivox_caller_id_softphone/static/tests/*.test.js"],
        "web.assets_tests": ["axivox_caller_id_softphone/static/tests/tours/*.js"],
    },
}
