"""Who may do what, written down apart from the code: TRUST's table per address.

Scopes of a record: ``own`` (the rep's), ``team`` (a colleague's), ``other`` (another team's).
For the agent, ``own`` is a record of a customer whose request the agent owns.
A role that is not named may do nothing; nobody reaches what is in the trash, except to restore
what one deleted oneself.
"""

from __future__ import annotations

from dataclasses import dataclass

Reach = dict[str, set[str]]

OWN, TEAM, ALL = {"own"}, {"own", "team"}, {"own", "team", "other"}


@dataclass(frozen=True)
class Kind:
    """What each role may do with one kind of record, and the roles that may create one."""

    see: Reach
    edit: Reach
    trash: Reach
    create: set[str]
    readers: set[str] = frozenset({"rep", "manager", "agent", "admin"})  # type: ignore[assignment]  # a frozenset does as well


SELL_SEE: Reach = {"rep": TEAM, "manager": TEAM, "agent": ALL, "admin": ALL}
SELL_EDIT: Reach = {"rep": OWN, "manager": TEAM, "admin": ALL}
CONTACT_EDIT: Reach = {**SELL_EDIT, "agent": ALL}
SELLERS = {"rep", "manager", "admin"}

KINDS: dict[str, Kind] = {
    "customers:": Kind(
        see=SELL_SEE,
        edit={**SELL_EDIT, "agent": ALL},  # agents: contact details only
        trash=SELL_EDIT,
        create=SELLERS,
    ),
    "customers:contact_": Kind(
        see=SELL_SEE,
        edit={**SELL_EDIT, "agent": ALL},
        trash=SELL_EDIT,
        create=SELLERS | {"agent"},
    ),
    "customers:need_": Kind(see=SELL_SEE, edit=SELL_EDIT, trash=SELL_EDIT, create=SELLERS),
    "sales:product_": Kind(
        see={"rep": ALL, "manager": ALL, "agent": ALL, "admin": ALL},
        edit={"manager": ALL, "admin": ALL},
        trash={"manager": ALL, "admin": ALL},
        create={"manager", "admin"},
    ),
    "sales:deal_": Kind(
        see={"rep": OWN, "manager": TEAM, "agent": OWN, "admin": ALL},
        edit={"rep": OWN, "manager": TEAM, "admin": ALL},
        trash={"rep": OWN, "manager": TEAM, "admin": ALL},
        create=SELLERS,
    ),
    "sales:order_": Kind(
        see={"rep": OWN, "manager": TEAM, "agent": OWN, "admin": ALL},
        edit={"rep": OWN, "manager": TEAM, "admin": ALL},
        trash={"rep": OWN, "manager": TEAM, "admin": ALL},
        create=SELLERS,
    ),
    "sales:quote_": Kind(
        see={"rep": OWN, "manager": TEAM, "agent": OWN, "admin": ALL},
        edit={"rep": OWN, "manager": TEAM, "admin": ALL},
        trash={"rep": OWN, "manager": TEAM, "admin": ALL},
        create=SELLERS,
    ),
    "sales:price_list_": Kind(
        see={"rep": ALL, "manager": ALL, "agent": ALL, "admin": ALL},
        edit={"manager": ALL, "admin": ALL},
        trash={"manager": ALL, "admin": ALL},
        create={"manager", "admin"},
    ),
    "sales:target_": Kind(
        see={"rep": OWN, "manager": TEAM, "admin": ALL},
        edit={"manager": TEAM, "admin": ALL},
        trash={"manager": TEAM, "admin": ALL},
        create={"manager", "admin"},
        readers={"rep", "manager", "admin"},
    ),
    "communications:": Kind(
        see={"rep": TEAM, "manager": TEAM, "admin": ALL},
        edit={"rep": OWN, "manager": TEAM, "admin": ALL},
        trash={"rep": OWN, "manager": TEAM, "admin": ALL},
        create={"rep", "manager", "agent", "admin"},
    ),
    "communications:follow_up_": Kind(
        see={"rep": TEAM, "manager": TEAM, "admin": ALL},
        edit={"rep": OWN, "manager": TEAM, "admin": ALL},
        trash={"rep": OWN, "manager": TEAM, "admin": ALL},
        create={"rep", "manager", "agent", "admin"},
    ),
    "service:request_": Kind(
        see={"rep": OWN, "manager": TEAM, "agent": TEAM, "admin": ALL},
        edit={"manager": TEAM, "agent": TEAM, "admin": ALL},
        trash={"manager": TEAM, "admin": ALL},
        create={"manager", "agent", "admin"},
    ),
    "marketing:campaign_": Kind(
        see={"rep": TEAM, "manager": TEAM, "admin": ALL},
        edit={"manager": TEAM, "admin": ALL},
        trash={"manager": TEAM, "admin": ALL},
        create={"manager", "admin"},
        readers=SELLERS,
    ),
    "marketing:activity_": Kind(
        see={"rep": OWN, "manager": TEAM, "admin": ALL},
        edit={"rep": OWN, "manager": TEAM, "admin": ALL},
        trash={"rep": OWN, "manager": TEAM, "admin": ALL},
        create=SELLERS,
        readers=SELLERS,
    ),
}


