# Everything starts here; `make help` lists what there is.
PYTHON ?= python3
BOOTSTRAP = $(PYTHON) crm/embedded/bootstrap.py
BIN = .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test chaos lint bench messages shell clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

run: ## Start the whole CRM; PORT, DATABASE_URL and REDIS_URL are respected
	@exec env CRM_END_WITH_PARENT=1 $(BOOTSTRAP) run

# More workers than the two cores it is meant for: tests that wait for a killed process leave room.
test: ## Run every test on embedded servers; ARGS="-k name" for some of them
	@exec $(BOOTSTRAP) test -n 4 --dist worksteal $(ARGS)

chaos: ## The tests that kill, cut off and hang real processes, alone
	@exec $(BOOTSTRAP) test -n 2 --dist worksteal -m faults $(ARGS)

lint: ## Check style, types, architecture, templates, translations, deployment
	@$(BOOTSTRAP) lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	@$(BIN)/python manage.py messages
	$(BIN)/python -W "ignore:Got an error checking:RuntimeWarning" manage.py makemigrations --check --dry-run --settings crm.settings.test
	@$(BIN)/python crm/embedded/deployment_check.py
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/hadolint Dockerfile

bench: ## Measure the pages (docs/benchmarks.md says how)
	@$(BOOTSTRAP) lint
	$(BIN)/python -m benchmarks $(ARGS)

messages: ## Compile the translations
	@$(BOOTSTRAP) lint
	$(BIN)/python crm/embedded/messages.py $$(find locale -name '*.po')

shell: ## A Python shell with the models, while `make run` runs
	@$(BIN)/python manage.py shell

clean: ## Remove what can be made again; keeps .venv and the data in var/postgres
	rm -rf static/build node_modules var/static var/stamps var/log var/test-cluster-* .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
