"""The words that the demo company's customers, products and talks are made of."""

# city, province, pinyin, landline code
CHINESE_CITIES = (
    ("上海", "上海市", "sh", "21"), ("杭州", "浙江省", "hz", "571"),
    ("宁波", "浙江省", "nb", "574"),
    ("温州", "浙江省", "wz", "577"), ("苏州", "江苏省", "sz", "512"),
    ("南京", "江苏省", "nj", "25"),
    ("无锡", "江苏省", "wx", "510"), ("合肥", "安徽省", "hf", "551"),
    ("青岛", "山东省", "qd", "532"),
    ("济南", "山东省", "jn", "531"), ("厦门", "福建省", "xm", "592"),
    ("福州", "福建省", "fz", "591"),
)  # fmt: skip
FIRST_SYLLABLES = (
    ("云", "yun"), ("瑞", "rui"), ("恒", "heng"), ("华", "hua"), ("中", "zhong"), ("天", "tian"),
    ("博", "bo"), ("盛", "sheng"), ("海", "hai"), ("金", "jin"), ("东", "dong"), ("新", "xin"),
    ("宏", "hong"), ("嘉", "jia"), ("安", "an"), ("明", "ming"), ("启", "qi"), ("远", "yuan"),
    ("佳", "jia"), ("诚", "cheng"), ("锦", "jin"), ("星", "xing"), ("智", "zhi"), ("联", "lian"),
    ("汇", "hui"), ("众", "zhong"), ("鼎", "ding"), ("优", "you"), ("凯", "kai"), ("卓", "zhuo"),
)  # fmt: skip
SECOND_SYLLABLES = (
    ("达", "da"), ("泰", "tai"), ("通", "tong"), ("源", "yuan"), ("丰", "feng"), ("腾", "teng"),
    ("图", "tu"), ("科", "ke"), ("信", "xin"), ("德", "de"), ("合", "he"), ("祥", "xiang"),
    ("润", "run"), ("亚", "ya"), ("航", "hang"), ("创", "chuang"), ("峰", "feng"), ("利", "li"),
    ("翔", "xiang"), ("和", "he"), ("邦", "bang"), ("程", "cheng"), ("康", "kang"), ("越", "yue"),
    ("宇", "yu"), ("捷", "jie"), ("林", "lin"), ("帆", "fan"), ("立", "li"), ("拓", "tuo"),
)  # fmt: skip
CHINESE_INDUSTRIES = (
    "科技", "贸易", "机械", "电子", "物流", "建筑工程", "医疗器械", "教育咨询", "食品", "纺织",
    "新能源", "环保", "文化传媒", "汽车配件", "化工", "包装", "餐饮管理",
    "酒店管理", "信息技术", "生物医药",
)  # fmt: skip
CHINESE_FORMS = ("有限公司", "股份有限公司", "集团有限公司")
LONG_FORM = "进出口贸易与供应链管理服务（长三角）集团股份有限公司第一分公司"
STREETS = (
    "中山路", "人民路", "解放路", "建设路", "滨江大道", "科技路", "文三路",
    "长江路", "和平路", "创业路",
)  # fmt: skip

SURNAMES = (
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭",
    "何", "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩",
    "冯", "邓", "曹", "欧阳", "诸葛",
)  # fmt: skip
GIVEN_NAMES = (
    "伟", "芳", "娜", "敏", "静", "磊", "强", "洋", "艳", "勇", "军", "杰", "娟", "涛", "明", "超",
    "秀兰", "霞", "平", "刚", "桂英", "晓东", "雨桐", "子轩", "欣怡",
    "浩然", "思远", "佳琪", "文博",
    "梓涵", "志强", "建国", "丽华", "晓燕", "俊杰", "海燕", "雪梅", "国庆", "若曦", "一鸣",
)  # fmt: skip