@dataclass(frozen=True)
class Action:
    """An address about one record of ``kind`` beside the common ones."""

    kind: str
    reach: Reach
    method: str = "post"
    data: dict[str, str] | None = None
    more: tuple[str, ...] = ()
    also: tuple[int, ...] = ()  # other answers that say yes (a form to be filled in)


@dataclass(frozen=True)
class Page:
    """An address without a record."""

    roles: set[str]
    method: str = "get"
    args: tuple[str, ...] = ()
    data: dict[str, str] | None = None


EVERYONE = {"rep", "manager", "agent", "admin"}
KEEPERS = {"manager", "admin"}

TICK: Reach = {"rep": OWN, "manager": TEAM, "admin": ALL}
ANSWER: Reach = {"manager": TEAM, "agent": TEAM, "admin": ALL}

# Records that are not edited: imports and jobs of one's own, runs on one's team's records.
IMPORTS: Reach = {"rep": OWN, "manager": TEAM, "admin": ALL}
STEPS: Reach = {"rep": OWN}
JOBS: Reach = {"rep": OWN, "admin": ALL}
RUNS: Reach = {"manager": TEAM, "admin": ALL}

# What belongs to one person alone; administrators see what was done, not private views.
MINE: Reach = {"rep": OWN}
DECIDE: Reach = {"manager": TEAM, "admin": ALL}
DONE: Reach = {"rep": OWN, "admin": ALL}

