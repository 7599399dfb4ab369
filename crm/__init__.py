"""The project package: what every app stands on, and what ties the apps together."""

from crm.celery import app as celery_app

__all__ = ["celery_app"]
