# make run   set up, train the 65 configurations of kh2021 with the quick preset, print its tables,
#            and the verdicts of the kept runs of its full protocol
# make test  set up and run every test but the long ones, which make test-long runs
# make check-r  R CMD check of the R package, with every one of its tests; make test-browser reports
#            in a real browser; make test-ray a Ray cluster of two nodes on this machine
# make bench measure speed beside the peers; make lint, lock, reliability: see CONTRIBUTING.md

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STUDY := kh2021
TABLES := one-layer,two-layer,three-layer
# The kept run that is trained fastest, of layer1 = layer2 = layerdense = 16.
KEPT := 0b669140
DATA_PACKAGE := dataset-fashion-mnist
R_PACKAGES := cli dplyr DT ggplot2 knitr pillar reticulate rlang rmarkdown testthat withr
R_CHECK := .check-r

.PHONY: run reports test test-long test-browser test-ray reliability check-r lint bench setup bridge data r lock clean
.DEFAULT_GOAL := run

run: setup
	$(BIN)/tune-grid run $(STUDY) --experiment $(TABLES) --preset quick
	@$(BIN)/tune-grid table $(STUDY) --experiment $(TABLES) --preset quick
	@$(BIN)/tune-grid import reports/results/$(STUDY)
	@$(BIN)/tune-grid claims $(STUDY)
	@echo "These verdicts are of kept runs of the full protocol. Doubt one? This trains it again, in" \
	  "one or two minutes, and compares: $(BIN)/tune-grid repeat $(KEPT)" >&2

# Two processes, one for each core; tests that share what is made once stay together. At its end
# stand the slowest twenty.
test: setup bridge
	$(BIN)/python -m pytest -n 2 --durations 20

test-long: setup bridge
	$(BIN)/python -m pytest -m long

# Reports in a real browser, which is installed when it is missing and we may.
test-browser: setup r
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes \
	  -r requirements-browser.lock
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then as_root=; else as_root="sudo -n"; fi; \
	  echo "Installing chromium ..." >&2; \
	  { $$as_root apt-get -qq update && \
	    $$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium; \
	  } >/dev/null 2>&1 || { \
	  echo "Chromium is missing and could not be installed. On Debian: sudo apt install" \
	    "chromium." >&2; exit 1; }; }
	$(BIN)/python -m pytest -m browser

# Two nodes of Ray on this machine: runs on them, a node that is killed, the head that is killed.
test-ray: setup bridge
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-ray.lock
	$(BIN)/python -m pytest -m ray

# The table of RELIABILITY.md, from a run of the tests that try faults: half an hour.
reliability: setup
	$(BIN)/python -m pytest -m "long or not long" --junitxml .reliability.xml \
	  tests/python/store tests/python/study tests/python/plan tests/python/architectures \
	  tests/python/data tests/python/report tests/python/cli
	$(BIN)/python tests/reliability.py .reliability.xml > RELIABILITY.md
	rm .reliability.xml

# From what git has, as R CMD build copies the whole folder else; notes, warnings and skips fail.
check-r: setup r
	rm -rf $(R_CHECK) && mkdir $(R_CHECK)
	git archive --prefix=tunegrid/ HEAD | tar -x -C $(R_CHECK)
	export LC_ALL=C.UTF-8 NOT_CRAN=true _R_CHECK_FORCE_SUGGESTS_=true \
	  RETICULATE_PYTHON="$$PWD/$(BIN)/python" && cd $(R_CHECK) && \
	  R CMD build --no-manual tunegrid && \
	  { R CMD check --no-manual tunegrid_*.tar.gz || true; }
	$(BIN)/python tests/check_r.py $(R_CHECK)/tunegrid.Rcheck

# The pages of reports/, from what is kept in reports/results.
reports: setup r
	@for kept in reports/results/*/; do \
	  study=$$(basename "$$kept"); \
	  for ending in html md; do \
	    $(BIN)/tune-grid report "$$study" --directory "$$kept" --output "reports/$$study.$$ending"; \
	  done; done
	$(BIN)/tune-grid report --directory reports/results --output reports/overview.html
	$(BIN)/tune-grid report --directory reports/results --output reports/overview.md

lint: $(VENV)/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check

# Half an hour on two cores, with nothing beside it; PARTS="startup memory" measures those only.
bench: setup
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes \
	  -r requirements-bench.lock
	$(BIN)/python benchmarks $(PARTS)

setup: $(VENV)/ready data

# The lock pins every package by hash; the package itself is installed from here.
$(VENV)/ready: requirements.lock pyproject.toml
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { \
	  rm -rf $(VENV); \
	  echo "Python needs its venv module: sudo apt install python3-venv, then make again." >&2; \
	  exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# rpy2 beside an R that is there, for the tests of the bridge; without R they are skipped by name.
bridge: $(VENV)/ready
	@! command -v R >/dev/null || $(BIN)/python -c "import rpy2.robjects" 2>/dev/null || \
	  $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes \
	    -r requirements-r.lock || \
	  echo "rpy2 could not be built, so its tests are skipped. On Debian: apt install" \
	    "r-base-dev." >&2

# Fashion-MNIST from Debian's package, when it is nowhere yet and we may install it.
data: $(VENV)/ready
	@$(BIN)/python -c "from tunegrid.data.sources import find_dataset; \
	  find_dataset('fashion_mnist', download=False)" 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then as_root=; else as_root="sudo -n"; fi; \
	  echo "Installing $(DATA_PACKAGE) ..." >&2; \
	  { $$as_root apt-get -qq update && \
	    $$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y $(DATA_PACKAGE); \
	  } >/dev/null 2>&1 || \
	  echo "Fashion-MNIST is not here and could not be installed. On Debian: sudo apt install" \
	    "$(DATA_PACKAGE). Elsewhere: put its four IDX files into a folder fashion-mnist and set" \
	    "TUNEGRID_DATA to the folder above it." >&2; }

# R and the packages that ours needs, from Debian when they are missing and we may install them.
r:
	@Rscript -e 'q(status = !all(vapply(commandArgs(TRUE), requireNamespace, NA, quietly = TRUE)))' \
	  $(R_PACKAGES) >/dev/null 2>&1 && command -v pandoc >/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then as_root=; else as_root="sudo -n"; fi; \
	  packages="r-base-dev pandoc $(shell echo $(R_PACKAGES:%=r-cran-%) | tr A-Z a-z)"; \
	  echo "Installing $$packages ..." >&2; \
	  { $$as_root apt-get -qq update && \
	    $$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y $$packages; \
	  } >/dev/null 2>&1 || { \
	  echo "R or one of its packages is missing and could not be installed. On Debian: sudo apt" \
	    "install $$packages. Elsewhere: R 4.2 or later, pandoc, and in R" \
	    "install.packages(c($(R_PACKAGES:%='%',) NULL))." >&2; exit 1; }; }

lock: $(VENV)/ready
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	  --no-emit-options --output-file requirements.lock requirements.in
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	  --no-emit-options --output-file requirements-r.lock requirements-r.in
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	  --no-emit-options --output-file requirements-bench.lock requirements-bench.in
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	  --no-emit-options --output-file requirements-browser.lock requirements-browser.in
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	  --no-emit-options --output-file requirements-ray.lock requirements-ray.in

clean:
	rm -rf $(VENV) $(R_CHECK) tunegrid-store