ACTIONS: dict[str, Action] = {
    "api:token_end": Action("token", MINE),
    "records:view_edit": Action("view", MINE, "get"),
    "records:view_replace": Action("view", MINE, data={"query": "", "kind": "customers.customer"}),
    "records:view_delete": Action("view", MINE),
    "records:view_pin": Action("view", MINE, data={"pin": "1"}),
    "sales:report_edit": Action("report", MINE, "get"),
    "sales:report_replace": Action("report", MINE, data={"query": ""}),
    "sales:report_delete": Action("report", MINE),
    "sales:report_restore": Action("report", {}),  # it is not deleted
    "sales:report_mail": Action("report", MINE, "get"),
    "sales:schedule_edit": Action("mailing", DONE, "get"),
    "sales:schedule_delete": Action("mailing", DONE),
    # Nobody of the cast has an address: a refusal is an answer too.
    "sales:schedule_now": Action("mailing", DONE, also=(400,)),
    # Only its recipients stop it.
    "sales:schedule_stop": Action("mailing", MINE),
    "analytics:board": Action("board", MINE, "get"),
    "analytics:board_edit": Action("board", MINE, "get"),
    "analytics:board_filter": Action("board", MINE, data={"query": "period=month"}),
    "analytics:board_copy": Action("board", MINE),
    "analytics:board_trash": Action("board", MINE),
    "analytics:board_restore": Action("board", {}),  # it is not deleted
    "analytics:board_card_add": Action("board", MINE, "get"),
    "analytics:board_order": Action("board", MINE),
    "analytics:board_pdf": Action("board", MINE),
    "analytics:board_mail": Action("board", MINE, "get"),
    "analytics:board_card": Action("board_card", MINE, "get"),
    "analytics:board_card_csv": Action("board_card", MINE, "get"),
    "analytics:board_card_edit": Action("board_card", MINE, "get"),
    "analytics:board_card_width": Action("board_card", MINE, data={"width": "4"}),
    "analytics:board_card_trash": Action("board_card", MINE),
    "analytics:board_card_restore": Action("board_card", {}),  # it is not deleted
    "records:bulk_detail": Action("bulk", DONE, "get"),
    "records:bulk_undo": Action("bulk", MINE),
    "records:export_detail": Action("export", DONE, "get"),
    # The export has no file: nothing is there to be taken.
    "records:export_file": Action("export", MINE, "get", also=(404,)),
    "analytics:score_customer": Action("customers:", SELL_SEE),
    "customers:timeline": Action("customers:", SELL_SEE, "get"),
    "customers:tab": Action("customers:", SELL_SEE, "get", more=("deals",)),
    "customers:employer": Action("customers:contact_", SELL_SEE, "get"),
    "customers:contacts": Action("customers:", SELL_SEE, "get"),
    # Nobody is linked: 404 is an answer too.
    "customers:affiliation": Action("customers:", CONTACT_EDIT, "get", more=("1",), also=(404,)),
    "customers:unlink": Action("customers:", CONTACT_EDIT, more=("1",), also=(404,)),
    "customers:relink": Action("customers:", CONTACT_EDIT, more=("1", "broken"), also=(400,)),
    "records:files": Action("customers:", SELL_SEE, "get", more=("customers.customer",)),
    "records:file": Action("attachment", SELL_SEE, "get"),
    "records:file_trash": Action("attachment", SELL_EDIT),
    # Nobody deleted it.
    "records:file_restore": Action("attachment", {}),
    # Nothing but the kind is sent: that is enough for a call.
    "communications:quick": Action("customers:", SELL_SEE, data={"channel": "phone"}),
    "communications:quick_more": Action("customers:", SELL_SEE, "get"),
    # Nobody takes a customer that has an owner; representatives are told who has it.
    "customers:take": Action("customers:", {"rep": TEAM}),
    # Without another customer the page asks for one.
    "customers:merge": Action("customers:", {"manager": TEAM, "admin": ALL}, "get"),
    "customers:duplicate_dismiss": Action("pair", {"rep": OWN, "manager": TEAM, "admin": ALL}),
    "customers:duplicate_reopen": Action("pair", {"rep": OWN, "manager": TEAM, "admin": ALL}),
    "customers:merge_undo": Action("merge", {"manager": TEAM, "admin": ALL}),
    "customers:contact_merge": Action("customers:contact_", SELL_EDIT, "get"),
    "customers:contact_duplicate_dismiss": Action("contact_pair", CONTACT_EDIT),
    "customers:contact_duplicate_reopen": Action("contact_pair", CONTACT_EDIT),
    "customers:contact_merge_undo": Action("contact_merge", SELL_EDIT),
    "customers:import_detail": Action("import", IMPORTS, "get"),
    # The record has no rejected rows: no file is an answer too.
    "customers:import_rejects": Action("import", IMPORTS, "get", also=(404,)),
    # The steps are one's own: others see an import, and its undoing is their team's.
    "customers:import_columns": Action("import", STEPS, "get"),
    "customers:import_preview": Action("import", STEPS, "get"),
    "customers:import_reading": Action("import", STEPS, also=(400,)),
    "customers:import_try": Action("import", STEPS, also=(400,)),
    "customers:import_begin": Action("import", STEPS),
    "customers:import_discard": Action("import", STEPS, also=(400,)),
    "customers:import_trial_rejects": Action("import", STEPS, "get", also=(404,)),
    "customers:import_undo": Action("import", IMPORTS, also=(400,)),
    "mail:detail": Action("mail", JOBS, "get"),
    # The letter has no file, and waits: nothing to take, nothing to send again.
    "mail:file": Action("mail", JOBS, "get", more=("1",), also=(404,)),
    "mail:again": Action("mail", JOBS, also=(400,)),
    # Whoever asked sees it; managers decide for their team; administrators carry it out.
    "customers:privacy_detail": Action("privacy", IMPORTS, "get"),
    "customers:privacy_approve": Action("privacy", DECIDE),
    # Without a reason the page says that one is missing.
    "customers:privacy_decline": Action("privacy", DECIDE, also=(422,)),
    "customers:privacy_withdraw": Action("privacy", MINE),
    # Nobody approved it: the page leads back. Administrators give their password first.
    "customers:privacy_run": Action("privacy", {"admin": ALL}, "get"),
    # No file was made yet.
    "customers:privacy_file": Action("privacy", DECIDE, "get", also=(404,)),
    "jobs:detail": Action("job", JOBS, "get"),
    "jobs:status": Action("job", JOBS, "get"),
    "jobs:cancel": Action("job", JOBS),
    "jobs:retry": Action("job", JOBS),
    "analytics:dataset": Action("dataset", RUNS, "get"),
    "analytics:dataset_step": Action("dataset", RUNS, data={"kind": "drop_missing"}),
    "analytics:dataset_step_remove": Action("dataset", RUNS, more=(0,)),
    "analytics:dataset_ask": Action("dataset", RUNS, more=("describe",)),
    # Without an address the page says what is missing; nothing is read again yet.
    "analytics:dataset_source": Action("dataset", RUNS, also=(422,)),
    "analytics:dataset_look": Action("dataset", RUNS),
    "analytics:dataset_unsource": Action("dataset", RUNS),
    "analytics:dataset_trash": Action("dataset", RUNS),
    "analytics:dataset_restore": Action("dataset", RUNS),
    "analytics:analysis": Action("analysis", RUNS, "get"),
    "analytics:analysis_csv": Action("analysis", RUNS, "get", more=("fan",), also=(404,)),
    "analytics:analysis_again": Action("analysis", RUNS),
    "analytics:analysis_history": Action("dataset", RUNS, "get", more=("describe",)),
    "analytics:analysis_compare": Action("dataset", RUNS, "get", more=("describe",)),
    # It has no file.
    "analytics:analysis_file": Action("analysis", RUNS, "get", also=(404,)),
    "analytics:run_detail": Action("run", RUNS, "get"),
    "analytics:run_again": Action("run", RUNS),
    "analytics:budget_plan": Action("advice", RUNS, "get"),
    "analytics:experiment": Action("experiment", RUNS, "get"),
    # Nobody is there to be drawn: the job says so.
    "analytics:experiment_draw": Action("experiment", RUNS),
    # A draft has neither figures nor an end: the page says so.
    "analytics:experiment_compute": Action("experiment", RUNS),
    "analytics:experiment_end": Action("experiment", RUNS),
    "analytics:experiment_discard": Action("experiment", RUNS),
    "analytics:experiment_roll_out": Action("experiment", RUNS, more=("a",)),
    "analytics:run_csv": Action("run", RUNS, "get", more=("fan",), also=(404,)),
    # Without a stage the move is refused, after the right has been checked.
    "sales:deal_move": Action("sales:deal_", KINDS["sales:deal_"].edit, also=(400, 422)),
    # Converted once there is a pipeline; refused to none who may edit the customer.
    "sales:lead_convert": Action("customers:", SELL_EDIT),
    "sales:need_convert": Action("customers:need_", SELL_EDIT),
    "sales:deal_quote": Action("sales:deal_", KINDS["sales:deal_"].edit),
    "sales:quote_send": Action("sales:quote_", KINDS["sales:quote_"].edit),
    "sales:quote_accept": Action("sales:quote_", KINDS["sales:quote_"].edit),
    "sales:quote_decline": Action("sales:quote_", KINDS["sales:quote_"].edit),
    # A draft is neither followed by a version nor by an order: refused to those who may.
    "sales:quote_revise": Action("sales:quote_", KINDS["sales:quote_"].edit, also=(400,)),
    "sales:quote_order": Action("sales:quote_", KINDS["sales:quote_"].edit, also=(400,)),
    "sales:quote_win": Action("sales:quote_", KINDS["sales:quote_"].edit, also=(400,)),
    "sales:quote_pdf": Action("sales:quote_", KINDS["sales:quote_"].see),
    "sales:quote_document": Action("sales:quote_", KINDS["sales:quote_"].see, "get"),
    # The record was not printed: no file is an answer too.
    "sales:quote_file": Action("sales:quote_", KINDS["sales:quote_"].see, "get", also=(404,)),
    "sales:order_refund": Action("sales:order_", KINDS["sales:order_"].edit),
    "marketing:campaign_add_customers": Action(
        "marketing:campaign_", KINDS["marketing:campaign_"].see, "get"
    ),
    "marketing:activity_result": Action(
        "marketing:activity_", KINDS["marketing:activity_"].edit, more=("success",)
    ),
    "communications:make_need": Action("communications:", KINDS["communications:"].edit),
    "communications:follow_up_done": Action("communications:follow_up_", TICK),
    "communications:follow_up_undo_done": Action("communications:follow_up_", TICK),
    "communications:follow_up_snooze": Action("communications:follow_up_", TICK),
    "communications:follow_up_due": Action("communications:follow_up_", TICK, more=("1800000000",)),
    "service:request_status": Action("service:request_", ANSWER, more=("resolved",)),
    "service:request_take": Action("service:request_", ANSWER),
    "service:request_assign": Action(
        "service:request_", {"manager": TEAM, "admin": ALL}, data={"owner": ""}
    ),
    "service:request_reply": Action(
        "service:request_", {**ANSWER, "rep": OWN}, data={"body": "A note", "internal": "on"}
    ),
    # A broken token is refused to those who see the request, and says nothing to the others.
    "service:request_undo": Action(
        "service:request_", {**ANSWER, "rep": OWN}, more=("broken",), also=(400,)
    ),
}

