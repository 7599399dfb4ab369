"""My day, search over all apps, and what a balancer asks."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.home.selectors import SEARCH_LIMIT, SUGGEST_LIMIT, day_cards, search_groups

log = logging.getLogger(__name__)


@require_GET
def my_day(request: HttpRequest) -> HttpResponse:
    hour = timezone.localtime().hour
    context = {"cards": day_cards(request.user), "hour": hour, "today": timezone.localdate()}
    return render(request, "home/my_day.html", context)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")
    groups = search_groups(request.user, text, SEARCH_LIMIT)
    return render(request, "home/search.html", {"groups": groups, "search_query": text})


@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")
    groups = search_groups(request.user, text, SUGGEST_LIMIT)
    results = f"{reverse('home:search')}?{urlencode({'q': text})}"
    context = {"groups": groups, "query": text, "all_url": results}
    return render(request, "components/search_results.html", context)


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, Redis and migrations are in order; 503 names what is not."""
    checks = {"database": _database_ready(), "redis": _redis_ready()}
    checks["migrations"] = checks["database"] and _migrations_done()
    status = 200 if all(checks.values()) else 503
    return JsonResponse(
        {"status": "ok" if status == 200 else "unavailable", **checks}, status=status
    )


def _database_ready() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        log.warning("readiness: database does not answer")
        return False
    return True


def _redis_ready() -> bool:
    client: Any = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
    )
    try:
        return bool(client.ping())
    except redis.RedisError:
        log.warning("readiness: Redis does not answer")
        return False
    finally:
        client.close()


def _migrations_done() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
