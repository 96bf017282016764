from django.urls import path

from keyuan.people.views import account, administration, departments, modules, password, roles, signing, users

app_name = "people"
urlpatterns = [
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("lock/", signing.lock, name="lock"),
    path("password/change/", password.password_change, name="password"),
    path("account/", account.account, name="account"),
    path("account/tokens/", account.token_new, name="token_new"),
    path("account/tokens/<int:pk>/revoke/", account.token_revoke, name="token_revoke"),
    path("admin/", administration.overview, name="overview"),
    path("admin/settings/", administration.settings, name="settings"),
    path("admin/modules/", modules.modules, name="modules"),
    path("admin/users/", users.user_list, name="users"),
    path("admin/users/new/", users.user_new, name="user_new"),
    path("admin/users/<int:pk>/", users.user_detail, name="user"),
    path("admin/users/<int:pk>/edit/", users.user_edit, name="user_edit"),
    path("admin/users/<int:pk>/reset/", users.user_reset, name="user_reset"),
    path("admin/users/<int:pk>/enable/", users.user_enable, name="user_enable"),
    path("admin/users/<int:pk>/unlock/", users.user_unlock, name="user_unlock"),
    path("admin/departments/", departments.department_list, name="departments"),
    path("admin/departments/new/", departments.department_new, name="department_new"),
    path("admin/departments/<int:pk>/edit/", departments.department_edit, name="department_edit"),
    path("admin/departments/<int:pk>/delete/", departments.department_delete, name="department_delete"),
    path("admin/roles/", roles.role_list, name="roles"),
    path("admin/roles/new/", roles.role_new, name="role_new"),
    path("admin/roles/<int:pk>/", roles.role_detail, name="role"),
    path("admin/roles/<int:pk>/edit/", roles.role_edit, name="role_edit"),
    path("admin/roles/<int:pk>/delete/", roles.role_delete, name="role_delete"),
]
