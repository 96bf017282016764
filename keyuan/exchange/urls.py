from django.urls import include, path

from keyuan.exchange.views import bin, exports, imports

import_urls = ([path("", imports.import_list, name="list")], "imports")
export_urls = (
    [path("", exports.export_list, name="list"), path("new/", exports.export_new, name="new")],
    "exports",
)
bin_urls = ([path("", bin.bin_list, name="list")], "recycle")
urlpatterns = [
    path("imports/", include(import_urls)),
    path("exports/", include(export_urls)),
    path("recycle-bin/", include(bin_urls)),
]
