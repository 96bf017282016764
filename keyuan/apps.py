from django.apps import AppConfig


class Keyuan(AppConfig):
    name = "keyuan"
    verbose_name = "客缘"

    def ready(self) -> None:
        from keyuan.menu import compose

        compose()
