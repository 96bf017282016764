"""Words in names of companies that do not tell one from another."""

from __future__ import annotations

_ENDINGS = (
    "股份有限责任公司 集团股份有限公司 集团有限责任公司 集团有限公司 股份有限公司 有限责任公司 股份合作公司 "
    "有限合伙企业 普通合伙企业 特殊普通合伙 个人独资企业 集团总公司 集团公司 有限公司 合伙企业 有限合伙 "
    "普通合伙 总公司 分公司 合作社 事务所 股份 集团 公司 总厂 工厂 厂 个体工商户 经营部 "
    "incorporated corporation holdings limited company group gmbh corp pllc plc llc llp ltd inc pte pty co ag sa "
    "bv nv kk"
)
SUFFIXES = tuple(_ENDINGS.split())
"""Legal endings, longest first where one contains another."""

BRANDS = ("阿里巴巴", "阿里云", "阿里健康", "阿里影业", "白银时代")
"""Beginnings of names that look like a place and are none."""

_TRADES = (
    "银行 大学 学院 医院 旅游 化工 机床 投资 发展 证券 能源 钢铁 医药 电力 港口 机场 地铁 燃气 水务 热电 "
    "航空 铁路 高速 保险 信托 期货 酒店 宾馆 商场 百货 物流 药业 酒业 乳业 水泥 化纤 铜业 电气 电子 科技 "
    "机械 建设 建筑 实业 贸易 农商银行"
)
TRADES = frozenset(_TRADES.split())
"""Words that say nothing without the place before them: 北京银行 is not 上海银行."""
