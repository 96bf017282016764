"""Who may become a customer of the demo company, its campaigns and its pools. All names and numbers are invented."""

from __future__ import annotations

from dataclasses import dataclass

_PLACES = (
    ("嘉善", "330421"), ("海宁", "330481"), ("慈溪", "330282"), ("余姚", "330281"), ("昆山", "320583"),
    ("太仓", "320585"), ("江阴", "320281"), ("宜兴", "320282"), ("丹阳", "321181"), ("如皋", "320682"),
    ("诸暨", "330681"), ("义乌", "330782"), ("永康", "330784"), ("温岭", "331081"), ("瑞安", "330381"),
    ("常熟", "320581"), ("靖江", "321282"), ("启东", "320681"), ("徐州", "320302"), ("泉州", "350502"),
)  # fmt: skip
_WORDS = (
    "恒越", "博远", "启航", "华锐", "晟泰", "中创", "凌志", "瑞科", "东岳", "天成", "宏图", "精诚", "科阳", "联塑",
    "正阳",
)  # fmt: skip
_TRADES = (
    ("机械有限公司", "C34"), ("模具有限公司", "C35"), ("电气有限公司", "C38"), ("精密五金有限公司", "C33"),
    ("汽车零部件有限公司", "C36"), ("包装材料有限公司", "C29"),
)  # fmt: skip
_SURNAMES = "陈李王张刘杨黄周吴徐孙胡朱高林何郭马罗梁"
_GIVEN = ("建国", "海燕", "志强", "晓东", "丽华", "伟民", "俊峰", "雪梅", "国庆", "思远", "文杰")
_TITLES = ("设备经理", "生产总监", "信息部主管", "总经理", "采购经理", "")
_SOURCES = ("exhibition", "website", "referral", "campaign", "phone", "website", "partner", "exhibition")
_STATES = ("new", "working", "working", "valid", "new", "invalid", "working", "valid", "new", "converted")
_OWNERS = ("linxiaotong", "zhouzihan", "zhaoyiming", "chenzhiyuan")
_REASONS = ("no_need", "budget", "wrong_number", "duplicate", "not_target")
_WISHES = (
    "想了解设备点检和能耗采集，车间 40 台机床。",
    "MES 要能和现有 ERP 对接，年底前看方案。",
    "仓库想上扫码，先问价格。",
    "质检追溯，客户审厂要求。",
    "看了展会演示，希望上门看一次。",
    "",
)
BECAME = ("海曙精密", "锐进新能源", "芯联微电子", "欣源锂电", "金阊电气")
"""Short names of the customers whom converted leads joined."""
OWNED, POOLED = 50, 10


@dataclass(frozen=True)
class Prospect:
    """One lead.

    Attributes:
        became: short name of the customer whom it joined; "" for none.
        campaign: which of `CAMPAIGNS` it came from; None for none.
        age: days since it was written down.
        quiet: days since the last follow-up, and `following` those until the next step; None for none.
        is_opened: whether its owner has looked at it.
    """

    company: str
    name: str
    title: str
    region: str
    industry: str
    mobile: str
    state: str
    source: str
    rating: str
    owner: str
    wish: str
    age: int
    campaign: int | None = None
    quiet: int | None = None
    following: int | None = None
    reason: str = ""
    became: str = ""
    is_opened: bool = True