# city, region, country, currency, phone prefix, digits after it, company forms
WORLD_CITIES = (
    ("London", "Europe", "United Kingdom", "GBP", "+44207", 7, ("Ltd", "PLC", "LLP")),
    ("Manchester", "Europe", "United Kingdom", "GBP", "+44161", 7, ("Ltd", "Group Ltd")),
    ("Berlin", "Europe", "Germany", "EUR", "+4930", 7, ("GmbH", "AG")),
    ("München", "Europe", "Germany", "EUR", "+4989", 7, ("GmbH", "SE", "AG")),
    ("Paris", "Europe", "France", "EUR", "+331", 8, ("SA", "SARL", "SAS")),
    ("Amsterdam", "Europe", "Netherlands", "EUR", "+3120", 7, ("B.V.", "N.V.")),
    ("New York", "North America", "United States", "USD", "+1212", 7, ("Inc.", "LLC", "Corp.")),
    ("San Francisco", "North America", "United States", "USD", "+1415", 7, ("Inc.", "LLC")),
    ("Chicago", "North America", "United States", "USD", "+1312", 7, ("Inc.", "Co.")),
    ("Singapore", "Asia Pacific", "Singapore", "USD", "+656", 7, ("Pte. Ltd.",)),
    ("Sydney", "Asia Pacific", "Australia", "USD", "+612", 8, ("Pty Ltd",)),
    ("Dubai", "Middle East", "United Arab Emirates", "USD", "+9714", 7, ("FZE", "LLC")),
)
ENGLISH_FIRST = (
    "Bright", "North", "Silver", "Blue", "Green", "Stone", "River", "Oak", "Iron", "Clear", "Swift",
    "High", "Red", "Summit", "Harbour", "Maple", "Falcon", "Amber", "Cedar", "Granite", "Lake",
    "Prime", "Alder", "Copper", "Juniper", "Sterling", "Vale", "West", "Willow", "Wren",
)  # fmt: skip
ENGLISH_SECOND = (
    "water", "field", "bridge", "gate", "wood", "line", "point", "well", "crest", "ford", "shore",
    "brook", "mark", "way", "haven", "ridge", "light", "port", "path", "spring", "wick", "worth",
    "stead", "mere", "hurst", "dale", "combe", "ley", "by", "ton",
)  # fmt: skip
ENGLISH_INDUSTRIES = (
    "Logistics", "Engineering", "Foods", "Health", "Energy", "Retail", "Consulting", "Media",
    "Textiles", "Instruments", "Packaging", "Software", "Hotels", "Education", "Automotive",
    "Chemicals", "Marine", "Biotech", "Design", "Trading",
)  # fmt: skip
ENGLISH_LONG = "International Procurement, Distribution and Facilities Management Holdings of"
ENGLISH_STREETS = ("High Street", "Station Road", "Market Street", "Park Avenue", "Mill Lane")
ENGLISH_GIVEN = (
    "Emma", "James", "Olivia", "Liam", "Sophia", "Noah", "Ava", "Lucas", "Mia", "Ethan", "Anna",
    "Felix", "Clara", "Hugo", "Lea", "Omar", "Priya", "Daniel", "Grace", "Tom", "Zoë", "René",
)  # fmt: skip
ENGLISH_FAMILY = (
    "Smith", "Johnson", "Brown", "Taylor", "Müller", "Schmidt", "Martin", "Bernard", "de Vries",
    "Garcia", "Khan", "Patel", "Nguyen", "O'Brien", "Wilson", "Clarke", "Evans", "Walker", "Tan",
)  # fmt: skip

CHINESE_TITLES = (
    "采购经理",
    "行政主管",
    "总经理",
    "IT 经理",
    "财务经理",
    "项目负责人",
    "办公室主任",
)
ENGLISH_TITLES = ("Purchasing manager", "Office manager", "Director", "IT manager", "Controller")
CHINESE_ROLES = ("决策人", "采购", "使用部门", "财务")
ENGLISH_ROLES = ("Decision maker", "Purchasing", "User", "Finance")
SOURCES_ZH = ("官网咨询", "老客户介绍", "行业展会", "电话拓展", "公众号", "")
SOURCES_EN = ("Website", "Referral", "Trade fair", "Cold call", "LinkedIn", "")

