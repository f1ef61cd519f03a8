# Needs python3 (3.11 or newer) and make; everything else is installed into .venv.
PYTHON ?= python3
HAS_PYTHON = command -v $(PYTHON) >/dev/null || { echo "rookery: no $(PYTHON) here. Type: sudo apt install python3 python3-venv (or name one: make $@ PYTHON=...)"; exit 1; }
PORTS = $(if $(PORT),--port $(PORT)) $(if $(GATEWAY_PORT),--gateway-port $(GATEWAY_PORT))

.PHONY: demo test test-fast dev lint bench docs lock clean

demo:  ## Rookery with a simulated gateway: make demo [PORT=8000] [GATEWAY_PORT=3000] [ARGS="--quiet-world"]
	@$(HAS_PYTHON)
	@$(PYTHON) tools/bootstrap.py runtime $(PORTS)
	@exec .venv/bin/rookery demo $(PORTS) $(ARGS)

test:  ## lint, and every test this machine can run
	@$(HAS_PYTHON)
	@$(PYTHON) tools/bootstrap.py dev
	@.venv/bin/python -m tools.check lint suites

test-fast:  ## the fast suite only, under a minute: make test-fast [ARGS="-k spool"]
	@$(HAS_PYTHON)
	@$(PYTHON) tools/bootstrap.py dev
	@.venv/bin/python -m pytest -q -n 2 --dist worksteal -m "not slow and not browser" $(ARGS)

lint:  ## format, rules, types, layers, templates
	@$(HAS_PYTHON)
	@$(PYTHON) tools/bootstrap.py dev
	@.venv/bin/python -m tools.check lint

dev:  ## the demo with Python errors shown in the browser, on its own data folder
	@$(HAS_PYTHON)
	@$(PYTHON) tools/bootstrap.py dev $(PORTS)
	@ROOKERY_DEBUG=on exec .venv/bin/rookery demo --data-dir data/dev $(PORTS) $(ARGS)

bench:  ## measurements, as ratios against floors of the same run: make bench [ARGS="door"]
	@$(HAS_PYTHON)
	@$(PYTHON) tools/bootstrap.py dev
	@.venv/bin/python -m bench $(ARGS)

docs:  ## write the table of docs/settings.md anew from the code
	@$(PYTHON) tools/bootstrap.py dev
	@.venv/bin/python -m tools.settings_page

lock:  ## write requirements/*.txt anew (needs uv and a network): make lock [ARGS=--upgrade]
	@$(PYTHON) tools/bootstrap.py dev
	@.venv/bin/python tools/lock.py $(ARGS)

clean:  ## forget what was installed and measured; your data folder stays
	rm -rf .venv .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