def _prospect(place: int) -> Prospect:
    town, region = _PLACES[place % len(_PLACES)]
    trade, industry = _TRADES[place % len(_TRADES)]
    state = _STATES[place % len(_STATES)] if place < OWNED else "new"
    source = _SOURCES[place % len(_SOURCES)]
    touched = state in ("working", "valid", "converted")
    return Prospect(
        company=f"{town}{_WORDS[place * 7 % len(_WORDS)]}{trade}",
        name=_SURNAMES[place * 3 % len(_SURNAMES)] + _GIVEN[place % len(_GIVEN)],
        title=_TITLES[place % len(_TITLES)],
        region=region,
        industry=industry,
        mobile=f"1360000{1000 + place * 37:04d}",
        state=state,
        source=source,
        rating=("hot", "warm", "cold")[place * 2 % 3] if state != "invalid" else "cold",
        owner=_OWNERS[(place + place // 8) % len(_OWNERS)],
        wish=_WISHES[place % len(_WISHES)],
        age=1 + place % 6 if state == "new" else 13 + place * 5 % 26,
        campaign={"exhibition": 0, "campaign": 1}.get(source),
        quiet=place % 9 if touched else None,
        following=place % 7 - 1 if state in ("working", "valid") and place % 4 else None,
        reason=_REASONS[place // 10 % len(_REASONS)] if state == "invalid" else "",
        became=BECAME[place // 10] if state == "converted" else "",
        is_opened=state != "new" or place % 10 != 8,
    )


PROSPECTS = [_prospect(place) for place in range(OWNED + POOLED)]

CAMPAIGNS = (
    # name, type, status, days until it begins and ends, budget, cost, place, description
    ("智造巡展 · 宁波站", "exhibition", "done", -34, -32, 80_000, 76_500, "宁波", "三天展位，演示设备联网和点检。"),
    ("产线数字化线上研讨会", "webinar", "running", -9, 12, 20_000, 8_600, "线上", "四场直播，报名后寄资料。"),
)  # fmt: skip
ANSWERS = ("attended", "registered", "invited", "attended", "absent", "declined")
CAMPAIGN_DEALS = (
    ("仓库扫码改造", 0),
    ("洁净室能耗监测", 0),
    ("成套车间报工", 1),
    ("法兰锻造设备联网", 0),
    ("WMS 与 ERP 对接", 1),
)
"""Opportunities that came from a campaign, with its place among `CAMPAIGNS`."""

EAST, NATION, LEADS = "华东公海", "全国公海", "线索池"
POOL_NAMES = (("customer", EAST), ("customer", NATION), ("lead", LEADS))
LYING = (
    # name, short name, industry, region, source, how it came, former owner, days in the pool, pool
    ("南通恒瑞船舶配件有限公司", "恒瑞船配", "C37", "320613", "website", "no_time", "zhouzihan", 0, EAST),
    ("芜湖博盛车身科技有限公司", "博盛车身", "C36", "340202", "referral", "", "zhaoyiming", 1, EAST),
    ("徐州华通工程机械有限公司", "华通工程", "C35", "320302", "exhibition", "", "chenzhiyuan", 4, EAST),
    ("泉州南威卫浴股份有限公司", "南威卫浴", "C33", "350502", "cold", "", "linxiaotong", 2, EAST),
    ("台州双龙泵业有限公司", "双龙泵业", "C34", "331002", "exhibition", "", "zhouzihan", 2, EAST),
    ("滁州安泰模具有限公司", "安泰模具", "C35", "341102", "exhibition", "handover", "zhaoyiming", 7, EAST),
    ("金华鼎力五金工具有限公司", "鼎力五金", "C33", "330702", "website", "no_need", "linxiaotong", 3, EAST),
    ("九江江锅热能装备有限公司", "江锅热能", "C34", "360402", "cold", "", "chenzhiyuan", 6, EAST),
    ("马鞍山中冶机电设备有限公司", "中冶机电", "C34", "340503", "phone", "not_a_target", "zhouzihan", 3, EAST),
    ("西安秦川锻压设备有限公司", "秦川锻压", "C34", "610102", "referral", "", "chenzhiyuan", 5, NATION),
    ("重庆渝江压铸有限公司", "渝江压铸", "C33", "500103", "phone", "unreachable", "zhaoyiming", 9, NATION),
    ("郑州中原磨料有限公司", "中原磨料", "C30", "410102", "website", "", "linxiaotong", 12, NATION),
)  # fmt: skip
"""Customers in a pool; who came there by a rule and not by hand has no reason."""
CLAIMED = (("江西赣锋阀门有限公司", "赣锋阀门", "C34", "360102"), ("绍兴稽山纺机有限公司", "稽山纺机", "C35", "330602"))
"""Customers whom a salesperson has claimed today."""
COMING_BACK = {"凯达纺机": 29, "瘦西湖用品": 28, "黄岩模塑": 26}
"""Customers who come back soon, with the days since their owner got them."""
