# make report   build the warehouse from the bundled sample of STATE=FL (MS, MO), or from EXTRACTS=folder, for PROGRAM_YEAR=2023
# make test     lint, pytest, dbt build with every test
# make bench    time and memory of a build at several sizes, beside floor and baseline: docs/benchmarks.md (SIZES="sample county florida")
# make mutants  change one thing at a time in rules and models, list what no test notices: docs/mutants.md (MUTANTS=--all for every change)
# make spark    the sample built by Spark and by DuckDB, table by table the same: docs/engines.md (needs Java 17)
# make docs     the pages for auditors (begin with target/docs/tables.html) and dbt's docs (target/docs/index.html)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STATE ?= FL
EXTRACTS ?=
PROGRAM_YEAR ?= 2023
SIZES ?= sample county florida
MUTANTS ?=
TEST_WAREHOUSE := target/test/nrs.duckdb

# A near name (EXTRACT=, YEAR=) would be passed over, and the sample reported. NRS_... and CASES reach the scripts as they are.
KNOWN := PYTHON VENV STATE EXTRACTS PROGRAM_YEAR SIZES MUTANTS CASES NRS_%
UNKNOWN := $(filter-out $(KNOWN),$(foreach name,$(.VARIABLES),$(if $(findstring command,$(origin $(name))),$(name))))
$(if $(UNKNOWN),$(error Unknown: $(UNKNOWN). These can be given: $(KNOWN)))

LACES_MODELS := $(shell find models -type d -name laces)

.PHONY: report test lint pytest dbt-test laces-test docs sample bench mutants spark clean

report: $(VENV)/installed
	$(BIN)/python scripts/nrs.py report --state $(STATE) --program-year $(PROGRAM_YEAR) $(if $(EXTRACTS),--extracts "$(EXTRACTS)")

# A build keeps one core busy, so that nothing waits for another.
test: $(VENV)/installed
	$(MAKE) --jobs 3 lint dbt-test laces-test
	$(MAKE) pytest

$(VENV)/installed: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name it with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	touch $@

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	mkdir -p target/lint
	NRS_WAREHOUSE=target/lint/nrs.duckdb $(BIN)/sqlfluff lint --processes 2 models tests analyses
	NRS_WAREHOUSE=target/lint/nrs.duckdb $(BIN)/sqlfluff lint --config .sqlfluff-laces --processes 2 $(LACES_MODELS)

# The year before from the same extracts, too: a warning that a suppressed cell is not open (decision 0010) is no failure there.
dbt-test: $(VENV)/installed
	mkdir -p target/test
	rm -f $(TEST_WAREHOUSE)
	NRS_WAREHOUSE=$(TEST_WAREHOUSE) $(BIN)/dbt build --quiet --warn-error --target-path target/fl
	rm -f target/test/fl2022.duckdb
	NRS_WAREHOUSE=target/test/fl2022.duckdb $(BIN)/dbt build --quiet --target-path target/fl2022 --exclude-resource-type unit_test \
		--vars '{program_year: 2022}'

# The states that keep their records in LACES, each from its sample; their unit tests are the same. A warning that a suppressed
# cell is not open (decision 0010) is no failure in so small a sample.
laces-test: $(VENV)/installed
	mkdir -p target/test
	rm -f target/test/ms.duckdb target/test/mo.duckdb
	NRS_WAREHOUSE=target/test/ms.duckdb $(BIN)/dbt build --quiet --target-path target/ms \
		--vars '{state: MS, extracts_path: examples/mississippi}'
	NRS_WAREHOUSE=target/test/mo.duckdb $(BIN)/dbt build --quiet --target-path target/mo --exclude-resource-type unit_test \
		--vars '{state: MO, extracts_path: examples/missouri}'

pytest: $(VENV)/installed
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

docs: $(VENV)/installed
	mkdir -p target/test
	NRS_WAREHOUSE=$(TEST_WAREHOUSE) $(BIN)/dbt build --quiet --exclude-resource-type unit_test
	NRS_WAREHOUSE=$(TEST_WAREHOUSE) $(BIN)/dbt docs generate --static --quiet
	$(BIN)/python scripts/docs_site.py --target target --warehouse $(TEST_WAREHOUSE) --to target/docs

sample: $(VENV)/installed
	$(BIN)/python scripts/generate_extracts.py seeds/extracts --students 1000 --seed 7
	$(BIN)/python scripts/generate_laces_extracts.py examples/mississippi --state MS
	$(BIN)/python scripts/generate_laces_extracts.py examples/missouri --state MO

bench: $(VENV)/installed
	$(BIN)/python scripts/benchmark.py $(foreach size,$(SIZES),--size $(size))

mutants: $(VENV)/installed
	$(BIN)/python scripts/mutants.py $(MUTANTS)

# The suppression is Python on DuckDB's relations, and unit tests don't depend on the data.
spark: $(VENV)/installed .venv-spark/installed
	rm -rf target/spark
	mkdir -p target/spark
	.venv-spark/bin/dbt build --target spark --target-path target/spark/dbt \
		--exclude-resource-type unit_test --exclude int_suppressed_cells+
	NRS_WAREHOUSE=target/spark/nrs.duckdb $(BIN)/dbt build --quiet --target-path target/spark/duckdb \
		--exclude-resource-type unit_test
	$(BIN)/python scripts/compare_engines.py target/spark/nrs.duckdb target/spark/warehouse

.venv-spark/installed: requirements-spark.txt
	$(PYTHON) -m venv .venv-spark
	.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements-spark.txt
	touch $@

clean:
	rm -rf $(VENV) .venv-spark target logs warehouse/.build-*
