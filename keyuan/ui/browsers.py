"""Which browser on which device a request comes from, in a few words that people recognise."""

import re

from django.http import HttpRequest

BROWSERS = (
    ("企业微信", r"wxwork/(\d+)"),
    ("微信", r"MicroMessenger/(\d+)"),
    ("钉钉", r"DingTalk/(\d+)"),
    ("飞书", r"(?:Feishu|Lark)/(\d+)"),
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("QQ 浏览器", r"M?QQBrowser/(\d+)"),
    ("UC 浏览器", r"UC?Browser/(\d+)"),
    ("华为浏览器", r"HuaweiBrowser/(\d+)"),
    ("小米浏览器", r"MiuiBrowser/(\d+)"),
    ("Samsung Internet", r"SamsungBrowser/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+)[\d.]* (?:Mobile/\S+ )?Safari"),
)
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS|OpenHarmony"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac", "Macintosh|Mac OS X"),
    ("ChromeOS", "CrOS"),
    ("Linux", "Linux|X11"),
)


def browser_of(request: HttpRequest) -> str:
    """Such as “Chrome 141”; "" for what is no browser that we know."""
    agent = request.headers.get("User-Agent", "")[:500]
    for name, pattern in BROWSERS:
        if found := re.search(pattern, agent):
            return f"{name} {found[1][:6]}"
    return ""


def device_of(request: HttpRequest) -> str:
    """Such as “Windows” or “iPhone”; "" where the browser does not say."""
    agent = request.headers.get("User-Agent", "")[:500]
    return next((name for name, pattern in DEVICES if re.search(pattern, agent)), "")
