"""Web addresses, and the domain by which two records of one company are recognised."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit, urlunsplit

from django.utils.translation import gettext as _

from keyuan.records.cleaners import Invalid, half_width, shown
from keyuan.records.cleaners.email import is_host

LONGEST = 500

_PUBLIC_MAIL = (
    "qq.com foxmail.com 163.com 126.com yeah.net 188.com 139.com 189.cn 189.com wo.cn wo.com.cn sina.com sina.cn "
    "sina.com.cn sohu.com tom.com 21cn.com 263.net aliyun.com alibaba.com.cn gmail.com googlemail.com outlook.com "
    "hotmail.com live.com live.cn msn.com msn.cn yahoo.com yahoo.cn yahoo.com.cn icloud.com me.com mac.com gmx.com "
    "gmx.de web.de protonmail.com proton.me mail.com zoho.com yandex.com yandex.ru mail.ru naver.com hanmail.net "
    "aol.com qmail.com eyou.com chinaren.com citiz.net 2980.com"
)
PUBLIC_MAIL = frozenset(_PUBLIC_MAIL.split())
"""Providers of mail for everybody: their domain says nothing about a company."""

_PLATFORMS = (
    "1688.com taobao.com tmall.com jd.com alibaba.com made-in-china.com pinduoduo.com yangkeduo.com weixin.qq.com "
    "weibo.com weibo.cn douyin.com zhihu.com bilibili.com xiaohongshu.com amap.com baidu.com meituan.com dianping.com "
    "ctrip.com facebook.com linkedin.com twitter.com x.com instagram.com youtube.com wixsite.com wordpress.com "
    "github.io gitee.io hc360.com qcc.com tianyancha.com aiqicha.com youzan.com weidian.com"
)
PLATFORMS = frozenset(_PLATFORMS.split())
"""Sites where many firms have a page: only a host of its own below them tells one firm from another."""

_LEVELS = "com net org gov edu ac co or ne go gob nom mil idv"
_SECOND_LEVEL = frozenset(_LEVELS.split())
_PROVINCES = "bj sh tj cq he sx nm ln jl hl js zj ah fj jx sd ha hb hn gd gx hi sc gz yn xz sn gs qh nx xj tw hk mo"
_PROVINCES_CN = frozenset(_PROVINCES.split())
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?!\d+(?:[/?#]|$))")


def clean_website(text: str) -> str:
    """A web address that is safe to open: `example.cn` becomes `https://example.cn`.

    Raises:
        Invalid: another scheme than http and https, no host, or a host without a dot.
    """
    address = half_width(text).replace("。", ".")
    if not address:
        return ""
    if re.search(r"\s", address):
        raise Invalid(_("A web address has no blanks. Remove them, or write one address only."))
    if len(address) > LONGEST:
        raise Invalid(
            _("Use at most %(longest)d characters; there are %(length)d.")
            % {"longest": LONGEST, "length": len(address)}
        )
    parts = _split(address)
    host = _host(parts, address)
    port = f":{parts.port}" if parts.port else ""
    path = "" if parts.path == "/" and not parts.query and not parts.fragment else parts.path
    return urlunsplit((parts.scheme, host + port, path, parts.query, parts.fragment))


def _split(address: str) -> SplitResult:
    if address.startswith("//"):
        address = "https:" + address
    elif not _SCHEME.match(address):
        address = "https://" + address
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  (reading it checks it)
    except ValueError:
        raise _not_an_address(address) from None
    if parts.scheme not in ("http", "https"):
        raise Invalid(
            _("A web address begins with http:// or https://, not with “%(scheme)s:”.")
            % {"scheme": shown(parts.scheme)}
        )
    return parts


def _host(parts: SplitResult, address: str) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host or "\\" in parts.netloc:
        raise _not_an_address(address)
    if parts.username is not None:
        raise Invalid(_("Leave out the name and password before @; write only the address of the page."))
    if _is_number(host):
        return f"[{host}]" if ":" in host else host
    if "." not in host and host.isascii():
        raise Invalid(_("“%(host)s” has no dot. Write it like company.com.") % {"host": shown(host)})
    if not is_host(host):
        raise _not_an_address(address)
    return host


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _not_an_address(address: str) -> Invalid:
    return Invalid(_("“%(given)s” is not a web address. Write it like company.com.") % {"given": shown(address)})


def domain_key(address: str) -> str:
    """The domain that a company has for itself, from a web or e-mail address, for finding duplicates.

    `https://www.example.com.cn/x` and `sales@mail.example.com.cn` both give `example.com.cn`.

    Returns:
        Empty for public mail providers, shop platforms, numbers, and what is no address.
    """
    text = half_width(address).lower()
    host = text.rpartition("@")[2] if "@" in text and "/" not in text else _host_of(text)
    if not host or "." not in host or _is_number(host):
        return ""
    domain = registrable(host)
    if host in PUBLIC_MAIL or domain in PUBLIC_MAIL:
        return ""
    platform = next((name for name in PLATFORMS if host == name or host.endswith("." + name)), None)
    if platform:
        own = host.removesuffix(platform).rstrip(".").removeprefix("www.").removeprefix("m.")
        return "" if own in ("", "www", "m", "mp", "detail", "item", "shop") else f"{own}.{platform}"
    return domain


def _host_of(text: str) -> str:
    try:
        return (urlsplit(text if "://" in text else "//" + text).hostname or "").rstrip(".")
    except ValueError:
        return ""


def registrable(host: str) -> str:
    """The part of a host's name that somebody registered: `shop.example.com.cn` gives `example.com.cn`."""
    labels = host.split(".")
    country = len(labels[-1]) == 2
    two = (
        len(labels) > 2
        and country
        and (labels[-2] in _SECOND_LEVEL or (labels[-1] == "cn" and labels[-2] in _PROVINCES_CN))
    )
    return ".".join(labels[-3 if two else -2 :])
