"""A fresh, migrated database for each test, made once and copied."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.store.calls import Store
from appliance.store.migrate import upgrade_here


@pytest.fixture(scope="session")
def empty_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("empty") / "data"
    upgrade_here(data)
    return data


@pytest.fixture
def data(empty_data: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(empty_data, tmp_path / "data"))


@pytest.fixture
def store(data: Path) -> Iterator[Store]:
    one = Store(data, busy_ms=200)
    yield one
    one.close()
