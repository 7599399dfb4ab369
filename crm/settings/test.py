"""Tests: real servers, started by tests/conftest.py."""

from crm.embedded import testing
from crm.settings import env
from crm.settings.base import *  # noqa: F403  # settings are layered by star import, as Django documents
from crm.settings.base import database_settings

DEBUG = False
SECRET_KEY = "test-only"  # noqa: S105  # signs nothing outside the test process
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASE_URL, REDIS_URL = testing.urls()
REDIS_URL = env.text("CRM_TEST_REDIS_URL", REDIS_URL)  # the faults stop a server of their own
JOB_EXTRA_MODULES = env.words("JOB_EXTRA_MODULES")  # handlers that exist for tests only
DATABASES = {"default": database_settings(DATABASE_URL)}
# A test is one transaction; on a busy machine it computes longer than a session may idle.
DATABASES["default"]["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=0"
CELERY_BROKER_URL = env.celery_broker(REDIS_URL)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = env.text(  # the faults send through a server of their own
    "CRM_TEST_EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend"
)
MAIL_IS_SENT = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
JOB_HEARTBEAT_SECONDS = 1
JOB_LEASE_SECONDS = 6
JOB_SWEEP_SECONDS = 2
JOB_CLOCK = False
