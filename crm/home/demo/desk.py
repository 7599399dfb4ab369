"""The demo's service desk: categories, SLA, shifts, holidays, rules, and how requests run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import time
from itertools import pairwise
from random import Random

from communications.models import EmailTemplate
from crm.home.demo import subjects
from crm.home.demo.copying import NULL
from crm.home.demo.days import DAY, SHIFTS, Clock
from crm.home.demo.talks import add_service_talk, add_service_task
from crm.home.demo.world import Account, Inquiry, World, pick
from service.models import SLA, Category, Holiday, Rule, Shift

# Business minutes to the first response and to the resolution.
PROMISES = {1: (30, 240), 2: (60, 480), 3: (240, 1350), 4: (450, 2250)}
_NAMES = {1: "P1 紧急", 2: "P2 高", 3: "P3 普通", 4: "P4 低"}
# What decides a survey's score: the latent score is rounded into 1 to 5.
CSAT = {
    "intercept": 4.6, "log_response": -0.55, "complaint": -0.9, "reopened": -0.8, "noise_sd": 0.6,
}  # fmt: skip
_CHANNELS = ("phone", "phone", "email", "wechat", "wechat", "chat", "web")


def furnish(clock: Clock) -> dict[str, int]:
    """Write what administrators set up once; gives the categories' ids by code."""
    ids = {}
    for order, (code, (name, english, _, _, _, keys)) in enumerate(
        subjects.CATEGORIES.items(), start=1
    ):
        category, _ = Category.objects.get_or_create(
            code=code, defaults={"name": name, "name_en": english}
        )
        ids[code] = category.pk
        Rule.objects.get_or_create(
            name=name, defaults={"order": order, "words": keys, "category": category}
        )
    Rule.objects.get_or_create(
        name="紧急", defaults={"order": 99, "words": "紧急,停工,瘫痪,urgent", "priority": 1}
    )
    for priority, (response, resolution) in PROMISES.items():
        SLA.objects.get_or_create(
            priority=priority,
            defaults={
                "name": _NAMES[priority],
                "first_response_minutes": response,
                "resolution_minutes": resolution,
            },
        )
    _open_hours(clock)
    EmailTemplate.objects.bulk_create(
        (
            EmailTemplate(name=name, language=language, subject=subject, body=body)
            for name, language, subject, body in subjects.TEMPLATES
        ),
        ignore_conflicts=True,
    )
    return ids


