"""Sheets of follow-ups."""

from datetime import UTC, datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from keyuan.exchange.tests.files import upload

HEAD = "客户,跟进方式,时间,内容,联系人,结果,下次联系,地点,时长,记录人"
ROW = "甲公司,拜访,2026-03-20 10:00:05,谈了第二批的价格,王五、赵六,确认有意向,2026-04-01,三楼,45,Ben"
AT = datetime(2026, 3, 20, 2, 0, 5, tzinfo=UTC)


def sheet(by, *lines, head=HEAD, **more):
    return upload(by, head, *lines, kind="follow-ups", name="跟进.csv", **more)


def small(text):
    return SimpleUploadedFile("跟进.csv", text.encode())
