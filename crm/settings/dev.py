"""A machine of one's own: `make run`."""

from crm.embedded import addresses
from crm.settings import env
from crm.settings.base import *  # noqa: F403  # settings are layered by star import, as Django documents
from crm.settings.base import DATABASE_URL, MAIL_IS_SENT, REDIS_URL, VAR_DIR, database_settings

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text("SECRET_KEY") or env.secret_file(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
# Without servers of one's own: the embedded ones of `manage.py up`, from any terminal.
DATABASE_URL = DATABASE_URL or addresses.database_url(VAR_DIR)
REDIS_URL = REDIS_URL or addresses.redis_url(VAR_DIR)
DATABASES = {"default": database_settings(DATABASE_URL)}
CELERY_BROKER_URL = env.celery_broker(REDIS_URL)
# Without a mail server: what is not in the outbox (sign-in mail) lies in a folder.
_BACKEND = "smtp" if MAIL_IS_SENT else "filebased"
EMAIL_BACKEND = f"django.core.mail.backends.{_BACKEND}.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Hashed but not compressed: that takes seconds, and nothing travels far here.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 0 if DEBUG else 60
