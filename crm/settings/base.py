"""What every environment shares."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.settings import env

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env.text("CRM_VAR_DIR") or BASE_DIR / "var")

BRAND = {"en": "Yunmai CRM", "zh-hans": "云脉 CRM"}
DEFAULT_TAX_PERCENT = env.text("DEFAULT_TAX_PERCENT", "13")  # of a quote's lines
# How the company signs what goes to customers; lines of the address are parted by “|”.
COMPANY_NAME = env.text("COMPANY_NAME")
COMPANY_ADDRESS = env.text("COMPANY_ADDRESS")
BASE_CURRENCY = env.text("BASE_CURRENCY", "CNY")
DEFAULT_PHONE_REGION = env.text("DEFAULT_PHONE_REGION", "CN")
BASE_URL = env.text("BASE_URL", "http://localhost:8000")

INSTALLED_APPS = [
    "crm.common",
    "crm.accounts",
    "crm.jobs",
    "crm.mail",
    "crm.records",
    "crm.api",
    "crm.embedded",
    "customers",
    "communications",
    "sales",
    "service",
    "marketing",
    "analytics",
    "crm.home",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "template_partials.apps.SimpleAppConfig",
    "django_cotton.apps.SimpleAppConfig",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crm.common.compression.PageCompression",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "crm.accounts.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "crm.common.history.HistoryMiddleware",
    "crm.common.errors.PlainErrorsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.common.context.shell",
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "crm.common.templatetags.ui",
            ],
        },
    }
]

# Database -----------------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL")
REDIS_URL = env.text("REDIS_URL")
STATEMENT_TIMEOUT_MS = env.number("STATEMENT_TIMEOUT_MS", 15_000)


def database_settings(url: str) -> dict[str, Any]:
    settings = env.database(url)
    timeouts = (
        f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout=2000 "
        "-c idle_in_transaction_session_timeout=60000"
    )
    settings["OPTIONS"]["options"] = timeouts
    settings["OPTIONS"]["connect_timeout"] = 5
    settings["CONN_MAX_AGE"] = 60
    settings["CONN_HEALTH_CHECKS"] = True
    return settings


# Jobs -----------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.celery_broker(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
# A message only rings the bell, the job's row and lease are the truth: it is acknowledged when its
# process begins (what is not acknowledged when the broker dies ends a worker), none is hoarded.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 3000  # below the broker's visibility timeout
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    "retry_on_timeout": False,
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker outlives any outage of the broker
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 1_500_000  # KiB
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "crm"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
JOB_HEARTBEAT_SECONDS = env.number("JOB_HEARTBEAT_SECONDS", 5)
JOB_LEASE_SECONDS = env.number("JOB_LEASE_SECONDS", 30)
JOB_SWEEP_SECONDS = env.number("JOB_SWEEP_SECONDS", 10)
JOB_MAX_ATTEMPTS = 3
# "dask": forecasts of many groups on the Dask cluster of this scheduler, else on the workers.
FORECAST_ENGINE = env.choice("FORECAST_ENGINE", ("workers", "dask"))
DASK_SCHEDULER = env.text("DASK_SCHEDULER").strip()  # tcp://host:8786
JOB_CLOCK = env.flag("JOB_CLOCK", default=True)  # nightly and repeated work

# People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "crm.accounts.backends.TeamBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_ADAPTER = "crm.accounts.adapter.ClosedSignupAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
# django-axes throttles signing in, over every process; allauth would count per process.
ACCOUNT_RATE_LIMITS = {"login": False, "login_failed": False}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Yunmai CRM"
AXES_FAILURE_LIMIT = 20
AXES_COOLOFF_TIME = 1  # hours
AXES_LOCKOUT_PARAMETERS = ["ip_address"]
AXES_LOCKOUT_TEMPLATE = "errors/429.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_RESET_ON_SUCCESS = True
AXES_IPWARE_META_PRECEDENCE_ORDER = ["REMOTE_ADDR"]
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
SESSION_ENGINE = "crm.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 3 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "crm.common.errors.csrf_failure"

# Languages and time -----------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [
    BASE_DIR / "locale" / name
    for name in (
        "shell",
        "crm",
        "customers",
        "sales",
        "communications",
        "service",
        "marketing",
        "analytics",
    )
]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = env.text("TIME_ZONE", "Asia/Shanghai")

# Mail -----------------------------------------------------------------------------------------
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=not EMAIL_USE_SSL)
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT", 20)  # seconds for each step of the conversation
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "crm@localhost")
MAIL_IS_SENT = bool(EMAIL_HOST)  # otherwise the outbox keeps it

# Files ------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("CRM_STATIC_DIR", str(VAR_DIR / "static")))
# Only what browsers load: the sources beside it are bundled by `npm run build`.
STATICFILES_DIRS = [
    (name, BASE_DIR / "static" / name)
    for name in ("build", "img")
    if (BASE_DIR / "static" / name).exists()
]
MEDIA_ROOT = VAR_DIR / "media"
WAREHOUSE_DIR = Path(env.text("WAREHOUSE_DIR", str(VAR_DIR / "warehouse")))
# Fitted models, signed; never served (analytics/model_files.py).
MODELS_DIR = Path(env.text("MODELS_DIR", str(VAR_DIR / "models")))
# Files that datasets are read from again, by schedule; empty: none (docs/datasets.md).
DATASET_FOLDER = env.text("DATASET_FOLDER")
# Hosts of one's own network that may be called although they are not public, and their authority.
OUTBOUND_HOSTS = frozenset(env.words("OUTBOUND_HOSTS"))
OUTBOUND_CA_FILE = env.text("OUTBOUND_CA_FILE")
MEDIA_URL = "/media/"  # never served as such: downloads pass their parent's permission
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_MAX_BYTES = env.number("FILE_MAX_BYTES", 25 * 1024 * 1024)
# Who was erased, by ids; outside the database and its backups (docs/privacy.md).
ERASURE_LEDGER = env.text("ERASURE_LEDGER", str(VAR_DIR / "erasures.jsonl"))
IMPORT_MAX_BYTES = env.number("IMPORT_MAX_BYTES", 200 * 1024 * 1024)

# Safety -----------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS: list[str] = []

# Programs ---------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "crm.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["crm.api.authentication.MayRead"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "crm.api.errors.as_json",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Yunmai CRM",
    "VERSION": "1",
    "SERVE_PERMISSIONS": ["crm.api.authentication.MayRead"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_NAME_OVERRIDES": {
        "Priority": "customers.models.Need.Priority",
        "RequestPriority": "service.models.Priority",
    },
}

FORM_RENDERER = "crm.common.form_rendering.Renderer"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"structured": {"()": "crm.common.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
