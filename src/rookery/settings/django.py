"""Django's settings, made from the table. `DJANGO_SETTINGS_MODULE=rookery.settings.django`."""

import secrets
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined

from rookery.settings import addresses, keys
from rookery.settings.env import conf

conf.check_all()

PACKAGE = Path(__file__).resolve().parent.parent
DATA_DIR = conf.path("DATA_DIR")
DEBUG = conf.bool("DEBUG")

# Without a key yet (before `rookery setup` or `serve`) a passing one lets commands such as `version` and
# `doctor` run; nothing signed with it outlives the process, and a system check says so.
SECRET_KEY = keys.secret_key() or secrets.token_hex(32)
SECRET_KEY_FALLBACKS = conf.list("SECRET_KEY_FALLBACKS")

BASE_URL = addresses.base_url()
ALLOWED_HOSTS = addresses.allowed_hosts()
TRUSTED_PROXIES = addresses.trusted_proxies()
HTTPS = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rookery.settings",
    "rookery.journal",
    "rookery.accounts",
    "rookery.channels",
    "rookery.intake",
    "rookery.conversations",
    "rookery.media",
    "rookery.processing",
    "rookery.catchup",
    "rookery.details",
    "rookery.sending",
    "rookery.realtime",
    "rookery.api",
    "rookery.web",
    "rookery.ops",
]

MIDDLEWARE = [
    "rookery.web.middleware.PageHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "rookery.web.middleware.SignedInOnly",
    "rookery.web.middleware.UserLanguage",
    "rookery.ops.middleware.SpaceGuard",
]
CSRF_FAILURE_VIEW = "rookery.web.views.errors.csrf_failure"

ROOT_URLCONF = "rookery.urls"
ASGI_APPLICATION = "rookery.asgi.application"
APPEND_SLASH = False

# All our templates are Jinja2: two engines would mean two escaping rules to keep in mind.
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "rookery.web.jinja.environment",
            "autoescape": True,
            "undefined": StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
        },
    }
]
FORM_RENDERER = "django.forms.renderers.Jinja2"

DATABASES = {"default": addresses.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
# The first knows whose a session is, the second checks passwords (and knows sessions of before the first).
AUTHENTICATION_BACKENDS = [
    "rookery.accounts.sessions.BySession",
    "django.contrib.auth.backends.ModelBackend",
]
SESSION_ENGINE = "rookery.accounts.sessions"
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/inbox"
LOGOUT_REDIRECT_URL = "/sign-in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# A __Host- cookie cannot be set by a sibling host or over plain http; browsers refuse the name without https.
_COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = _COOKIE_PREFIX + "rookery"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = _COOKIE_PREFIX + "rookery-csrf"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token in a meta element
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_TRUSTED_ORIGINS = [BASE_URL] if HTTPS else []
LANGUAGE_COOKIE_NAME = _COOKIE_PREFIX + "rookery-language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Forwarded headers are judged by the ASGI front (only from TRUSTED_PROXIES), which rewrites scheme and client.
SECURE_PROXY_SSL_HEADER = None
USE_X_FORWARDED_HOST = False
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
X_FRAME_OPTIONS = "DENY"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = conf.str("LANGUAGE")
LANGUAGES = [("en", "English"), ("pt-br", "Português (Brasil)")]
LOCALE_PATHS = [PACKAGE / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES: dict[str, dict[str, Any]] = {
    "default": addresses.media_store(),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_URL = ""  # files are reached through our own permission check only

# The ASGI front spools a body to disk before a thread sees it; larger fields than this are an attack.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
# The system's /tmp may be small, or memory. `serve` has made the folder before it reads this.
FILE_UPLOAD_TEMP_DIR = str(DATA_DIR / "run") if (DATA_DIR / "run").is_dir() else None

LOGGING_CONFIG = None  # rookery.telemetry.log.configure() does it, before anything else
TEST_RUNNER = "django.test.runner.DiscoverRunner"
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # a redirect to https is the proxy's
    "security.W005",  # HSTS for subdomains and preload are the owner's decision
    "security.W021",
]