PAGES: dict[str, Page] = {
    "home:my_day": Page(EVERYONE),
    "home:search": Page(EVERYONE),
    "home:suggest": Page(EVERYONE),
    "accounts:profile": Page(EVERYONE),
    "records:view_list": Page(EVERYONE, data={"kind": "customers.customer"}),
    "records:view_counts": Page(EVERYONE, data={"kind": "customers.customer"}),
    "records:view_create": Page(EVERYONE, data={"kind": "customers.customer"}),
    "service:queue": Page({"manager", "agent", "admin"}),
    "service:desk": Page(EVERYONE),
    "service:desk_csv": Page(EVERYONE, args=("backlog",)),
    "analytics:dashboard": Page(EVERYONE),
    "customers:duplicates": Page(EVERYONE),
    "customers:contact_duplicates": Page(EVERYONE),
    "customers:contact_similar": Page(EVERYONE),
    "customers:duplicates_find": Page(KEEPERS, "post"),
    "customers:similar": Page(EVERYONE),
    "customers:privacy_list": Page(EVERYONE),
    # Without a customer there is nothing to ask for.
    "customers:privacy_create": Page(set()),
    "customers:quality": Page({"rep", "manager", "admin"}),
    "customers:import": Page({"rep", "manager", "admin"}),
    "jobs:list": Page(EVERYONE),
    "mail:outbox": Page(EVERYONE),
    "sales:target_plan": Page(KEEPERS),
    "sales:funnel": Page(SELLERS),
    "sales:funnel_csv": Page(SELLERS, args=("stages",)),
    "sales:forecast": Page(SELLERS),
    "sales:forecast_csv": Page(SELLERS),
    "sales:board": Page({"rep", "manager", "admin"}),
    "sales:reports": Page({"rep", "manager", "admin"}),
    "sales:report_file": Page({"rep", "manager", "admin"}, "post"),
    "sales:report_list": Page({"rep", "manager", "admin"}),
    "sales:report_save": Page({"rep", "manager", "admin"}),
    "sales:lines_sum": Page(SELLERS, "post", data={"lines-TOTAL_FORMS": "0"}),
    "sales:line_price": Page({"rep", "manager", "admin"}),
    "sales:measure_stays": Page(KEEPERS, "post"),
    "sales:set_up_pipeline": Page({"admin"}, "post"),
    "marketing:spend": Page(KEEPERS),
    "marketing:spend_csv": Page(KEEPERS),
    "marketing:segments": Page({"rep", "manager", "admin"}),
    "analytics:card": Page({"rep", "manager", "admin"}, args=("funnel",)),
    "analytics:card_csv": Page({"rep", "manager", "admin"}, args=("funnel",)),
    "analytics:boards": Page(EVERYONE),
    "analytics:board_start": Page(EVERYONE, "post", data={"start": "empty"}),
    "analytics:method": Page(KEEPERS, args=("cluster",)),
    # Without a choice there is the history to choose from.
    "analytics:run_history": Page(KEEPERS, args=("cluster",)),
    "analytics:run_compare": Page(KEEPERS, args=("cluster",)),
    "analytics:datasets": Page(KEEPERS),
    "analytics:attribution": Page(KEEPERS),
    "analytics:attribution_csv": Page(KEEPERS),
    "analytics:attribution_declare": Page(KEEPERS, "post"),
    "analytics:attribution_compute": Page(KEEPERS, "post"),
    "analytics:experiments": Page(KEEPERS),
    "analytics:experiment_create": Page(KEEPERS),
    "analytics:warehouse": Page({"admin"}),
    "analytics:warehouse_start": Page({"admin"}, "post"),
    # No file of that night is there.
    "analytics:warehouse_file": Page(set(), args=("2026-01-01", "fact_sales")),
    "api:schema": Page(EVERYONE),
    "api:docs": Page(EVERYONE),
    "api:tokens": Page(EVERYONE),
    "analytics:start": Page(KEEPERS, "post", args=("forecast",)),
}

# For everyone, signed in or not.
PUBLIC = {"home:healthz", "home:readyz", "accounts:preferences"}
