# Denwaban. `make` prints this menu.
SHELL := /bin/bash
.DEFAULT_GOAL := menu
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
APT := python3 python3-venv python3-dev gcc libasound2-dev mosquitto systemd
APT_BROWSER := chromium chromium-driver fonts-noto-cjk
APT_PEERS := libspandsp2 multimon-ng minimodem $(patsubst %,asterisk-core-sounds-%-wav,en es fr)
ARGS ?=
# On a Raspberry Pi also the driver of its pins.
comma := ,
EXTRAS := dev,sound$(if $(wildcard /proc/device-tree/model),$(comma)pi)

.PHONY: menu setup setup-browser setup-peers setup-fuzz demo test unit check browser pictures bench bench-decoders fuzz kill-test docs voices \
	clean

menu: ## this menu
	@echo "Denwaban 電話番 — the call box that stands by the person on the phone"
	@echo
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{ printf "  make %-15s %s\n", $$1, $$2 }'
	@echo
	@echo "  Options for the command behind a target: make demo ARGS='--fast'"

setup: $(VENV)/.ready ## install what is needed (apt, pip) and make .venv; a second call takes a moment

# apt is asked only for what is missing; pip only when setup.cfg changed.
define need
@missing=""; for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then echo "installing$$missing"; $(SUDO) apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing >/dev/null; fi
endef

$(VENV)/.ready: setup.cfg pyproject.toml
	$(call need,$(APT))
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@echo "installing the Python packages into $(VENV)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-warn-script-location -e '.[$(EXTRAS)]'
	@touch $@

setup-browser: setup
	$(call need,$(APT_BROWSER))
	@$(BIN)/python -c 'import selenium' 2>/dev/null || $(BIN)/python -m pip install -q --disable-pip-version-check -e '.[browser]'

setup-peers: setup
	$(call need,$(APT_PEERS))

# There is no atheris for every machine; without it the parsers get random octets only.
setup-fuzz: setup
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python -m pip install -q --disable-pip-version-check -e '.[fuzz]'

demo: setup ## the whole box on the simulated exchange: listen, look, click (ARGS='--fast' checks every call and ends)
	@$(BIN)/denwaban demo $(ARGS)

test: setup ## all tests but the browser's (unit tests first)
	@$(BIN)/python -m pytest -q -m 'not browser' tests/unit tests/decoders tests/line tests/web $(ARGS)

# One thread of numpy in each of pytest's processes: more would only wait for one another.
unit: setup ## the unit tests alone: pure rooms, no devices, about ten seconds
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n auto tests/unit $(ARGS)

check: setup ## format, lint, types, floors, sizes, systemd units
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python .ci/sizes.py
	@sh systemd/check

browser: setup-browser ## drive the real page and the real demo in a real Chromium
	@$(BIN)/python -m pytest -q -m browser $(ARGS)

pictures: setup-browser ## make docs/pictures anew: the demo in a real Chromium, photographed
	@DENWABAN_PICTURES=$(CURDIR)/docs/pictures $(BIN)/python -m pytest -q -m browser tests/web/test_web_demo.py

bench: setup ## every figure the README quotes
	@$(BIN)/python -m bench $(ARGS)

bench-decoders: setup-peers ## our ears beside spandsp, multimon-ng and minimodem: tables, limits, the picture of the README
	@$(BIN)/python -m bench.decoders $(ARGS)

fuzz: setup-fuzz ## ten minutes of random and mutated sound and octets into every decoder (ARGS='--minutes 1 --seed 7')
	@$(BIN)/python -m bench.fuzz --minutes 10 $(ARGS)

kill-test: setup ## kill -9 any process at 100 random moments of a call; prints the 100 outcomes
	@$(BIN)/python -m bench.kill $(ARGS)

docs: setup ## draw the generated documents anew (call machine, settings, bus)
	@$(BIN)/python -m appliance.call.draw > docs/call-machine.md
	@$(BIN)/python -m appliance.daemon.configuration --document > docs/settings.md
	@$(BIN)/python -m appliance.daemon.configuration --example > docs/denwaban.toml
	@$(BIN)/python -m appliance.bus.document > docs/bus.md

clean: ## remove what make made
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .fuzz
