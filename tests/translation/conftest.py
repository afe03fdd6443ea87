from tests.admin.conftest import (  # noqa: F401 - fixtures of the workplace
    admin_page,
    manager,
    no_second_factor,
    staff_of_nagoya,
    staff_of_torino,
    superuser,
)
