"""Who and what the demo company consists of. All names, numbers and addresses are invented."""

from __future__ import annotations

from typing import Any

DEPARTMENTS = (("销售部", ""), ("华东一部", "销售部"), ("华东二部", "销售部"), ("市场部", ""))

PEOPLE = (
    # user name, name, role, department, position, superior
    ("shenyan", "沈岩", "sales_manager", "销售部", "销售总监", ""),
    ("chenzhiyuan", "陈志远", "sales_manager", "华东一部", "部门经理", "shenyan"),
    ("linxiaotong", "林晓彤", "sales", "华东一部", "客户经理", "chenzhiyuan"),
    ("zhouzihan", "周子涵", "sales", "华东一部", "客户经理", "chenzhiyuan"),
    ("zhaoyiming", "赵一鸣", "sales", "华东二部", "客户经理", "shenyan"),
    ("wangsimin", "王思敏", "marketing", "市场部", "市场专员", ""),
)

_ROWS = (
    # name, short name, class, level, industry, region, size, owner, contact, title, days since the last talk, next in
    ("宁波海曙精密机械有限公司", "海曙精密", "signed", "A", "C34", "330203", "100-499", "linxiaotong", "顾建国", "总经理", 2, 2),
    ("无锡锐进新能源装备有限公司", "锐进新能源", "signed", "A", "C38", "320205", "100-499", "linxiaotong", "蒋文斌", "采购经理", 1, 5),
    ("成都蓉航精工股份有限公司", "蓉航精工", "interested", "B", "C37", "510107", "500-999", "linxiaotong", "廖启明", "副总经理", 4, 6),
    ("苏州瑞丰汽车零部件股份有限公司", "瑞丰汽车零部件", "interested", "A", "C36", "320508", "500-999", "linxiaotong", "陆文静", "信息部经理", 1, 0),
    ("合肥芯联微电子有限公司", "芯联微电子", "signed", "B", "C39", "340104", "1000-4999", "linxiaotong", "方景行", "总监", 0, 8),
    ("厦门鹭岛医疗器械有限公司", "鹭岛医疗", "interested", "B", "C35", "350206", "100-499", "zhouzihan", "叶婉如", "质量经理", 12, 0),
    ("深圳市云帆电子科技股份有限公司", "云帆电子", "interested", "B", "C39", "440305", "1000-4999", "chenzhiyuan", "罗振东", "生产总监", 5, 3),
    ("武汉光谷启明光电技术有限公司", "启明光电", "interested", "C", "C40", "420111", "100-499", "zhaoyiming", "范子健", "总经理", 3, 1),
    ("常州新岳轴承制造有限公司", "新岳轴承", "interested", "B", "C34", "320411", "100-499", "linxiaotong", "秦海波", "厂长", 17, -3),
    ("佛山市顺德美家电器制造有限公司", "美家电器", "regular", "B", "C38", "440606", "500-999", "chenzhiyuan", "梁耀辉", "设备部长", 34, -11),
    ("济南泉城重型锻造有限公司", "泉城锻造", "potential", "C", "C33", "370102", "100-499", "linxiaotong", "韩立军", "采购", None, None),
    ("东莞市恒昌塑胶制品有限公司", "恒昌塑胶", "regular", "C", "C29", "441900", "20-99", "chenzhiyuan", "邓国强", "总经理", 8, 9),
    ("青岛海拓冷链物流有限公司", "海拓冷链", "potential", "C", "G59", "370202", "100-499", "zhouzihan", "宋玉梅", "运营经理", 9, 7),
    ("杭州绿源生态食品有限公司", "绿源食品", "potential", "C", "C14", "330106", "100-499", "linxiaotong", "俞佩芳", "副总", 6, 5),
    ("长沙湘科工程机械配件有限公司", "湘科机械", "potential", "C", "C35", "430102", "20-99", "linxiaotong", "彭志勇", "总经理", 8, -1),
    ("绍兴越剑印染设备有限公司", "越剑印染设备", "interested", "C", "C35", "330602", "100-499", "zhouzihan", "马建军", "技术部长", 21, None),
    ("嘉兴凯达纺织机械有限公司", "凯达纺机", "potential", "", "C35", "330402", "20-99", "zhouzihan", "王海涛", "销售经理", None, None),
    ("温州瓯江阀门有限公司", "瓯江阀门", "potential", "", "C34", "330302", "20-99", "zhaoyiming", "郑秀琴", "经理", 40, None),
    ("江阴澄江法兰有限公司", "澄江法兰", "interested", "C", "C33", "320281", "100-499", "zhaoyiming", "陆永明", "采购经理", 15, 4),
    ("苏州金阊电气成套厂", "金阊电气", "regular", "B", "C38", "320508", "100-499", "zhaoyiming", "吴凯", "信息主管", 11, 10),
    ("湖州欣源锂电材料有限公司", "欣源锂电", "signed", "A", "C38", "330502", "500-999", "chenzhiyuan", "沈立", "总经理", 7, 2),
    ("南通江海船舶配套有限公司", "江海船配", "interested", "B", "C37", "320613", "100-499", "zhaoyiming", "钱晓丽", "采购主管", 13, 3),
    ("台州黄岩模塑有限公司", "黄岩模塑", "potential", "C", "C35", "331003", "20-99", "zhouzihan", "何俊杰", "总经理", None, None),
    ("扬州瘦西湖酒店用品有限公司", "瘦西湖用品", "potential", "", "F51", "321003", "1-19", "zhouzihan", "沈岚", "财务", 28, None),
)  # fmt: skip

