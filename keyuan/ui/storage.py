"""Where static files are served from."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class Static(CompressedManifestStaticFilesStorage):
    """Also renames the modules that scripts import, so that every script may be kept for ever.

    Where nothing has been collected, as in tests, files keep their plain names.
    """

    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name
