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

BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

.PHONY: demo test test-addons arm64 lint clean

demo: $(READY)
	$(BIN)/python cartoonize.py --overwrite --output=$(CARTOONS) sample:photos
	@echo "Photos are in $(CARTOONS)/samples/photos, their cartoons in $(CARTOONS)."
	@echo "Now a small network is trained, to see that all parts work ..."
	$(BIN)/python train.py --flagfile=configs/quickstart.flags --workdir=$(RUN)
	$(BIN)/python export.py --model=$(RUN) --output=$(RUN)/exported \
	    --version=1 --precision=float16 --sizes=any
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

test: $(READY_DEV)
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4

# TensorFlow Lite Support loads libusb; root installs it where it is missing.
test-addons: $(READY_DEV) $(ADDONS_VENV)/.ready
	@[ "$$(id -u)" != 0 ] || ldconfig -p | grep -q libusb-1.0 \
	    || { apt-get update && apt-get install --yes libusb-1.0-0; }
	CARTOONGAN_ADDONS=$(abspath $(ADDONS_VENV))/bin/python \
	    $(BIN)/python -m pytest tests/test_addons.py \
	    tests/test_litert_metadata.py tests/test_old_server.py

# Root installs the emulator; anyone else is told how.
arm64: $(READY)
	@[ "$$(id -u)" != 0 ] || command -v qemu-aarch64-static > /dev/null \
	    || { apt-get update && apt-get install --yes --no-install-recommends \
	    qemu-user-static mmdebstrap; }
	$(BIN)/python export.py --model=storybook --output=$(ARM64)/exported \
	    --formats=litert --precision=float16,dynamic_range --sizes=64x48,any
	$(BIN)/python -m benchmarks.arm64 --machine=$(ARM64) $(ARM64)/exported/*.tflite

lint: $(READY_DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

clean:
	rm -rf $(VENV) $(ADDONS_VENV) $(ARM64) runs/quickstart runs/cartoons

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	    || { echo "Python 3.11 to 3.13 is needed; name one with make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(READY): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	@touch $@

$(READY_DEV): requirements-dev.txt $(READY)
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	@touch $@

$(ADDONS_VENV)/.ready: requirements-addons.txt
	@$(ADDONS_PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	    || { echo "Python 3.11 is needed; name it with make ADDONS_PYTHON=..."; exit 1; }
	$(ADDONS_PYTHON) -m venv $(ADDONS_VENV)
	$(ADDONS_VENV)/bin/python -m pip install --quiet --requirement $<
	@touch $@
