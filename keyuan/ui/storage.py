"""Where static files are served from."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class Static(CompressedManifestStaticFilesStorage):
    """Also renames the modules that scripts import, so that every script may be kept for ever."""

    support_js_module_import_aggregation = True