_TAGS = (("高价值", "重点关注"), ("高价值",), (), ("展会",), ("重点关注",), ())
_SOURCES = ("exhibition", "referral", "website", "phone", "partner", "cold")
_ROLES = ("decision_maker", "operator", "technical")
_PREFERENCES = ("上午 10 点前回复快", "喜欢先看书面方案", "不喜欢微信语音", "")


def _customer(place: int, row: tuple[Any, ...]) -> dict[str, Any]:
    name, short, category, level, industry, region, size, owner, contact, title, quiet, following = row
    return {
        "owner": owner,
        "category": category,
        "level": level,
        "size": size,
        "source": _SOURCES[place % len(_SOURCES)],
        "tags": _TAGS[place % len(_TAGS)],
        "age": 20 + place * 13 % 300,
        "quiet": quiet,
        "next": following,
        "fields": {
            "name": name,
            "short_name": short,
            "industry": industry,
            "region": region,
            "phone": f"400-800-{1000 + place * 37:04d}",
            "website": f"https://www.kh{place + 1:02d}.example",
            "email": f"office@kh{place + 1:02d}.example",
        },
        "contacts": [_contact(place, contact, title), *_others(place, short)],
    }


def _contact(place: int, name: str, title: str) -> dict[str, Any]:
    return {
        "roles": [_ROLES[place % 3]],
        "fields": {
            "name": name,
            "title": title,
            "mobile": f"1390000{2000 + place * 41:04d}",
            "preferences": _PREFERENCES[place % len(_PREFERENCES)],
        },
    }


_MORE = {"海曙精密": (("钱晓丽", "采购主管", "operator"), ("吴凯", "信息部经理", "technical"))}


def _others(place: int, company: str) -> list[dict[str, Any]]:
    """Further contacts: those who are named, or one for every third company."""
    named = [
        {"roles": [role], "fields": {"name": name, "title": title, "mobile": f"1370000{5000 + number * 47:04d}"}}
        for number, (name, title, role) in enumerate(_MORE.get(company, ()))
    ]
    return named or ([_second(place)] if place % 3 == 0 else [])


def _second(place: int) -> dict[str, Any]:
    return {
        "roles": [_ROLES[(place + 1) % 3]],
        "fields": {"name": ("郭敏", "孙伟", "黄磊", "许静")[place // 3 % 4], "title": "主管", "mobile": f"1370000{3000 + place * 43:04d}"},
    }  # fmt: skip


CUSTOMERS = [_customer(place, row) for place, row in enumerate(_ROWS)]
