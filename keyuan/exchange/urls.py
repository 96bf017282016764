from django.urls import include, path

from keyuan.exchange.views import exports, imports, recycling, staff

import_urls = (
    [
        path("", imports.import_list, name="list"),
        path("new/", imports.import_new, name="new"),
        path("template/", imports.import_template, name="template"),
        path("<int:pk>/columns/", imports.import_columns, name="columns"),
        path("<int:pk>/check/", imports.import_check, name="check"),
        path("<int:pk>/", imports.import_run, name="run"),
        path("<int:pk>/progress/", imports.import_progress, name="progress"),
        path("<int:pk>/errors/", imports.import_errors, name="errors"),
    ],
    "imports",
)
export_urls = (
    [
        path("", exports.export_list, name="list"),
        path("new/", exports.export_new, name="new"),
        path("rows/", exports.export_rows, name="rows"),
        path("<int:pk>/file/", exports.export_file, name="file"),
    ],
    "exports",
)
bin_urls = (
    [
        path("", recycling.bin_list, name="list"),
        path("restore/", recycling.bin_restore, name="restore"),
        path("purge/", recycling.bin_purge, name="purge"),
    ],
    "recycle",
)
staff_urls = (
    [
        path("", staff.staff_new, name="new"),
        path("template/", staff.staff_template, name="template"),
        path("<int:pk>/", staff.staff_import, name="import"),
        path("<int:pk>/confirm/", staff.staff_confirm, name="confirm"),
        path("<int:pk>/progress/", staff.staff_progress, name="progress"),
        path("<int:pk>/passwords/", staff.staff_passwords, name="passwords"),
    ],
    "staff",
)
urlpatterns = [
    path("admin/users/import/", include(staff_urls)),
    path("imports/", include(import_urls)),
    path("exports/", include(export_urls)),
    path("recycle-bin/", include(bin_urls)),
]
