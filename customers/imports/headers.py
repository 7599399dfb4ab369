"""What columns are called in the files of others, and what their choices mean. Data only.

Names are compared by ``plain``: lower case, without marks, spaces, ``_`` and ``-``. They are
those of exports from HubSpot (contacts, companies, deals), Pipedrive (organizations, people,
deals), Salesforce (reports by label, data export by API name; accounts, contacts, leads,
opportunities), Zoho CRM (accounts, contacts, leads, deals), Google Contacts, of vCards, and of
spreadsheets as people write them in English and Chinese.
Our own labels are added from the fields themselves, in both languages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

Names = Mapping[str, tuple[str, ...]]

_MARKS = re.compile(r"[\s_\-./()（）:：%#*\"'’“”]+")


def plain(name: str) -> str:
    """A column's name or a choice in the form in which names are compared."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return _MARKS.sub("", folded)


# What a cell says when it says nothing.
BLANKS = frozenset({"-none-", "--none--", "(no value)", "null", "n/a", "#n/a", "无", "—", "–"})

_PLACE: Names = {
    "country": (
        "Country", "Address - Country", "Business Country/Region", "Country/Region",
        "Billing Country", "Mailing Country",
        "BillingCountry",
        "MailingCountry", "Other Country", "国家", "国家/地区", "国别", "开单国家/地区",
        "邮寄国家/地区",
        "账单国家",
    ),
    "region": (
        "Region", "Address - Region", "State/county", "Business State", "State", "Province",
        "State/Region",
        "State/Province", "Billing State",
        "Billing State/Province", "Mailing State", "Mailing State/Province", "BillingState",
        "MailingState", "地区", "省", "省份", "省/市", "所在省份", "区域", "大区", "所在地区",
        "所属区域", "开单州/省", "邮寄州/省", "账单省份", "州/省", "州/地区",
    ),
    "city": (
        "City", "City/town/village/locality", "Address - City", "Business City", "Billing City",
        "Mailing City",
        "BillingCity", "MailingCity", "Town", "Town/City",
        "城市", "市", "所在城市", "开单城市", "邮寄城市", "账单城市",
    ),
    "address": (
        "Address", "Street", "Street 1", "Street 2", "Address - Street", "Business Street",
        "Business Postal Code", "Address - Postal Code",
        "Street Address",
        "Street Address 2", "Address 1", "Address 2",
        "Billing Street", "Mailing Street", "BillingStreet", "MailingStreet", "Postal Code",
        "Postcode", "Zip", "Zip Code", "Billing Code", "Billing Zip/Postal Code", "Mailing Zip",
        "Mailing Zip/Postal Code", "Zip/Postal Code", "BillingPostalCode", "MailingPostalCode",
        "地址", "详细地址", "联系地址", "公司地址", "通讯地址", "办公地址", "经营地址", "注册地址",
        "收货地址", "邮编", "邮政编码", "街道", "街道地址", "开单街道", "邮寄街道", "账单街道",
        "开单邮政编码", "邮寄邮政编码", "账单邮编",
    ),
}  # fmt: skip
_REACH: Names = {
    "phone": (
        "Phone", "Phone Number", "Telephone", "Tel", "Tel 2", "Tel 3", "Mobile", "Mobile Phone",
        "Mobile Phone Number", "Mobile Number", "MobilePhone", "Cell", "Cell Phone", "Work Phone",
        "Business Phone", "Home Phone", "Other Phone",
        "Primary Phone", "Main Phone", "Direct Phone", "Company Phone", "Account Phone",
        "Contact Phone", "Customer Phone", "Office Phone", "Phone - Value",
        "电话", "手机", "手机号", "手机号码", "联系电话", "电话号码", "联系方式", "座机",
        "固定电话", "办公电话", "公司电话", "联系人电话", "联系人手机", "手机1", "移动电话",
    ),
    "email": (
        "Email", "E-mail", "Email Address", "Secondary Email", "Other Email", "E-mail 2 Address",
        "E-mail 3 Address", "Additional email addresses", "Mail", "Email 2", "Email 3",
        "Work Email",
        "Primary Email", "Contact Email", "Company Email", "Customer Email", "E-mail - Value",
        "电子信箱", "联系邮箱",
        "邮箱", "电子邮件", "电子邮箱", "邮件", "邮箱地址",
    ),
    "note": (
        "Note", "Notes", "Description", "Remark", "Remarks", "Comment", "Comments",
        "About Us", "Company Description", "备注", "说明", "描述", "客户备注", "需求描述",
    ),
    "owner": (
        "Owner", "Owner Email", "Sales Rep", "Account Manager", "HubSpot Owner", "Contact Owner",
        "Company Owner", "Account Owner", "Lead Owner", "Deal Owner", "Opportunity Owner",
        "负责人", "所有者", "归属人", "销售负责人", "业务员", "跟进人", "销售员", "销售人员",
        "销售代表", "客户经理", "所属销售", "客户所有人", "客户所有者", "联系人所有人",
        "联系人所有者", "公司所有者", "潜在客户所有人", "线索所有者", "交易所有者", "商机所有者",
        "业务机会所有人", "潜在客户所有者", "交易所有人", "商机所有人", "客户负责人",
    ),
    "tags": ("Tag", "Tags", "Labels", "Categories", "标签"),
    "no_email": (
        "Email Opt Out", "HasOptedOutOfEmail", "Unsubscribed from all email", "Do Not Email",
        "不接收邮件", "退订邮件",
    ),
    "no_phone": ("Do Not Call", "DoNotCall", "Phone Opt Out", "请勿致电"),
    "source": (
        "Source", "Lead Source", "Account Source", "LeadSource", "AccountSource",
        "Original Source", "Original Traffic Source", "Latest Source", "来源", "客户来源",
        "线索来源", "潜在客户来源", "原始流量来源",
    ),
}  # fmt: skip
CUSTOMER: Names = {
    "external_id": (
        "External Id", "Id", "(Do Not Modify) Account", "Customer Id", "Record ID", "Record Id",
        "Account ID", "Company ID",
        "Record ID - Company", "UID", "客户编号", "编号", "外部编号", "客户ID", "客户代码",
        "记录ID",
        "Organization Id", "Client Id", "Customer No", "Customer Number", "Customer Code",
        "Client Code", "客户编码", "客户号", "往来单位编码",
    ),
    "name": (
        "Name", "Customer", "Customer Name", "Company", "Company Name", "Account Name", "Account",
        "Company / Account", "Organization", "Organisation", "Full Name", "FN", "Legal Name",
        "Organization Name", "Business Name", "Client", "Client Name",
        "名称", "姓名", "客户", "客户名称", "客户姓名", "公司", "公司名称", "单位名称", "企业名称",
        "客户名", "客户全称", "公司全称", "企业全称", "往来单位", "往来单位名称",
    ),
    "first_name": ("First Name", "FirstName", "Given Name", "名", "名字"),
    "last_name": ("Last Name", "LastName", "Surname", "Family Name", "姓", "姓氏"),
    "kind": ("Kind", "Customer Type", "Type", "类型", "客户类型", "客户性质"),
    "lifecycle": (
        "Lifecycle", "Lifecycle Stage", "Status", "Lead Status", "Type", "Account Type",
        "Customer Status", "阶段", "状态", "生命周期", "客户状态", "客户阶段", "生命周期阶段",
        "成交状态",
    ),
    "industry": ("Industry", "Sector", "行业", "所属行业"),
    "acquisition": (
        "Acquisition", "Acquisition Channel", "Channel", "获客渠道", "渠道", "获客方式",
    ),
    **_PLACE, **_REACH,
}  # fmt: skip
CONTACT: Names = {
    "external_id": (
        "External Id", "(Do Not Modify) Contact", "(Do Not Modify) Lead", "Contact ID", "Lead ID",
        "Record ID", "Record Id", "Record ID - Contact",
        "Id", "UID", "联系人编号", "编号", "联系人ID", "潜在客户ID", "记录ID",
    ),
    "name": (
        "Name", "Contact", "Contact Name", "Full Name", "Lead Name", "FN", "Contact Person",
        "姓名", "联系人", "联系人姓名", "联系人名称",
    ),
    "first_name": ("First Name", "FirstName", "Given Name", "名", "名字"),
    "last_name": ("Last Name", "LastName", "Surname", "Family Name", "姓", "姓氏"),
    "title": (
        "Title", "Job Title", "Organization Title", "Position", "Designation", "职位", "职务",
        "头衔",
    ),
    "wechat": ("WeChat", "WeChat ID", "Weixin", "微信", "微信号"),
    "role": ("Role", "Contact Role", "Buying Role", "Role There", "角色", "联系人角色"),
    "customer": (
        "Customer", "Customer Name", "Associated Company", "Associated Company (Primary)",
        "Primary Associated Company", "Company", "Company Name", "Account Name", "Account",
        "Company / Account", "Organization", "Organization Name", "ORG", "Customers", "Companies",
        "Client", "Client Name", "客户全称", "公司全称", "往来单位", "往来单位名称", "单位名称",
        "企业名称", "公司", "公司名称", "客户", "客户名称", "单位",
        "所属客户", "所属公司", "客户名", "关联公司",
        "主要关联公司", "关联的公司",
    ),
    "customer_id": (
        "Customer Id", "Account ID", "AccountId", "Account Name.id", "Company ID",
        "Associated Company IDs", "Associated Company IDs (Primary)",
        "Primary Associated Company ID", "Associated Company ID", "Record ID - Company",
        "Organization Id", "Client Id",
        "客户编号", "客户ID", "公司编号", "关联公司ID", "客户编码", "客户代码", "客户号",
        "往来单位编码",
    ),
    "lifecycle": (
        "Lifecycle Stage", "Lead Status", "客户状态", "客户阶段", "潜在客户状态", "生命周期阶段",
        "线索状态",
    ),
    "industry": ("Industry", "行业", "所属行业"),
    **_PLACE,
    **{name: _REACH[name] for name in ("phone", "email", "note", "owner", "source")},
}  # fmt: skip
NEED: Names = {
    "title": (
        "Need", "Title", "Name", "Requirement", "Subject", "需求", "客户需求", "需求名称", "标题",
    ),
    "product": ("Product", "Product Name", "产品", "产品名称"),
    "priority": ("Priority", "优先级"),
    "status": ("Status", "状态", "需求状态"),
    "description": ("Description", "Details", "说明", "描述", "需求描述", "需求说明"),
    "communications": ("Communication", "Communications", "沟通", "来源沟通"),
    "owner": _REACH["owner"],
    "customer": CONTACT["customer"],
    "customer_id": CONTACT["customer_id"],
}  # fmt: skip
DEAL: Names = {
    "external_id": (
        "External Id", "(Do Not Modify) Opportunity", "Deal ID", "Opportunity ID", "Record ID",
        "Record Id", "Id",
        "Record ID - Deal", "商机编号", "编号", "业务机会ID", "交易ID", "记录ID",
    ),
    "name": (
        "Name", "Deal", "Deal Name", "Deal - Title", "Topic", "Opportunity Name", "Opportunity",
        "Potential Name",
        "商机", "商机名称", "销售机会", "销售机会名称", "名称", "项目名称", "机会名称",
        "交易名称", "业务机会名称",
        "业务机会名",
    ),
    "customer": (
        "Customer", "Customer Name", "Associated Company (Primary)", "Primary Associated Company",
        "Associated Company", "Company", "Company Name", "Account Name", "Account", "Organization",
        "Potential Customer",
        "客户", "客户名称", "公司", "公司名称", "客户名", "关联公司", "主要关联公司", "客户全称",
    ),
    "customer_id": (
        "Customer Id", "Account ID", "AccountId", "Account Name.id",
        "Associated Company IDs (Primary)", "Primary Associated Company ID",
        "Associated Company IDs", "Associated Company ID", "Company ID", "Record ID - Company",
        "Organization ID",
        "客户编号", "客户ID", "客户编码",
        "关联公司ID",
    ),
    "contact": (
        "Contact", "Contact Name", "Contact person", "Associated Contact", "Associated Contacts",
        "Primary Contact",
        "联系人", "联系人姓名", "关联联系人", "关联的联系人",
    ),
    "contact_external_id": (
        "Contact ID", "ContactId", "Contact person ID", "Contact Name.id", "Associated Contact IDs",
        "Associated Contact ID", "Primary Contact ID", "Record ID - Contact", "联系人编号",
        "联系人ID",
    ),
    "stage": (
        "Stage", "Deal Stage", "StageName", "Sales Stage", "Pipeline Phase", "阶段", "商机阶段",
        "销售阶段",
        "交易阶段",
    ),
    "pipeline": ("Pipeline", "Sales Pipeline", "管道", "销售管道", "销售流程"),
    "probability": (
        "Probability", "Probability (%)", "Deal Probability", "Win Probability", "赢率", "概率",
        "成交概率", "可能性", "可能性(%)",
    ),
    "amount": (
        "Amount", "Deal Amount", "Est. Revenue", "Value", "Deal Value", "Expected Amount", "金额",
        "商机金额",
        "预计金额", "销售金额", "交易金额",
    ),
    "currency": (
        "Currency", "Currency of Value", "Amount Currency", "Deal Currency Code", "Currency Code",
        "CurrencyIsoCode",
        "币种", "货币",
    ),
    "expected_close": (
        "Close Date", "Est. Close Date", "Closing Date", "CloseDate", "Expected Close",
        "Expected Close Date",
        "预计成交日期", "预计成交", "成交日期", "关闭日期", "结单日期", "结束日期",
    ),
    "created_on": (
        "Create Date", "Created Date", "CreatedDate", "Created Time", "Created", "Deal created",
        "创建时间",
        "创建日期",
    ),
    "closed_on": ("Deal closed on", "Deal - Deal closed on"),
    "outcome": (
        "Deal - Status", "Deal Status", "Opportunity Status", "Status", "商机状态", "成交状态",
    ),
    "lost_reason": (
        "Closed Lost Reason", "Reason For Loss", "Loss Reason", "Lost Reason", "Reason for losing",
        "输单原因", "丢单原因", "失败原因",
    ),
    "owner": _REACH["owner"],
    "note": (*_REACH["note"], "Deal Description", "Next Step", "下一步"),
}  # fmt: skip

