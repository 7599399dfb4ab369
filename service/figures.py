"""The figures of service requests that dashboards are composed of; counted in ``measures``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team, User
from crm.common.roles import Role
from crm.records.figures import Day, Figure, Group, Source, offer
from service import measures
from service.models import Category, Priority, ServiceRequest
from service.querysets import late

SERVERS = frozenset({Role.AGENT.value, Role.MANAGER.value, Role.ADMIN.value})
OPENED = Day("opened_at", ("opened_from", "opened_until"))
RESOLVED = Day("resolved_at", ("resolved_from", "resolved_until"))
ANSWERED = Day("survey__answered_at", ("answered_from", "answered_until"))


def _records(model: Any) -> Any:
    def labels(keys: Any) -> dict[Any, str]:
        found = model._default_manager.in_bulk(list(keys))
        return {pk: getattr(record, "label", str(record)) for pk, record in found.items()}

    return labels


def _choices(choices: Any) -> Any:
    return lambda keys: {value: str(label) for value, label in choices}


def _as_they_are(keys: Any) -> Mapping[Any, str]:
    return {key: str(key) for key in keys}


REQUESTS = Source(
    ServiceRequest, "service:request_list",
    {"team": "team", "owner": "owner", "region": "customer__region"},
    {"team": "team", "owner": "owned_by", "region": "region"},
    measures.REQUEST,
    (
        Group("kind", _("Kind"), "kind", _choices(ServiceRequest.Kind.choices), "kind"),
        Group("category", pgettext_lazy("request", "Category"), "category", _records(Category),
              "category_is"),
        Group("priority", _("Priority"), "priority", _choices(Priority.choices), "priority"),
        Group("way", _("Channel"), "channel", _choices(ServiceRequest.Channel.choices), "way"),
        Group("mark", pgettext_lazy("survey", "Mark"), "survey__score", _as_they_are, "mark"),
        Group("owner", _("Handled by"), "owner", _records(User), "owned_by"),
        Group("team", _("Team"), "team", _records(Team), "team"),
        Group("region", _("Region"), "customer__region", _as_they_are, "region", text=True),
    ),
)  # fmt: skip


class _LateSource(Source):
    """Requests that are late at this moment: the moment is that of the question."""

    def records(self, figure: Figure, part: Any, by: str = "") -> Any:
        return super().records(figure, part, by).filter(late())


_late = _LateSource(**vars(REQUESTS))


def _figure(key: str, label: Any, about: Any, unit: str, *names: str, **values: Any) -> Figure:
    values = {"source": REQUESTS, **values}
    return Figure(key, label, about, unit, SERVERS, names=names, **values)


offer(
    _figure("requests", pgettext_lazy("figure", "New requests"),
            _("Requests opened in the period."), "count", "requests", day=OPENED, order=30),
    _figure("resolved", _("Requests resolved"), _("Requests resolved in the period."), "count",
            "requests", day=RESOLVED, order=31),
    _figure("open_requests", _("Open requests"), _("Requests that are not resolved now."), "count",
            "requests", where=measures.OPEN, asked={"status": "open"}, low_is_good=True, order=32),
    _figure("breached", _("Past their time"), _("Open requests whose time has run out."), "count",
            "requests", source=_late, asked={"status": "breached"}, low_is_good=True, order=33),
    _figure("unassigned", _("Without an owner"), _("Open requests that nobody has taken."),
            "count", "requests", where=measures.OPEN & Q(owner=None),
            asked={"status": "open", "unassigned": "true"}, deaf=frozenset({"owner"}),
            low_is_good=True, order=34),
    _figure("first_response", _("Mean first response"),
            _("From opening to the first answer, by the clock, of requests opened in the period."),
            "seconds", "first_response", day=OPENED, combine=measures.seconds, low_is_good=True,
            adds_up=False, order=35),
    _figure("resolution", _("Mean resolution time"),
            _("From opening to resolution, by the clock, of requests resolved in the period."),
            "seconds", "resolution", day=RESOLVED, combine=measures.seconds, low_is_good=True,
            adds_up=False, order=36),
    _figure("kept", _("Resolved in time"),
            _("Resolved within their time, of the requests resolved that had one."), "share",
            "kept", "promised", day=RESOLVED, adds_up=False, order=37,
            combine=lambda kept, promised: measures.share(kept, promised)),
    _figure("csat", _("Satisfaction"), _("Mean mark of the surveys answered, from 1 to 5."),
            "score", "csat", day=ANSWERED, adds_up=False, order=38),
    _figure("answers", _("Surveys answered"), _("Answers that came in the period."), "count",
            "answers", day=ANSWERED, order=39),
    _figure("satisfied", _("Satisfied customers"), _("Marks 4 and 5, of the surveys answered."),
            "share", "satisfied", "answers", day=ANSWERED, adds_up=False, order=40,
            combine=lambda satisfied, answers: measures.share(satisfied, answers)),
)  # fmt: skip
