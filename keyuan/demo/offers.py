"""What the demo company sells, and the deals that it is in. All names and amounts are invented."""

from __future__ import annotations

from dataclasses import dataclass

CATEGORIES = ("软件", "硬件", "服务")
COMPETITORS = ("用云 MES", "自研（信息部）", "鼎信软件", "蓝途数字")

PRODUCTS = (
    # code, name, nature, category, unit, list price, on sale, description
    ("HL-MES-STD", "生产执行系统 MES 标准版", "product", "软件", "套", 420_000, True, "排产、报工、在制品和看板，含一个工厂。"),
    ("HL-MES-PRO", "生产执行系统 MES 集团版", "product", "软件", "套", 680_000, True, "多工厂、多组织，含与 ERP 的接口。"),
    ("HL-EAM-CHK", "点检与能耗模块", "product", "软件", "套", 186_000, True, "设备点检、保养计划、能耗采集与分析。"),
    ("HL-QMS-TRC", "质检追溯模块", "product", "软件", "套", 168_000, True, "批次和单件追溯，检验方案与不合格处理。"),
    ("HL-WMS-STD", "仓储管理 WMS 标准版", "product", "软件", "套", 116_000, True, "收发存、库位和扫码作业。"),
    ("HL-IOT-200", "设备联网网关 LT-200", "product", "硬件", "台", 3_800, True, "支持 828D、FANUC 等数控系统直采。"),
    ("HL-AND-32", "车间看板 32 寸", "product", "硬件", "块", 2_600, True, ""),
    ("HL-PDA-10", "工业手持终端 P10", "product", "硬件", "台", 2_400, True, ""),
    ("HL-SVC-IMP", "实施服务", "service", "服务", "人天", 2_200, True, "现场实施、培训和上线陪跑。"),
    ("HL-SVC-MNT", "年度运维服务", "service", "服务", "年", 64_000, True, "远程支持，每季度一次现场巡检。"),
    ("HL-MES-LITE", "生产执行系统 MES 精简版", "product", "软件", "套", 128_000, False, "已停售，老客户可续运维。"),
)  # fmt: skip


@dataclass(frozen=True)
class Deal:
    """One opportunity of the demo company.

    Attributes:
        company: short name of the customer.
        amount: expected, in ten thousand.
        days: how long it was in each stage, the present one last.
        probability: set by hand; None for that of the stage.
        expected: days from today on which it is expected; for closed ones, on which it was closed.
        step: the next step, in how many days, at which hour, and what; None for none.
        quiet: days since the last follow-up; None for none.
        ends: "won", a key of the reasons for losing, or nothing while it is open.
        competitor: whom it was lost to, or who is in as well.
        slips: how often its day was put off.
    """

    name: str
    company: str
    amount: str
    days: tuple[int, ...]
    expected: int
    probability: int | None = None
    step: tuple[int, int, str] | None = None
    quiet: int | None = None
    codes: tuple[str, ...] = ()
    ends: str = ""
    competitor: str = ""
    slips: int = 0


