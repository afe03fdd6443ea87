from django.urls import path

from iurc_portal.privacy import views

urlpatterns = [
    path("your-data/", views.ask, name="your_data"),
    path("your-data/asked/", views.asked, name="your_data_asked"),
    path("your-data/erased/", views.erased, name="your_data_erased"),
    path("my/data/", views.mine, name="my_data"),
    path("my/data/erase/", views.erase_mine, name="my_data_erase"),
]
