"""Settings that hold everywhere."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from config import database, env, keys

ROOT = Path(__file__).resolve().parents[3]
BERTH = env.load()

SECRET_KEY = keys.read_secret_key(BERTH.secret_key_file)
DEBUG = False

ALLOWED_HOSTS = ["*"] if not BERTH.listen.is_loopback else ["localhost", "127.0.0.1", "[::1]"]
_PUBLIC = urlsplit(BERTH.public_url)
if _PUBLIC.hostname:
    ALLOWED_HOSTS.append(_PUBLIC.hostname)
CSRF_TRUSTED_ORIGINS = [f"{_PUBLIC.scheme}://{_PUBLIC.netloc}"]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "accounts",
    "audit",
    "projects",
    "hosts",
    "operations",
    "images",
    "registries",
    "networks",
    "containers",
    "ingest",
    "supervisor",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# For the API explorer's page alone.
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
DATABASES = {"default": database.from_url(BERTH.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

_SECURE = BERTH.public_url.startswith("https://")
# Two instances on one machine share the host name, and cookies know no ports.
SESSION_COOKIE_NAME = f"berth_{BERTH.listen.port}_session"
CSRF_COOKIE_NAME = "csrftoken"
SESSION_COOKIE_SECURE = _SECURE
CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
APPEND_SLASH = False

STATIC_URL = "/static/"
STATIC_ROOT = BERTH.web / "static"
FRONTEND = ROOT / "frontend" / "dist"
STATICFILES_DIRS = [FRONTEND] if FRONTEND.is_dir() else []
WHITENOISE_USE_FINDERS = False
# Vite puts a hash into the names of all it builds.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9a-zA-Z_-]{8,}\.\w+$"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenAuthentication",
        "accounts.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.routes.ListedRoute"],
    "DEFAULT_RENDERER_CLASSES": ["accounts.api.rendering.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "config.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Berth",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AuditFormat": "audit.api.serializers.FORMATS",
        "AuditOutcome": "audit.models.Outcome.choices",
        "BindingScopeKind": "accounts.api.serializers.roles.SCOPES",
        "BindingSubjectKind": "accounts.api.serializers.roles.SUBJECTS",
        "ContainerState": "containers.api.serializers.STATES",
        "HostState": "hosts.models.HostState.values",
        "Kind": "audit.api.serializers.KINDS",
        "LayerPhase": "operations.api.serializers.PHASES",
        "NetworkDriver": "networks.api.serializers.DRIVERS",
        "OperationKind": "operations.api.serializers.KINDS",
        "OperationState": "operations.api.serializers.STATES",
        "Protocol": "containers.api.serializers.PROTOCOLS",
        "SeccompMode": "containers.api.serializers.SECCOMP_MODES",
        "UserNamespaceMode": "containers.api.serializers.USERNS_MODES",
        "Verb": "audit.api.serializers.VERBS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.api.schema.complete",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "filters": {
        "unexpected": {
            "()": "django.utils.log.CallbackFilter",
            # What depends on others and says so (502 to 507) is an answer, not an error of ours.
            "callback": lambda record: getattr(record, "status_code", 500) in (500, 501),
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR", "filters": ["unexpected"]},
        "httpx": {"level": "WARNING"},
    },
}
