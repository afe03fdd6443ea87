"""Where the resources of the API are: each app names its module from its ``apps.py``, and nobody imports it yet."""

from importlib import import_module

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_modules: list[str] = []


def register(module: str) -> None:
    """Name a module with a list ``RESOURCES`` of ``views.Resource`` classes. Twice the same is a programming error."""
    if module in _modules:
        raise ValueError(f"API module {module!r} is registered twice")
    _modules.append(module)


def resources() -> list[type]:
    """Every resource, in the order of the apps and of their lists. The modules are imported here."""
    return [resource for module in _modules for resource in import_module(module).RESOURCES]
