from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    default_site = "iurc_portal.staff.adminsite.StaffSite"