_MES, _QMS, _WMS, _EAM, _SVC = "HL-MES-STD", "HL-QMS-TRC", "HL-WMS-STD", "HL-EAM-CHK", "HL-SVC-IMP"
FLAGSHIP = "MES 二期 · 点检与能耗"
DEALS = (
    Deal("仓储 WMS 一期", "海拓冷链", "11.6", (5,), 104, step=(6, 10, "首次拜访"), quiet=4, codes=(_WMS,)),
    Deal("产线数据采集", "泉城锻造", "16.0", (15,), 99, codes=("HL-IOT-200",)),
    Deal("设备点检试点", "湘科机械", "8.4", (9,), 94, step=(-1, 15, "电话"), quiet=8),
    Deal("车间看板 + 质检追溯", "云帆电子", "32.6", (8, 12), 72, 30, (2, 10, "需求研讨"), 5, (_QMS, "HL-AND-32", _SVC), competitor="用云 MES"),
    Deal("WMS 与 ERP 对接", "绿源食品", "9.6", (6, 7), 61, step=(5, 14, "线上演示"), quiet=6),
    Deal("SMT 防错料系统", "启明光电", "27.0", (10, 9), 74, step=(1, 9, "现场调研"), quiet=3, codes=(_QMS, _SVC)),
    Deal("UDI 赋码追溯", "鹭岛医疗", "35.8", (7, 13), 86, 20, (0, 16, "电话"), 12, (_QMS, "HL-PDA-10", _SVC), slips=1),
    Deal("轴承热处理 MES", "新岳轴承", "21.8", (9, 15, 25), 41, 40, (-3, 10, "方案评审"), 24, competitor="鼎信软件", slips=3),
    Deal("航空件工艺管理", "蓉航精工", "51.2", (11, 18, 6), 58, 50, (2, 14, "方案汇报"), 4, (_MES, _SVC)),
    Deal("年度运维续费", "恒昌塑胶", "12.8", (4, 6, 9), 23, 60, (15, 11, "报价确认"), 8, ("HL-SVC-MNT",)),
    Deal(FLAGSHIP, "海曙精密", "86.0", (6, 14, 21, 2), 28, 68, (2, 10, "拜访顾总"), 2, competitor="用云 MES", slips=2),
    Deal("零部件追溯平台", "瑞丰汽车零部件", "48.5", (9, 12, 16, 4), 21, 72, (0, 14, "商务谈判"), 1, (_QMS, "HL-IOT-200", _SVC)),
    Deal("注塑车间扩容", "美家电器", "19.2", (8, 10, 14, 16), -11, 60, (-11, 10, "确认付款方式"), 34, slips=3),
    Deal("电芯产线 MES", "锐进新能源", "74.0", (10, 16, 20, 12, 5), 7, 92, (5, 10, "等待对方法务盖章"), 1, (_MES, _EAM, _SVC)),
    Deal("晶圆批次追溯", "芯联微电子", "42.6", (8, 14, 18, 9, 3), 10, 88, (8, 14, "签约会"), 0, (_QMS, "HL-PDA-10", _SVC)),
    Deal("阀门装配报工", "瓯江阀门", "14.5", (31,), -6, slips=1),
    Deal("法兰锻造设备联网", "澄江法兰", "23.4", (7, 8), 45, step=(4, 9, "现场勘察"), quiet=15, codes=("HL-IOT-200", _SVC)),
    Deal("配电柜质检追溯", "金阊电气", "18.6", (6, 9, 11), 34, 55, (10, 15, "方案答疑"), 11, (_QMS,)),
    Deal("锂电匀浆车间 MES", "欣源锂电", "96.0", (12, 15, 19, 6), 36, 75, (2, 9, "商务谈判"), 7, ("HL-MES-PRO", _EAM, _SVC), competitor="蓝途数字"),
    Deal("船舶配套件追溯", "江海船配", "29.8", (9, 16, 10), -2, 40, (3, 14, "技术交流"), 13, (_QMS, _SVC)),
    Deal("染缸能耗采集", "越剑印染设备", "13.2", (6, 44), 19, quiet=21, slips=1),

    Deal("MES 一期", "海曙精密", "68.0", (8, 12, 15, 9, 4), -71, codes=(_MES, _SVC), ends="won"),
    Deal("设备联网 36 台", "海曙精密", "13.7", (3, 5, 6, 4, 2), -40, codes=("HL-IOT-200",), ends="won"),
    Deal("电池包追溯", "锐进新能源", "52.4", (9, 11, 17, 8, 5), -58, codes=(_QMS, _SVC), ends="won"),
    Deal("仓库扫码改造", "锐进新能源", "21.5", (4, 8, 9, 5, 3), -16, codes=(_WMS, "HL-PDA-10"), ends="won"),
    Deal("封装车间看板", "芯联微电子", "36.8", (7, 10, 12, 6, 4), -47, codes=("HL-AND-32", _SVC), ends="won"),
    Deal("洁净室能耗监测", "芯联微电子", "44.0", (6, 13, 15, 9, 5), -9, codes=(_EAM, _SVC), ends="won"),
    Deal("前驱体产线 MES", "欣源锂电", "118.0", (14, 18, 22, 12, 6), -33, codes=("HL-MES-PRO", _SVC), ends="won", competitor="用云 MES"),
    Deal("年度运维服务", "欣源锂电", "12.8", (2, 3, 4, 3, 2), -4, codes=("HL-SVC-MNT",), ends="won"),
    Deal("冲压线数据采集", "美家电器", "38.4", (8, 9, 13, 7, 4), -62, codes=("HL-IOT-200", _SVC), ends="won"),
    Deal("注塑机点检", "恒昌塑胶", "24.0", (6, 8, 10, 6, 3), -25, codes=(_EAM,), ends="won"),
    Deal("成套车间报工", "金阊电气", "44.0", (7, 12, 14, 8, 5), -13, codes=(_MES,), ends="won"),

    Deal("供应商协同门户", "瑞丰汽车零部件", "26.0", (8, 11, 12), -52, ends="needs"),
    Deal("涂装线能耗", "美家电器", "17.5", (6, 9, 10, 8), -29, codes=(_EAM,), ends="price", competitor="鼎信软件"),
    Deal("机加车间 MES", "新岳轴承", "38.0", (10, 14, 16, 11), -66, codes=(_MES,), ends="competitor", competitor="用云 MES"),
    Deal("模具寿命管理", "黄岩模塑", "9.8", (7, 6), -20, ends="budget"),
    Deal("船台进度看板", "江海船配", "22.6", (9, 12, 9), -38, ends="relation", competitor="蓝途数字"),
    Deal("激光器老化测试追溯", "启明光电", "31.0", (8, 10, 15), -12, ends="competitor", competitor="用云 MES"),
    Deal("酒店布草管理", "瘦西湖用品", "6.1", (5,), -45, ends="needs"),
    Deal("钣金 MES", "云帆电子", "52.0", (11, 13, 17, 9), -7, codes=(_MES,), ends="delivery", competitor="自研（信息部）"),
)  # fmt: skip
