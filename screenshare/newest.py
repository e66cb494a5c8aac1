"""A place for one thing: who takes it gets the newest, and what nobody took in time is forgotten."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

_Item = TypeVar("_Item")


class Newest(Generic[_Item]):
    """One giver, one taker, on one event loop."""

    def __init__(self) -> None:
        self._items: list[_Item] = []
        self._has_item = asyncio.Event()

    def put(self, item: _Item) -> None:
        """Have ``item`` taken, in place of one that waits."""
        self._items[:] = [item]
        self._has_item.set()

    async def take(self) -> _Item:
        """Wait for something that was not taken yet."""
        await self._has_item.wait()
        self._has_item.clear()
        return self._items.pop()
