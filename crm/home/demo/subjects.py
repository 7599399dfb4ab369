"""What the demo's customers ask, by category, and what the rules look for."""

# code: (Chinese name, English name, kinds, Chinese subjects, English subjects, rule words)
CATEGORIES: dict[str, tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...], str]] = {
    "printing": (
        "打印设备", "Printers", ("repair", "repair", "question"),
        ("打印机卡纸无法打印", "复印机显示更换硒鼓", "打印出来有黑色条纹", "打印机连不上网络",
         "扫描仪无法识别"),
        ("Printer jams on every job", "Copier asks for a new drum", "Black stripes on prints"),
        "打印机,复印机,硒鼓,printer,copier",
    ),
    "delivery": (
        "发货物流", "Delivery", ("question", "complaint", "feedback"),
        ("订单什么时候发货", "物流三天没有更新", "收到的货少了一箱", "外包装破损",
         "想修改收货地址"),
        ("When will my order ship?", "Tracking has not moved for days", "One box is missing"),
        "发货,物流,收货,ship,tracking,delivery",
    ),
    "invoice": (
        "发票付款", "Invoices", ("question", "question", "complaint"),
        ("发票抬头开错了", "申请补开专用发票", "付款后未收到发票", "对账单金额不一致"),
        ("Wrong name on the invoice", "Please resend the invoice", "Statement does not add up"),
        "发票,对账,付款,invoice,statement",
    ),
    "returns": (
        "退换货", "Returns", ("complaint", "question", "feedback"),
        ("椅子扶手松动要求更换", "买错型号申请退货", "退款还没有到账", "显示器有坏点"),
        ("Monitor has dead pixels", "Ordered the wrong model", "Refund has not arrived"),
        "退货,退款,更换,refund,return",
    ),
    "software": (
        "软件账户", "Software", ("question", "question", "feedback"),
        ("办公软件激活失败", "忘记云存储密码", "许可证数量不够", "备份任务报错"),
        ("Licence key is refused", "Forgot the cloud password", "Backup job fails"),
        "激活,密码,许可证,licence,password,backup",
    ),
    "training": (
        "安装培训", "Installation and training", ("training", "training", "question"),
        ("预约视频会议终端安装", "新员工需要设备培训", "投影仪安装位置咨询", "申请上门调试"),
        ("Book the installation", "Training for new colleagues", "Where to mount the projector"),
        "安装,培训,调试,installation,training",
    ),
    "quote": (
        "报价咨询", "Quotes", ("question", "question", "other"),
        ("咨询批量采购价格", "咖啡机租赁方案", "升降桌有没有样品", "年度框架协议怎么签"),
        ("Price for a larger order", "Do you lease coffee machines?", "Terms of a framework"),
        "报价,价格,采购,price,quote",
    ),
}  # fmt: skip

DETAILS_ZH = (
    "您好，{subject}，麻烦尽快处理，谢谢。",
    "我们这边{subject}，已经影响办公，请安排人员联系。",
    "{subject}。联系电话请打采购部座机，工作日都在。",
)
DETAILS_EN = (
    "Hello, {subject} – please look into it soon. Thank you.",
    "{subject}. It keeps us from working; please call the office.",
)
COMPLAINTS_ZH = ("（投诉）", "多次反映仍未解决：", "非常不满意：")
COMPLAINTS_EN = ("Complaint: ", "Still not solved: ")
REPLIES_ZH = (
    "您好，已收到您的问题，我们马上核实。",
    "已安排同事处理，请留意电话。",
    "请提供一下订单号，方便查询。",
)
REPLIES_EN = ("Thank you, we are looking into it.", "A colleague will call you today.")
SOLVED_ZH = ("问题已处理完毕，请您确认。", "已为您更换，感谢理解。", "已重新开具并寄出，请查收。")
SOLVED_EN = ("This is solved now; please check.", "A replacement is on its way.")
NOTES_ZH = ("客户比较着急，优先处理。", "已与仓库确认。")
NOTES_EN = ("Customer is in a hurry.", "Checked with the warehouse.")
COMMENTS = {
    1: ("等了太久", "Nobody called back"), 2: ("处理慢", "Slow"), 3: ("一般", "Fine"),
    4: ("还不错", "Good"), 5: ("非常满意，响应很快", "Very quick, thank you"),
}  # fmt: skip

# Chinese name, language, subject, text
TEMPLATES = (
    ("报价跟进", "zh-hans", "关于 {{ customer }} 的报价",
     "{{ contact }} 您好：\n\n附件为报价单，有问题请随时联系。\n\n{{ user }}"),
    ("报价跟进", "en", "Our quote for {{ customer }}",
     "Dear {{ contact }},\n\nplease find our quote attached.\n\n{{ user }}"),
    ("感谢下单", "zh-hans", "感谢您的订单",
     "{{ contact }} 您好：\n\n订单已确认，发货后会通知您。\n\n{{ user }}"),
    ("感谢下单", "en", "Thank you for your order",
     "Dear {{ contact }},\n\nyour order is confirmed.\n\n{{ user }}"),
    ("久未联系", "zh-hans", "好久不见",
     "{{ contact }} 您好：\n\n近期办公耗材有优惠，欢迎咨询。\n\n{{ user }}"),
    ("久未联系", "en", "It has been a while",
     "Dear {{ contact }},\n\nwe have offers on supplies this month.\n\n{{ user }}"),
)  # fmt: skip
