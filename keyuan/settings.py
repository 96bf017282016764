"""One settings file. Whatever differs between installations comes from the environment."""

import hashlib
import hmac
import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from keyuan.engine.home import home, secret

PACKAGE = Path(__file__).parent
HOME = home()
SECRET_KEY = secret("secret-key")
AUDIT_KEY = secret("audit-key")  # signs the seals over history
AUDIT_WRITER = hmac.new(AUDIT_KEY.encode(), b"writer", hashlib.sha256).hexdigest()  # what our connections can prove
DEBUG = os.environ.get("KEYUAN_DEBUG") == "1"
BASE_URL = os.environ.get("KEYUAN_BASE_URL", "").rstrip("/")
TRUSTED_PROXIES = os.environ.get("KEYUAN_TRUSTED_PROXIES", "")  # see ui/origin.py
ALLOWED_HOSTS = ["*"]  # no address is ever built from Host: see BASE_URL

# One connection per thread: two for pages, one for the stream of notices. Short patience, so that a page is there
# within two seconds while the database is away, and comes back at once when the database does.
POOL = {"min_size": 1, "max_size": 3, "timeout": 1, "reconnect_timeout": 1}


IS_WEB = os.environ.get("KEYUAN_ROLE") == "web"
LONGEST_STATEMENT = 3_000 if IS_WEB else 60_000  # milliseconds
ALONE = " -c max_parallel_workers_per_gather=0"  # a page's query is shorter than the start of its helpers


def database(url: str) -> dict[str, object]:
    """Django's settings for one PostgreSQL address, `postgresql://user:password@host:port/name`."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": {
            "connect_timeout": 2,
            "options": f"-c statement_timeout={LONGEST_STATEMENT} -c lock_timeout=5000 -c jit=off "
            f"-c random_page_cost=1.1 -c keyuan.writer={AUDIT_WRITER}{ALONE if IS_WEB else ''}",
            "pool": POOL if IS_WEB else False,
            **query,
        },
        "CONN_HEALTH_CHECKS": True,  # a connection of before the server's restart must not reach a page
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgresql:///keyuan"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    "keyuan",
]
AUTH_USER_MODEL = "keyuan.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # user names are unique whatever their case, by a constraint
AUTHENTICATION_BACKENDS = ["keyuan.org.authentication.SignIn"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"

MIDDLEWARE = [
    "keyuan.ui.origin.Origin",
    "keyuan.ui.middleware.Availability",
    "keyuan.ui.middleware.SecurityHeaders",
    "keyuan.ui.assets.StaticFiles",
    "keyuan.ui.compression.Compression",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "keyuan.ui.middleware.Language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "keyuan.people.previews.RolePreview",
    "keyuan.ui.middleware.Doorkeeper",
    "keyuan.ui.middleware.Refusals",
]
ROOT_URLCONF = "keyuan.urls"
ASGI_APPLICATION = "keyuan.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": sorted(PACKAGE.glob("*/templates")),
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader"],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "keyuan.ui.templatetags.ui",
                "keyuan.ui.templatetags.records",
                "keyuan.activities.templatetags.activities",
                "keyuan.opportunities.templatetags.opportunities",
            ],
            "libraries": {"ui": "keyuan.ui.templatetags.ui"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "keyuan.ui.frame.frame",
            ],
        },
    }
]

SESSION_ENGINE = "keyuan.org.sessions"
SESSION_COOKIE_SECURE = BASE_URL.startswith("https://")
HOST_ONLY = "__Host-" if SESSION_COOKIE_SECURE else ""  # such cookies nobody else of the domain can set
SESSION_COOKIE_NAME = f"{HOST_ONLY}keyuan_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 7 * 24 * 3600
CSRF_COOKIE_NAME = f"{HOST_ONLY}keyuan_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_COOKIE_HTTPONLY = False
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # Origin leaves it only where a trusted proxy says so
CSRF_FAILURE_VIEW = "keyuan.ui.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

USE_TZ = True
TIME_ZONE = os.environ.get("KEYUAN_TIME_ZONE", "Asia/Shanghai")
USE_I18N = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "ui" / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}},
    "staticfiles": {"BACKEND": "keyuan.ui.storage.Static"},
}
SERVESTATIC_MAX_AGE = 60

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("KEYUAN_LOG_LEVEL", "WARNING")},
}
