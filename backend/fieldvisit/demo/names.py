"""Invented names to draw from. Every person, shop and number here is made up; numbers beginning 12 reach nobody."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

ACCOUNT_MANAGERS = (
    "李倩", "王磊", "丁涛", "张敏", "吴凯", "郑爽",
    "孙丽", "周鹏", "徐静", "朱伟", "胡蓉", "郭强",
    "何苗", "高翔", "林晓燕", "罗斌", "梁雪", "宋扬",
)  # fmt: skip
MARKET_MANAGERS = ("陈卫东", "刘敏", "赵志刚")
POSTS = (("订单", "钱立"), ("配送", "冯军"), ("专卖", "蒋华"), ("货源", "沈悦"))
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = (
    "建国",
    "秀英",
    "国强",
    "桂兰",
    "志明",
    "玉梅",
    "海涛",
    "春花",
    "永福",
    "小红",
    "大勇",
    "丽华",
    "翾",
    "喆",
    "祎",
)
SHOP_FIRST = (
    "惠民",
    "顺发",
    "金桥",
    "兴隆",
    "万家",
    "鑫源",
    "福临",
    "永昌",
    "乐购",
    "和顺",
    "同兴",
    "聚丰",
    "好又来",
    "家家乐",
    "利群",
    "春晖",
)
SHOP_TAIL = {
    "Z": ("副食店", "小卖部", "杂货店", "商店"),
    "B": ("便利店", "便民店"),
    "S": ("超市", "生活超市"),
    "N": ("商场",),
    "Y": ("烟酒行", "名烟名酒店"),
    "F": ("棋牌室", "茶楼", "网咖"),
    "Q": ("报刊亭", "加油站店"),
}
STREETS = (
    "人民路",
    "解放街",
    "建设路",
    "滨河路",
    "青年路",
    "幸福巷",
    "文化路",
    "东风大街",
    "站前路",
    "桃园街",
)
VILLAGES = ("柳树村", "石桥村", "白杨村", "杏花村", "泉水村", "张家湾", "大王庄", "小河村")
FINDINGS = (
    "陈列整齐,价签齐全",
    "库存偏低,提醒补货",
    "新品已上柜,反映尚可",
    "店主反映货源偏紧",
    "价签缺两个,当场补齐",
    "生意平稳,无异常",
    "店主不在,与家人沟通",
)
EXPLANATIONS = (
    "店主临时外出,在路口遇到,当面沟通",
    "地下室无卫星信号,定位漂移",
    "只送宣传单,店主正忙",
    "中午在附近用餐,忘记及时离店",
    "客户搬到隔壁,档案位置待更新",
)
NEXT_STEPS = ("下次核对库存", "带新品宣传单", "跟进货源反馈", None, None, None)


@dataclass(frozen=True)
class ZonePlan:
    """A zone of the district: its share of urban shops and where it lies (WGS-84 degrees)."""

    code: str
    name: str
    urban_share: float
    lat: float
    lng: float


ZONES = (
    ZonePlan("cz", "城中片区", 1.0, 30.000, 110.000),
    ZonePlan("cj", "城郊片区", 0.55, 30.060, 110.050),
    ZonePlan("nx", "南乡片区", 0.20, 29.880, 109.960),
)


def demo_id(name: str) -> str:
    """The id of a demo row, the same in every demo."""
    return str(uuid5(NAMESPACE_URL, f"urn:fieldvisit:demo:{name}"))