def _open_hours(clock: Clock) -> None:
    if not Shift.objects.exists():
        Shift.objects.bulk_create(
            Shift(weekday=weekday, starts_at=time(opens // 60, opens % 60),
                  ends_at=time(closes // 60, closes % 60))
            for weekday in range(5) for opens, closes in SHIFTS
        )  # fmt: skip
    Holiday.objects.bulk_create(
        (Holiday(day=day, name=name) for day, name in sorted(clock.holidays.items())),
        ignore_conflicts=True,
    )


@dataclass(slots=True)
class Course:
    """How far a request has come by today; minutes of the history."""

    status: str
    priority: int
    agent: int | None
    responded: int | None
    waits: list[tuple[int, int | None]]
    resolved: int | None
    reopened: int | None = None
    closed: int | None = None


def add_requests(world: World, account: Account) -> None:
    for inquiry in account.inquiries:
        _add_request(world, account, inquiry)


def _course(world: World, account: Account, inquiry: Inquiry) -> Course:
    rng, clock = account.rng, world.clock
    now = clock.last * DAY
    kind_priority = (1, 2, 2, 3) if inquiry.kind == "complaint" else (1, 2, 2, 3, 3, 3, 3, 3, 4, 4)
    priority = pick(rng, kind_priority)
    agent = world.staff.agent(rng)
    responded = inquiry.responded
    if inquiry.backlog == "new":
        taken = agent if rng.random() < 0.4 else None
        return Course("new", priority, taken, None, [], None)
    if inquiry.backlog:
        waits: list[tuple[int, int | None]] = []
        if inquiry.backlog == "waiting":
            waits = [(min((responded or inquiry.opened) + 20, now - 1), None)]
        return Course(inquiry.backlog, priority, agent, responded, waits, None)
    if responded is None:
        # Nobody ever answered: closed by the yearly tidying up.
        closed = min(inquiry.opened + 30 * DAY, now - 1)
        return Course("closed", priority, None, None, [], closed, closed=closed)
    if responded >= now:
        return Course("new", priority, agent, None, [], None)
    return _run(rng, clock, Course("in_progress", priority, agent, responded, [], None), now)


def _run(rng: Random, clock: Clock, course: Course, now: int) -> Course:
    """From the first response on: perhaps a wait, the resolution, perhaps again, the end."""
    at = course.responded or 0
    if rng.random() < 0.2:
        asked = clock.business_after(at, rng.randint(10, 60))
        answered = clock.business_after(asked, rng.randint(60, 900))
        if asked < now:
            course.waits.append((asked, answered if answered < now else None))
            course.status = "waiting" if answered >= now else course.status
        at = answered
    work = PROMISES[course.priority][1] * 0.45 * math.exp(rng.gauss(0, 0.6))
    resolved = clock.business_after(at, int(work))
    if resolved >= now:
        return course
    if rng.random() < 0.06:
        again = clock.business_after(resolved, rng.randint(60, 1200))
        finished = clock.business_after(again, rng.randint(120, 900))
        if finished < now:
            course.reopened, resolved = again, finished
    course.status, course.resolved = "resolved", resolved
    if resolved + 3 * DAY < now and rng.random() < 0.96:  # some are never confirmed
        course.status, course.closed = "closed", resolved + 3 * DAY
    return course


def _changes(inquiry: Inquiry, course: Course) -> list[tuple[str, str, int]]:
    steps = [("new", inquiry.opened)]
    if course.responded is not None:
        steps.append(("in_progress", course.responded))
    for asked, answered in course.waits:
        steps.append(("waiting", asked))
        if answered is not None:
            steps.append(("in_progress", answered))
    if course.reopened is not None and course.resolved is not None:
        first = course.waits[-1][1] if course.waits else course.responded
        steps.append(("resolved", ((first or inquiry.opened) + course.reopened) // 2))
        steps.append(("in_progress", course.reopened))
    if course.resolved is not None and course.resolved != course.closed:
        steps.append(("resolved", course.resolved))
    if course.closed is not None:
        steps.append(("closed", course.closed))
    before = ["", *(status for status, _ in steps)]
    return [(old, new, at) for old, (new, at) in zip(before, steps, strict=False)]


def _stood_still(clock: Clock, changes: list[tuple[str, str, int]]) -> int:
    """Business minutes of waiting, or of being thought solved, that have ended."""
    stops = pairwise(changes)
    return sum(
        clock.business_between(since, at)
        for (_, status, since), (_, after, at) in stops
        if status in {"waiting", "resolved"} and after == "in_progress"
    )


def _add_request(world: World, account: Account, inquiry: Inquiry) -> None:
    rng, clock, tables = account.rng, world.clock, world.tables
    course = _course(world, account, inquiry)
    code, kind, subject, description = _text(account, inquiry)
    response, resolution = PROMISES[course.priority]
    waiting = next((asked for asked, answered in course.waits if answered is None), None)
    changes = _changes(inquiry, course)
    stood = _stood_still(clock, changes)
    requester = account.contact_name or account.short
    agent = course.agent or NULL
    request = tables.requests.add(
        *world.record(
            account, course.agent, inquiry.opened, changes[-1][2],
            subject, requester, account.email, description[:500],
            team=world.staff.teams["service"],
        ),
        account.pk, account.contact or NULL, requester[:120], account.email, subject,
        description, kind, world.categories[code], course.priority, pick(rng, _CHANNELS),
        course.status, clock.at(inquiry.opened),
        clock.at(clock.business_after(inquiry.opened, response)),
        world.moment(course.responded),
        clock.at(clock.business_after(inquiry.opened, resolution + stood)),
        world.moment(waiting), world.moment(course.resolved),
        agent if course.resolved is not None else NULL, world.moment(course.closed),
        int(course.reopened is not None), "",
    )  # fmt: skip
    for old, new, at in changes:
        by = NULL if new == "new" else agent
        tables.status_changes.add(request, old, new, clock.at(at), by)
    if course.status in {"new", "in_progress", "waiting"}:
        account.open_requests += 1
    if course.agent and course.responded is not None and rng.random() < 0.25:
        add_service_talk(world, account, request, course.agent, course.responded)
    if course.agent and course.status == "in_progress" and rng.random() < 0.5:
        add_service_task(world, account, request, course.agent)
    _add_replies(world, account, request, course)
    if course.responded is not None and course.resolved is not None:
        _add_survey(world, account, request, inquiry, course)


def _text(account: Account, inquiry: Inquiry) -> tuple[str, str, str, str]:
    """Category code, kind, subject and description."""
    rng, english = account.rng, account.english
    code = pick(rng, tuple(subjects.CATEGORIES))
    _, _, kinds, chinese, foreign, _ = subjects.CATEGORIES[code]
    subject = pick(rng, foreign if english else chinese)
    description = pick(rng, subjects.DETAILS_EN if english else subjects.DETAILS_ZH)
    description = description.format(subject=subject)
    kind = pick(rng, kinds)
    if inquiry.kind == "complaint":
        kind = "complaint"
        start = pick(rng, subjects.COMPLAINTS_EN if english else subjects.COMPLAINTS_ZH)
        subject = start + subject
    elif kind == "complaint":
        kind = "feedback"  # complaints are planted, none come by chance
    return code, kind, subject, description


def _add_replies(world: World, account: Account, request: int, course: Course) -> None:
    rng, english, at = account.rng, account.english, world.clock.at
    replies = world.tables.replies
    if course.responded is None:
        return
    greeting = pick(rng, subjects.REPLIES_EN if english else subjects.REPLIES_ZH)
    replies.add(request, greeting, False, course.agent or NULL, at(course.responded))
    if rng.random() < 0.2:
        note = pick(rng, subjects.NOTES_EN if english else subjects.NOTES_ZH)
        replies.add(request, note, True, course.agent or NULL, at(course.responded + 1))
    if course.resolved is not None:
        solved = pick(rng, subjects.SOLVED_EN if english else subjects.SOLVED_ZH)
        replies.add(request, solved, False, course.agent or NULL, at(course.resolved))


def _add_survey(
    world: World, account: Account, request: int, inquiry: Inquiry, course: Course
) -> None:
    rng, at = account.rng, world.clock.at
    sent = (course.resolved or 0) + 60
    answered = sent + rng.randint(30, 4000)
    if sent >= world.clock.last * DAY:
        return
    if rng.random() > 0.45 or answered >= world.clock.last * DAY:
        world.tables.surveys.add(request, course.agent or NULL, at(sent), NULL, NULL, "")
        return
    hours = ((course.responded or 0) - inquiry.opened) / 60
    latent = (
        CSAT["intercept"]
        + CSAT["log_response"] * math.log(max(hours, 0.25))
        + CSAT["complaint"] * (inquiry.kind == "complaint")
        + CSAT["reopened"] * (course.reopened is not None)
        + rng.gauss(0, CSAT["noise_sd"])
    )
    score = min(max(round(latent), 1), 5)
    comment = subjects.COMMENTS[score][account.english] if rng.random() < 0.4 else ""
    world.tables.surveys.add(request, course.agent or NULL, at(sent), at(answered), score, comment)
