# Every target makes the virtual environment that it needs.
PYTHON ?= python3
VENV ?= .venv
RUN ?= runs/quickstart
CARTOONS ?= runs/cartoons
# tensorflow-addons has wheels up to Python 3.11, and an environment of its own.
ADDONS_PYTHON ?= python3.11
ADDONS_VENV ?= .venv-addons
# What the emulated ARM64 machine needs, fetched once.
ARM64 ?= .arm64
# KServe's client, for tests only, wants an environment of its own.
KSERVE_PYTHON ?= python3.11
KSERVE_VENV ?= .venv-kserve
# Ray, for `cartoongan batch`, and an S3 server, with what runs CartoonGAN.
SCALE_PYTHON ?= python3.11
SCALE_VENV ?= .venv-scale
# Benchmarks, with the runtimes and frameworks that they compare.
BENCH_PYTHON ?= python3.11
BENCH_VENV ?= .venv-bench
BENCH ?= runs/bench
# Fuzzing: of which target, how long, and where what is found goes.
FUZZ_VENV ?= .venv-fuzz
TARGET ?= pictures
MINUTES ?= 30
FUZZED ?= runs/fuzzing/$(TARGET)
# LOCKED=1 installs what locked/ names, by hash, and no other versions.
LOCKED ?=
SBOM := dist/cartoongan.cdx.json
# What `make serve` serves, and where.
STYLE ?= storybook
EXPORTED ?= exported/$(STYLE)
PORT ?= 8501

BIN := $(VENV)/bin
STATE := $(if $(LOCKED),-locked)
READY := $(VENV)/.ready$(STATE)
READY_DEV := $(VENV)/.ready-dev$(STATE)
READY_SERVING := $(VENV)/.ready-serving$(STATE)
DEV_REQUIREMENTS := requirements-dev.txt requirements-docs.txt \
    requirements-evaluation.txt requirements-heic.txt requirements-hub.txt \
    requirements-onnx.txt requirements-quantizer.txt requirements-serving.txt
PAGE := serving/page
READY_PAGE := $(PAGE)/node_modules/.package-lock.json

.PHONY: demo serve page browser test test-addons test-kserve test-distributed test-scale fuzz bench bench-folders arm64 docs licenses lint lock sbom clean

demo: $(READY)
	$(BIN)/python cartoonize.py --overwrite --output=$(CARTOONS) sample:photos
	@echo "Photos are in $(CARTOONS)/samples/photos, their cartoons in $(CARTOONS)."
	@echo "Now a small network is trained, to see that all parts work ..."
	$(BIN)/python train.py --flagfile=configs/quickstart.flags --workdir=$(RUN)
	$(BIN)/python export.py --model=$(RUN) --output=$(RUN)/exported \
	    --precision=float16 --sizes=any
	$(BIN)/python cartoonize.py --overwrite --model=$(RUN)/exported/saved_model \
	    --output=$(RUN)/from_saved_model $(RUN)/samples/photos/astronaut.png
	$(BIN)/python cartoonize.py --overwrite --model=$(RUN)/exported/cartoongan_float16_any.tflite \
	    --output=$(RUN)/from_litert $(RUN)/samples/photos/astronaut.png
	@echo
	@echo "Cartoons, shipped style:  $(CARTOONS)/"
	@echo "Photo:                    $(RUN)/samples/photos/astronaut.png"
	@echo "Cartoon, SavedModel:      $(RUN)/from_saved_model/astronaut.png"
	@echo "Cartoon, LiteRT:          $(RUN)/from_litert/astronaut.png"
	@echo "Photos above cartoons:    $(RUN)/results/"
	@echo "Losses:                   $(RUN)/losses.png"

# A server with a page, which cartoonizes in the browser, too.
serve: $(READY) $(READY_SERVING) $(READY_PAGE) $(EXPORTED)/cartoongan_float32.tflite
	$(BIN)/python -m serving.local --model_dir=$(EXPORTED)/saved_model \
	    --tflite=$(EXPORTED)/cartoongan_float32.tflite --port=$(PORT)

# What the page needs to cartoonize by itself.
page: $(READY_PAGE)

test: $(READY_DEV) $(READY_PAGE)
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 \
	    --dist=worksteal -m "not distributed"

# What takes minutes more: strategies of training, in full.
test-distributed: $(READY_DEV)
	$(BIN)/python -m pytest -m distributed

