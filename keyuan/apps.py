from django.apps import AppConfig


class Keyuan(AppConfig):
    name = "keyuan"
    verbose_name = "客缘"
