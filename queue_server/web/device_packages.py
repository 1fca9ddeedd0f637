"""Which package of ours holds the files of which device: mounted by name, never imported.

What must not live here: what is in those files.
"""

from typing import Final

DEVICE_PACKAGES: Final = {
    "display": "display",
    "counter": "counter_client",
    "kiosk": "kiosk",
    "sounds": "sounds",
}
"""The folder of `/static` → the package whose `static` stands there."""