test-addons: $(READY_DEV) $(ADDONS_VENV)/.ready
	CARTOONGAN_ADDONS=$(abspath $(ADDONS_VENV))/bin/python \
	    $(BIN)/python -m pytest tests/references/test_addons.py \
	    tests/serving/test_old_server.py

# For tests of the page: root installs a browser where there is none.
browser:
	@command -v chromium chromium-browser google-chrome chrome > /dev/null \
	    || { [ "$$(id -u)" = 0 ] && apt-get update \
	    && apt-get install --yes --no-install-recommends chromium; } \
	    || echo "No Chromium: tests of the page will be skipped."

test-kserve: $(READY_DEV) $(KSERVE_VENV)/.ready
	CARTOONGAN_KSERVE=$(abspath $(KSERVE_VENV))/bin/python \
	    $(BIN)/python -m pytest tests/serving/test_kserve_client.py

test-scale: $(SCALE_VENV)/.ready
	$(SCALE_VENV)/bin/python -m pytest tests/batch

# `fuzzing/targets` has the targets. What breaks one is written to $(FUZZED).
fuzz: $(FUZZ_VENV)/.ready
	mkdir -p $(FUZZED)/new
	$(FUZZ_VENV)/bin/python -m fuzzing $(TARGET) $(FUZZED)/new \
	    -artifact_prefix=$(FUZZED)/ -max_total_time=$$(( 60 * $(MINUTES) ))

# All figures of docs/benchmarks.md, into files of $(BENCH): some two hours, on a
# machine that does nothing else. PHOTO_DIR and CARTOON_DIR are folders of
# pictures, HAYAO is the authors' generator (.npz).
bench: bench-folders $(BENCH_VENV)/.ready $(EXPORTED)/cartoongan_float32.tflite
	mkdir -p $(BENCH)
	$(call measure,training,training.comparison --pytorch=$(BENCH_VENV)/bin/python)
	$(call measure,inference,inference --models=$(STYLE)$(if $(HAYAO),$(COMMA)$(HAYAO)))
	$(call measure,cartoonize,cartoonize)
	$(call measure,growth,growth --ray=$(BENCH_VENV)/bin/python --plot=$(BENCH)/growth.png)
	$(call measure,batch,batch)
	$(call measure,serving,serving --model_dir=$(EXPORTED)/saved_model)
	$(call measure,serving_abuse,serving_abuse --model_dir=$(EXPORTED)/saved_model)
	$(call measure,edge_smoothing,edge_smoothing --cartoon_dir=$(CARTOON_DIR))
	$(call measure,input_pipeline,input_pipeline --photo_dir=$(PHOTO_DIR) --cartoon_dir=$(CARTOON_DIR))
	$(call measure,flicker,flicker)
	$(call measure,light_generator,light_generator)
	$(call measure,litert_forms,litert_forms)
	$(call measure,long_runs,long_runs --rate=1)

bench-folders:
	@[ -n "$(PHOTO_DIR)" ] && [ -n "$(CARTOON_DIR)" ] \
	    || { echo "Name folders: make bench PHOTO_DIR=... CARTOON_DIR=..."; exit 1; }

