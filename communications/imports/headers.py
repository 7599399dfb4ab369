"""What columns of activities are called in the files of others. Data only.

HubSpot exports calls, e-mails, meetings, notes and tasks each by themselves; Salesforce reports
of activities by label, its data export by API name; Zoho CRM exports calls, events, notes, tasks.
"""

from __future__ import annotations

from customers.imports.headers import CONTACT, DEAL, Names

_WHOSE: Names = {
    "customer": (*CONTACT["customer"], "Related To", "Parent Id", "Parent Name", "相关记录"),
    "customer_id": (*CONTACT["customer_id"], "Related To.id", "Parent Id.id", "WhatId"),
    "contact": (*DEAL["contact"], "Name", "With"),
    "contact_external_id": (*DEAL["contact_external_id"], "WhoId", "Who Id.id"),
    "owner": (
        "Owner", "By", "Activity assigned to", "Assigned to", "Assigned", "Activity owner",
        "Activity created by", "Call Owner", "Event Owner", "Note Owner", "Task Owner", "Host",
        "Call owner", "Created By", "负责人", "所有者", "记录人", "跟进人", "业务员",
    ),
}  # fmt: skip
COMMUNICATION: Names = {
    "subject": (
        "Communication", "Subject", "Title", "Call Title", "Meeting name", "Meeting Title",
        "Email subject", "Note Title", "Event Title", "Activity name", "沟通", "主题", "标题",
    ),
    "content": (
        "Content", "Note body", "Call notes", "Call Summary", "Meeting description",
        "Meeting notes", "Internal meeting notes", "Email body", "Body", "Note Content",
        "Comments", "Full Comments", "Description", "Message", "内容", "沟通内容", "跟进内容",
        "跟进记录", "备注",
    ),
    "happened_at": (
        "When", "Activity date", "Call Start Time", "Meeting start time", "Email send date",
        "Start DateTime", "StartDateTime", "ActivityDate", "ActivityDateTime", "Start", "From",
        "Date", "Due Date", "Create Date", "Created Time", "CreatedDate", "时间", "沟通时间",
        "跟进时间", "日期",
    ),
    "channel": (
        "Channel", "Activity type", "Communication type", "Type", "渠道", "沟通方式", "跟进方式",
        "类型",
    ),
    "direction": ("Direction", "Call direction", "Call Type", "Email direction", "方向"),
    "outcome": ("Outcome", "Call outcome", "Call Result", "Meeting outcome", "结果"),
    "duration_seconds": (
        "Duration", "Call duration", "Call duration (HH:mm:ss)", "Call Duration (in seconds)",
        "CallDurationInSeconds", "时长",
    ),
    **_WHOSE,
}  # fmt: skip
FOLLOW_UP: Names = {
    "title": (
        "What to do", "Task Title", "Task name", "Subject", "Title", "要做什么", "待办", "主题",
    ),
    "due_at": ("Due", "Due date", "Date", "ActivityDate", "截止", "截止时间", "截止日期", "到期日"),
    "kind": ("Kind", "Task Type", "Type", "类型"),
    "priority": ("Priority", "优先级"),
    "status": ("Status", "Task Status", "State", "状态"),
    "done_at": (
        "Done", "Completed at", "Completion date", "Closed Time", "CompletedDateTime", "已完成",
        "完成时间",
    ),
    "note": (
        "Note", "Task notes", "Comments", "Full Comments", "Description", "备注", "说明",
    ),
    **_WHOSE,
}  # fmt: skip

SIGNS: Names = {
    "communications": (
        "Channel", "Direction", "Duration", "Outcome", "Content", "渠道", "方向", "时长", "内容",
        "Subject", "Activity assigned to",
    ),
    "follow_ups": (
        "Subject", "Priority", "Status", "Due Date", "Assigned to", "Assigned", "截止", "优先级",
    ),
}  # fmt: skip
SURE_SIGNS: Names = {
    "communications": (
        "Activity date", "Note body", "Call notes", "Call Title", "Meeting name",
        "Email subject", "Note Content", "Call Start Time", "Call Type", "沟通", "沟通时间",
        "沟通方式", "跟进记录", "跟进方式", "StartDateTime",
    ),
    "follow_ups": (
        "What to do", "Task Title", "Task name", "Task Type", "Task notes", "Task Owner",
        "Task Status", "Activity ID", "要做什么", "待办",
    ),
}  # fmt: skip
# Of which channel the rows are when no column says it.
CHANNEL_SIGNS: Names = {
    "phone": ("Call Title", "Call notes", "Call Start Time", "Call Type", "Call outcome",
              "Call duration"),
    "meeting": ("Meeting name", "Meeting start time", "Event Title", "StartDateTime",
                "Meeting outcome"),
    "email": ("Email subject", "Email body", "Email send date"),
    "note": ("Note body", "Note Content", "Note Title"),
}  # fmt: skip

CHANNEL_CALLED: Names = {
    "phone": ("call", "calls", "telephone", "logged call", "打电话", "通话"),
    "email": ("mail", "emails", "incoming email", "forwarded email", "sent email", "电子邮件"),
    "chat": ("whatsapp", "live chat", "linkedin message", "在线聊天", "在线客服"),
    "sms": ("text", "text message"),
    "wechat": ("weixin", "企业微信"),
    "visit": ("on-site visit", "上门", "上门拜访", "实地拜访"),
    "meeting": ("meetings", "event", "demo", "video call", "会面", "线上会议"),
    "note": ("notes", "task", "other", "remark", "笔记"),
}  # fmt: skip
DIRECTION_CALLED: Names = {
    "out": ("outbound", "outgoing", "missed outbound", "email", "去电", "打出"),
    "in": ("inbound", "incoming", "missed", "incoming email", "来电", "打入"),
}  # fmt: skip
OUTCOME_CALLED: Names = {
    "interested": ("meeting scheduled", "有意向"),
    "neutral": ("connected", "completed", "call completed", "一般"),
    "declined": ("not interested", "拒绝"),
    "no_answer": (
        "no answer", "busy", "left voicemail", "left live message", "wrong number",
        "no response/busy", "no show", "未接", "未接通",
    ),
    "": ("none", "unknown", "scheduled"),
}  # fmt: skip
KIND_CALLED: Names = {
    "call": ("phone", "电话"),
    "email": ("mail", "send email", "邮件"),
    "visit": ("meeting", "会议"),
    "task": ("todo", "to-do", "other", "none", "待办"),
}  # fmt: skip
PRIORITY_CALLED: Names = {
    "1": ("highest", "urgent", "紧急"), "2": ("medium", "normal", "none", "中"),
    "3": ("lowest", "低"),
}  # fmt: skip
DONE = frozenset({"completed", "complete", "done", "closed", "finished", "已完成", "完成", "是"})
