"""Registration by name: a sixth issue type or a new strategy is one file, found by importing its folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Generic, TypeVar

from airflow_provider_dqheal.core.errors import RegistryError

T = TypeVar("T")


class Registry(Generic[T]):
    """Named things of one kind, in the order of registration.

    ``package`` is imported, with all its modules, on first use, so that every file in it can register.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self._package = package
        self._items: dict[str, T] = {}
        self._loaded = False

    def register(self, name: str) -> Callable[[T], T]:
        """Decorator that registers its argument under ``name``.

        Raises:
            RegistryError: when the name is taken by something else.
        """

        def add(item: T) -> T:
            if name in self._items and self._items[name] is not item:
                raise RegistryError(f"{self.kind} {name!r} is registered twice; give one of them another name")
            self._items[name] = item
            return item

        return add

    def load(self) -> None:
        """Imports every module of the package once."""
        if self._loaded:
            return
        self._loaded = True
        package: ModuleType = importlib.import_module(self._package)
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{self._package}.{module.name}")

    def get(self, name: str) -> T:
        """The thing called ``name``.

        Raises:
            RegistryError: when there is none.
        """
        self.load()
        if name not in self._items:
            raise RegistryError(f"no {self.kind} called {name!r}; registered: {', '.join(sorted(self._items))}")
        return self._items[name]

    def names(self) -> tuple[str, ...]:
        """All names, in the order of registration."""
        self.load()
        return tuple(self._items)

    def items(self) -> Iterator[tuple[str, T]]:
        """All (name, thing) pairs."""
        self.load()
        return iter(list(self._items.items()))

    def values(self) -> tuple[T, ...]:
        """All things."""
        self.load()
        return tuple(self._items.values())