NEEDS_ZH = ("{product}年度采购", "更换{product}", "新办公室配置{product}", "{product}批量报价")
NEEDS_EN = ("Yearly supply of {product}", "Replace {product}", "New office: {product}")
DEALS_ZH = ("{short} {category}采购", "{short} 年度{category}框架", "{short} {category}升级项目")
DEALS_EN = (
    "{short} – {category}",
    "{short} – {category} framework",
    "{short} – {category} refresh",
)

TALKS_ZH = {
    "phone": (
        ("回访使用情况", "客户反馈设备运行正常，近期有扩容计划。"),
        ("确认报价", "对价格基本认可，希望交期再短一些。"),
        ("催办回款", "财务本周安排付款。"),
        ("邀约拜访", "约好下周到现场看需求。"),
    ),
    "wechat": (
        ("发送产品资料", "已发最新产品手册和价目表。"),
        ("确认收货", "货已收到，数量无误。"),
        ("节日问候", "问候客户，客户回复感谢。"),
    ),
    "email": (
        ("发送报价单", "附件为报价单，有效期三十天。"),
        ("合同条款往来", "法务提出两处修改，已答复。"),
        ("月度对账", "发送上月对账单，请客户核对。"),
    ),
    "visit": (
        ("上门拜访", "与采购和使用部门沟通需求，现场看了办公环境。"),
        ("现场勘查", "测量会议室尺寸，确认投影和音响位置。"),
    ),
    "meeting": (
        ("方案讲解会", "讲解整体方案，客户关注售后响应。"),
        ("季度复盘", "回顾本季度采购与服务情况。"),
    ),
    "chat": (("在线咨询", "客户询问库存与交期，已答复。"),),
    "sms": (("发货通知", "短信通知发货单号。"),),
    "note": (("内部备注", "客户年底预算审批在十一月。"),),
}
TALKS_EN = {
    "phone": (
        ("Check-in call", "Everything runs well; they plan to open a second office."),
        ("Quote confirmed", "Price is fine, delivery should be faster."),
        ("Call about an invoice", "Payment is scheduled for this week."),
    ),
    "wechat": (("Sent the catalogue", "Latest catalogue and price list sent."),),
    "email": (
        ("Quote sent", "Quote attached, valid for thirty days."),
        ("Contract terms", "Two changes asked for, answered."),
        ("Statement of account", "Last month's statement sent for checking."),
    ),
    "visit": (("Site visit", "Talked with purchasing and users, saw the office."),),
    "meeting": (("Solution review", "Walked through the proposal; they care about support."),),
    "chat": (("Chat about stock", "Asked about stock and delivery time, answered."),),
    "sms": (("Dispatch notice", "Sent the tracking number."),),
    "note": (("Note", "Budget is approved every November."),),
}
STEPS_ZH = (
    ("call", "电话确认方案反馈"), ("visit", "上门演示样机"), ("email", "发送修订报价"),
    ("call", "跟进付款进度"), ("task", "准备合同文本"), ("call", "回访使用满意度"),
)  # fmt: skip
STEPS_EN = (
    ("call", "Call about the proposal"), ("email", "Send the revised quote"),
    ("visit", "Show the demo unit"), ("task", "Prepare the contract"),
    ("call", "Ask how it runs"),
)  # fmt: skip
SERVICE_TALK_ZH = ("服务请求回复", "向客户说明处理进展，客户表示理解。")
SERVICE_TALK_EN = ("Call about a request", "Told the customer how far we are.")
SERVICE_TASKS_ZH = ("回电确认问题是否解决", "联系厂家确认配件到货")
SERVICE_TASKS_EN = ("Call back: is it solved?", "Ask the maker about the part")