# Root installs the emulator; anyone else is told how.
arm64: $(READY)
	@[ "$$(id -u)" != 0 ] || command -v qemu-aarch64-static > /dev/null \
	    || { apt-get update && apt-get install --yes --no-install-recommends \
	    qemu-user-static mmdebstrap; }
	$(BIN)/python export.py --model=storybook --output=$(ARM64)/exported \
	    --formats=litert --precision=float16,dynamic_range --sizes=64x48,any
	$(BIN)/python -m benchmarks.arm64 --machine=$(ARM64) $(ARM64)/exported/*.tflite

# HTML with the API reference; warnings, such as links to nowhere, are errors.
docs: $(READY_DEV)
	TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/sphinx-build --fail-on-warning --keep-going \
	    --quiet docs docs/_build
	@echo "Wrote docs/_build/index.html"

lint: $(READY_DEV) docs
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/actionlint
	$(BIN)/hadolint docker/*.Dockerfile

# Keeps versions that still do; delete the files for the newest of all.
lock: $(READY_DEV)
	$(call compile,test,requirements.txt $(DEV_REQUIREMENTS))
	$(call compile,demo,requirements.txt --constraint=locked/test.txt)
	$(call compile,page,requirements-page.txt)
	$(call compile,serving,requirements-serving.txt --constraint=locked/test.txt)

# The table of docs/licenses.md, of what is installed with [dev] and [scale].
licenses: $(READY_DEV) $(SCALE_VENV)/.ready
	$(BIN)/python -m tools.list_licenses $(VENV) $(SCALE_VENV)

# Every package that a user installs, as CycloneDX, checked against its schema.
sbom: $(READY_DEV)
	mkdir -p dist
	$(BIN)/cyclonedx-py requirements --pyproject=pyproject.toml --output-reproducible \
	    --validate --output-file=$(SBOM) locked/demo.txt
	@echo "Wrote $(SBOM)"

clean:
	rm -rf $(VENV) $(ADDONS_VENV) $(KSERVE_VENV) $(SCALE_VENV) $(BENCH_VENV) \
	    $(FUZZ_VENV) $(ARM64) $(PAGE)/node_modules dist docs/_build runs/quickstart runs/cartoons

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	    || { echo "Python 3.11 to 3.13 is needed; name one with make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(READY): requirements.txt requirements-core.txt requirements-heic.txt \
    requirements-quantizer.txt \
    requirements-samples.txt $(LOCKED:%=locked/demo.txt) | $(BIN)/python
	$(call install,$(BIN),demo,requirements.txt)
	@touch $@

$(READY_SERVING): requirements-serving.txt $(LOCKED:%=locked/serving.txt) \
    | $(BIN)/python
	$(call install,$(BIN),serving,requirements-serving.txt)
	@touch $@

$(READY_DEV): $(DEV_REQUIREMENTS) $(LOCKED:%=locked/test.txt) $(READY)
	$(call install,$(BIN),test,$(DEV_REQUIREMENTS))
	@touch $@

$(EXPORTED)/cartoongan_float32.tflite: | $(READY)
	$(BIN)/python export.py --model=$(STYLE) --output=$(EXPORTED) \
	    --formats=saved_model,litert --precision=float32 --sizes=512x512

# Where there is no Node.js, the one that pip has.
$(READY_PAGE): $(PAGE)/package-lock.json | $(BIN)/python
	@command -v npm > /dev/null \
	    || $(call install,$(BIN),page,requirements-page.txt)
	PATH="$$PATH:$(abspath $(BIN))" npm ci --prefix $(PAGE)
	@touch $@

# Programs of an environment, name in locked/, files of requirements.
define install
$(1)/python -m pip install --quiet $(if $(LOCKED),--require-hashes \
    --only-binary=:all: --requirement=locked/$(2).txt,$(addprefix --requirement=,$(3)))
endef

# Name in locked/, files of requirements. It names no index.
define compile
$(BIN)/uv pip compile --quiet --universal --python-version=3.11 \
    --only-binary=:all: --generate-hashes --no-emit-index-url --no-annotate \
    --custom-compile-command="make lock" --constraint=locked/constraints.txt \
    --output-file=locked/$(1).txt $(2)
endef

COMMA := ,
# Name of the file, module of `benchmarks` with its flags.
define measure
@echo "python -m benchmarks.$(2)"
@$(BENCH_VENV)/bin/python -m benchmarks.$(2) \
	    > $(BENCH)/$(1).txt 2> $(BENCH)/$(1).log \
	    || { tail -n 5 $(BENCH)/$(1).log; exit 1; }
@cat $(BENCH)/$(1).txt
endef

# Environments of their own, of Python 3.11:
# name of the variable, folder.
define environment
	@$($(1)) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	    || { echo "Python 3.11 is needed; name it with make $(1)=..."; exit 1; }
	$($(1)) -m venv $(2)
	$(2)/bin/python -m pip install --quiet --requirement $<
	@touch $@
endef

$(KSERVE_VENV)/.ready: requirements-kserve.txt
	$(call environment,KSERVE_PYTHON,$(KSERVE_VENV))

$(SCALE_VENV)/.ready: requirements-scale-tests.txt requirements-scale.txt \
    requirements.txt
	$(call environment,SCALE_PYTHON,$(SCALE_VENV))

$(ADDONS_VENV)/.ready: requirements-addons.txt
	$(call environment,ADDONS_PYTHON,$(ADDONS_VENV))

$(BENCH_VENV)/.ready: requirements-bench.txt requirements-inference.txt \
    requirements-scale.txt requirements-serving.txt requirements.txt
	$(call environment,BENCH_PYTHON,$(BENCH_VENV))

$(FUZZ_VENV)/.ready: requirements-fuzzing.txt requirements-heic.txt \
    requirements-onnx.txt requirements-serving.txt requirements.txt
	$(PYTHON) -m venv $(FUZZ_VENV)
	$(FUZZ_VENV)/bin/python -m pip install --quiet --requirement $<
	@touch $@
