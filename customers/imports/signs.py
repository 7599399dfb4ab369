"""Names of columns that tell where a file comes from and what it holds. Data only."""

from __future__ import annotations

# Which product a file comes from, by names that only its exports have.
SIGNS: dict[str, tuple[str, ...]] = {
    "HubSpot": (
        "Record ID", "Lifecycle Stage", "Contact owner", "Company owner", "Deal owner",
        "Associated Company", "Associated Company IDs", "Associated Contact", "Deal Stage",
        "Last Activity Date", "Company Domain Name", "Marketing contact status",
        "Original Traffic Source", "Create Date",
    ),
    "Pipedrive": (
        "Person - ID", "Person - Name", "Person - Organization", "Person - Owner", "Deal - ID",
        "Deal - Title", "Deal - Value", "Deal - Stage", "Deal - Status", "Deal - Organization",
        "Organization - ID", "Organization - Name", "Organization - Owner",
    ),
    "Dynamics 365": (
        "(Do Not Modify) Row Checksum", "(Do Not Modify) Modified On", "(Do Not Modify) Account",
        "(Do Not Modify) Contact", "(Do Not Modify) Lead", "(Do Not Modify) Opportunity",
    ),
    "Salesforce": (
        "Account ID", "Contact ID", "Lead ID", "Opportunity ID", "AccountId", "Opportunity Owner",
        "Opportunity Name", "Billing State/Province", "Billing Zip/Postal Code", "StageName",
        "Mailing State/Province", "Company / Account", "Account Source", "Created Alias",
        "LeadSource", "BillingCountry", "CloseDate", "IsDeleted",
    ),
    "Zoho CRM": (
        "Record Id", "Account Name.id", "Contact Owner.id", "Deal Owner.id", "Lead Owner.id",
        "Account Owner.id", "Closing Date", "Reason For Loss", "Email Opt Out", "Tag",
        "Created Time", "Modified Time", "Billing Code", "Lead Conversion Time",
    ),
}  # fmt: skip
# Names that tell what a file holds.
SIGNS_OF_KIND: dict[str, tuple[str, ...]] = {
    "contacts": (
        "Contact ID", "Lead ID", "Contact owner", "Lead Owner", "Contact Name", "Lead Name",
        "Job Title", "Title", "First Name", "Last Name", "FirstName", "LastName",
        "Associated Company", "Mailing City", "MailingCity", "Mailing Street", "Lead Status", "ORG",
        "联系人", "联系人姓名", "职位", "职务", "微信", "微信号", "WeChat", "名字", "姓氏",
        "潜在客户状态",
    ),
    "deals": (
        "Deal Name", "Deal Stage", "Deal owner", "Opportunity Name", "Opportunity ID", "StageName",
        "Stage", "Closing Date", "Close Date", "CloseDate", "Probability (%)", "Probability",
        "Amount", "Pipeline", "商机", "商机名称", "商机阶段", "金额", "预计成交日期", "阶段",
        "交易名称", "交易阶段", "业务机会名称",
    ),
    "needs": ("Need", "Priority", "Product", "Requirement", "需求", "客户需求", "优先级"),
    "customers": (
        "Company owner", "Company Domain Name", "Account Owner", "Account Type", "Billing City",
        "BillingCity", "Billing Street", "Number of Employees", "Annual Revenue", "Website URL",
        "Industry", "Lifecycle", "客户名称", "公司名称", "获客渠道", "行业", "客户编号",
    ),
}  # fmt: skip

# Names that only files of one kind have.
SURE_SIGNS_OF_KIND: dict[str, tuple[str, ...]] = {
    "deals": (
        "Deal Name", "Deal - Title", "Deal - Value", "(Do Not Modify) Opportunity", "Est. Revenue",
        "销售机会名称", "Opportunity Name", "Potential Name",
        "商机名称", "交易名称", "业务机会名称",
    ),
    "contacts": (
        "Person - Name", "Organization Title", "(Do Not Modify) Contact", "(Do Not Modify) Lead",
    ),
    "customers": ("Organization - Name", "(Do Not Modify) Account"),
    "needs": ("Need", "Requirement", "需求", "客户需求", "需求名称", "需求描述"),
}  # fmt: skip
