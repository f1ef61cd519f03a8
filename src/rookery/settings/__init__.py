"""Settings: one table, one reader, and Django's settings made from them.

Every other room reads a setting by `from rookery.settings import conf` and nothing else; the process
environment is read in `env.py` alone.
"""

from rookery.settings.env import BadSetting, Conf, conf
from rookery.settings.table import SETTINGS, Setting

__all__ = ["SETTINGS", "BadSetting", "Conf", "Setting", "conf"]
