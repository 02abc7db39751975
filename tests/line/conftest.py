"""Fixtures of the tests on the simulated line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from line_shop import LineShop, ShopPlan

OpenShop = Callable[..., LineShop]


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[OpenShop]:
    """Opens shops for one test: `open_shop(mode="box_first", ...)`, ready for calls unless `ready=False`."""
    shops: list[LineShop] = []

    def open_one(ready: bool = True, **plan: object) -> LineShop:
        shop = LineShop(tmp_path / f"shop{len(shops)}", ShopPlan(**plan))  # type: ignore[arg-type]
        shops.append(shop)
        if ready:
            shop.until_idle(20)
        return shop

    yield open_one
    for shop in shops:
        shop.close()