# What a choice may be called.
KIND_CALLED: Names = {
    "organisation": (
        "organization", "org", "company", "business", "account", "enterprise", "组织", "企业",
        "公司", "单位", "机构",
    ),
    "person": ("individual", "private", "contact", "consumer", "个人", "自然人"),
}  # fmt: skip
LIFECYCLE_CALLED: Names = {
    "lead": (
        "prospect", "analyst", "investor", "press",
        "subscriber", "marketing qualified lead", "marketingqualifiedlead", "mql",
        "sales qualified lead", "salesqualifiedlead", "sql", "opportunity", "other", "new",
        "open", "in progress", "open deal", "attempted to contact", "connected", "bad timing",
        "contacted", "not contacted", "contact in future", "pre-qualified", "qualified",
        "open - not contacted", "working - contacted", "working", "nurturing",
        "潜在", "潜在客户", "线索", "意向客户", "意向", "有意向", "洽谈中", "待跟进", "未成交",
        "新客户", "新", "新建", "打开", "进行中", "未联系", "已联系", "尝试联系", "跟进中",
        "将来联系", "预审合格",
    ),
    "active": (
        "customer", "evangelist", "customer - direct", "customer - channel", "client", "current",
        "closed - converted", "converted", "channel partner / reseller", "reseller", "partner",
        "installation partner", "technology partner", "distributor", "integrator", "supplier",
        "vendor", "现有", "现有客户", "成交客户", "成交", "已成交", "多次成交", "合作", "合作中",
        "已合作",
        "签约", "已签约", "老客户", "正式客户", "客户", "客户 - 直接", "客户 - 渠道", "已转换",
    ),
    "lapsed": ("inactive", "dormant", "sleeping", "沉睡", "沉睡客户", "休眠"),
    "lost": (
        "former customer", "churned", "unqualified", "not qualified", "junk lead", "lost lead",
        "closed - not converted", "competitor", "流失", "已流失", "流失客户", "无效", "无效客户",
        "无意向", "放弃", "已放弃", "垃圾潜在客户", "丢失的潜在客户", "不合格",
    ),
}  # fmt: skip
ACQUISITION_CALLED: Names = {
    "direct": ("direct", "direct traffic", "cold call", "outbound", "直销"),
    "dealer": ("partner", "channel", "reseller", "distributor", "经销商", "经销", "代理", "代理商"),
    "ecommerce": ("e-commerce", "online store", "shop", "电商", "网店"),
    "referral": (
        "referrals", "partner referral", "employee referral", "external referral", "转介绍", "推荐",
    ),
    "exhibition": ("trade show", "fair", "event", "展会", "展览"),
    "website": (
        "web", "organic search", "paid search", "organic social", "paid social", "web download",
        "web research", "online", "网站", "官网",
    ),
    "other": (
        "offline sources", "email marketing", "other campaigns", "advertisement", "其他", "其它",
    ),
}  # fmt: skip
PRIORITY_CALLED: Names = {
    "1": ("urgent", "highest", "紧急", "重要"), "2": ("medium", "normal", "中", "一般"),
    "3": ("lowest", "低", "不急"),
}  # fmt: skip
NEED_STATUS_CALLED: Names = {
    "open": ("new", "新", "未处理"), "quoted": ("proposal", "已报价"),
    "met": ("done", "closed", "已满足", "已完成"), "dropped": ("cancelled", "lost", "已放弃"),
}  # fmt: skip
LOST_REASON_CALLED: Names = {
    "price": ("price", "too expensive", "pricing", "expectation mismatch", "价格", "价格太高"),
    "competitor": ("competitor", "lost to competitor", "competition", "竞争对手", "竞品"),
    "no_need": (
        "no need", "no need any more", "no longer needed", "no decision", "不再需要", "没有需求",
        "需求取消",
    ),
    "no_budget": ("no budget", "budget", "no budget / lost funding", "lost funding", "没有预算",
                  "预算不足", "无预算"),
    "no_answer": ("no answer", "unresponsive", "no response", "未回复", "没有回复", "联系不上"),
    "other": ("other", "unknown", "其他", "其它"),
}  # fmt: skip
# Stages of others, beside the names of our own stages: how far on the way, 0 lost … 100 won.
STAGE_PER_CENT: dict[str, int] = {
    "appointmentscheduled": 20, "qualifiedtobuy": 40, "presentationscheduled": 60,
    "decisionmakerboughtin": 80, "contractsent": 90, "closedwon": 100, "closedlost": 0,
    "prospecting": 10, "qualification": 10, "needsanalysis": 20, "valueproposition": 50,
    "iddecisionmakers": 60, "perceptionanalysis": 70, "proposalpricequote": 75,
    "qualified": 10, "contactmade": 20, "demoscheduled": 50, "proposalmade": 75,  # Pipedrive
        "negotiationsstarted": 90, "1qualify": 20, "2develop": 50, "3propose": 75, "4close": 90,
        "identifydecisionmakers": 60, "negotiationreview": 90,
    "closedlosttocompetition": 0,
    "lost": 0, "won": 100, "赢单": 100, "成交": 100, "输单": 0, "丢单": 0,
    "初步接触": 10, "初步接洽": 10, "初步沟通": 10, "潜在客户开发": 10, "资格审查": 10,
    "资格认定": 10, "需求分析": 20, "需求确认": 20, "已联系": 20, "价值建议": 50, "价值主张": 50,
    "方案": 50, "报价": 50, "方案报价": 50, "方案制定": 50, "确定决策者": 60, "认知分析": 70,
    "谈判": 70, "商务谈判": 70, "提案报价": 75, "谈判审核": 90, "谈判复查": 90, "合同": 90,
    "合同签订": 90, "合同已发送": 90, "关闭赢得": 100, "已结束并赢得": 100, "已成交": 100,
    "关闭失去": 0, "因竞争而丢失": 0, "已结束但客户流失": 0, "已丢单": 0,
    # HubSpot exports the words rather than the name within.
    "appointmentscheduledsalespipeline": 20, "qualifiedtobuysalespipeline": 40,
    "presentationscheduledsalespipeline": 60, "decisionmakerboughtinsalespipeline": 80,
    "contractsentsalespipeline": 90, "closedwonsalespipeline": 100, "closedlostsalespipeline": 0,
}  # fmt: skip
# Excel writes true and false in its own language.
YES = frozenset({
    "yes", "y", "true", "t", "1", "on", "是", "有", "√", "✓", "对", "同意", "wahr", "ja", "vrai",
    "oui", "verdadero", "vero", "sí",
})  # fmt: skip
NO = frozenset({
    "no", "n", "false", "f", "0", "off", "否", "无", "×", "不", "不同意", "falsch", "nein", "faux",
    "non", "falso",
})  # fmt: skip
# Marks deleted records in Salesforce's data export.
DELETED = "isdeleted"
# How a row of sums begins.
SUMS = re.compile(r"[合总小共]\s*计|(?:Grand |Sub-?)totals?", re.IGNORECASE)
# What reports of Salesforce write below their rows.
BELOW_ROWS = re.compile(
    r"Grand (?:Totals|Summaries)\b.*|Confidential Information - Do Not Distribute|"
    r"Copyright \(c\) .*salesforce\.com.*|(?:Generated|Filtered|Sorted) By:.*",
    re.IGNORECASE,
)
