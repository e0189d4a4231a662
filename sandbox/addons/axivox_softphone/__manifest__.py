{
    "name": "Axivox softphone (stand-in)",
    "summary": "For tests: the public surface of Axivox's own panel, none of its code",
    "version": "19.0.1.0.15",
    "category": "Productivity/VOIP",
    "license": "LGPL-3",
    "author": "Axivox Caller ID contributors",
    "depends": ["base", "web"],
    "assets": {
        "web.assets_backend": [
            "axivox_softphone/static/src/panel.js",
            "axivox_softphone/static/src/start.js",
            "axivox_softphone/static/src/panel.css",
        ],
    },
}
