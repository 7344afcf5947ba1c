"""libyaml's parser out of PyYAML, without PyYAML's Python half.

`import yaml` costs more than all the rest of reading a file: it compiles patterns and builds classes for readers,
constructors and emitters that nobody here uses. The C extension needs of that half only the package and the classes
of its errors. So the package is put in place unexecuted, and executed when somebody asks it for something else.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any
else:
    ModuleType = type(sys)  # to import `types` for one name costs as much as a small module

# Modules of PyYAML that its C extension looks into for nothing but an error class.
_ERRORS = {
    "scanner": "ScannerError",
    "parser": "ParserError",
    "composer": "ComposerError",
    "constructor": "ConstructorError",
    "emitter": "EmitterError",
    "serializer": "SerializerError",
    "representer": "RepresenterError",
}


class _Package(ModuleType):
    """The package `yaml` before its own code has run; whatever is asked of it makes that code run."""

    def __getattr__(self, name: str) -> Any:
        if "_waiting" not in self.__dict__:
            raise AttributeError(name)
        del self._waiting
        for module in ("reader", *_ERRORS):
            self.__dict__.pop(module, None)
        spec: Any = self.__spec__
        spec.loader.exec_module(self)
        return getattr(self, name)


def _parser() -> Any:
    """The class of the parser; PyYAML's own in Python where there is no libyaml: same events and marks, slower."""
    if "yaml" not in sys.modules:
        try:
            return _bare_parser()
        except Exception:  # noqa: BLE001  # another PyYAML than we know: the usual road is right, if slower
            for name in [name for name in sys.modules if name.partition(".")[0] == "yaml"]:
                del sys.modules[name]
    try:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs do not know it
    except ImportError:
        from yaml import Loader

        return Loader
    return CParser


def _bare_parser() -> Any:
    from _frozen_importlib_external import PathFinder

    spec: Any = PathFinder.find_spec("yaml")
    package: Any = _Package("yaml")
    package.__spec__ = spec
    package.__path__ = spec.submodule_search_locations
    package.__package__ = "yaml"
    package.__loader__ = spec.loader
    package.__file__ = spec.origin
    sys.modules["yaml"] = package
    from yaml import events, nodes, tokens  # noqa: F401  # the extension takes them from the package
    from yaml.error import MarkedYAMLError, YAMLError

    class ReaderError(YAMLError):
        """As in yaml/reader.py, whose import compiles the biggest pattern of all."""

        __module__ = "yaml.reader"

        def __init__(self, name: Any, position: Any, character: Any, encoding: Any, reason: Any) -> None:
            self.name, self.position, self.character = name, position, character
            self.encoding, self.reason = encoding, reason

    stand_ins = {
        "reader": ReaderError,
        **{name: type(error, (MarkedYAMLError,), {"__module__": f"yaml.{name}"}) for name, error in _ERRORS.items()},
    }
    for name, error in stand_ins.items():
        module = ModuleType(f"yaml.{name}")
        setattr(module, error.__name__, error)
        setattr(package, name, module)
        sys.modules[f"yaml.{name}"] = module
    try:
        from yaml._yaml import CParser
    finally:
        for name in stand_ins:
            del sys.modules[f"yaml.{name}"]
    package._waiting = True  # noqa: SLF001  # set last: what is imported above must not set it off
    return CParser


Parser = _parser()
