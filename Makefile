# Every target makes the virtual environment that it needs.
PYTHON ?= python3
VENV ?= .venv
RUN ?= runs/quickstart

BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

.PHONY: demo test lint clean

demo: $(READY)
	$(BIN)/python train.py --flagfile=configs/quickstart.flags --workdir=$(RUN)
	$(BIN)/python export.py --model=$(RUN) --output=$(RUN)/exported
	$(BIN)/python cartoonize.py --model=$(RUN)/exported/saved_model \
	    --output=$(RUN)/from_saved_model $(RUN)/samples/photos/astronaut.png
	$(BIN)/python cartoonize.py --model=$(RUN)/exported/cartoongan.tflite \
	    --output=$(RUN)/from_litert $(RUN)/samples/photos/astronaut.png
	@echo
	@echo "Photo:                    $(RUN)/samples/photos/astronaut.png"
	@echo "Cartoon, SavedModel:      $(RUN)/from_saved_model/astronaut.png"
	@echo "Cartoon, LiteRT:          $(RUN)/from_litert/astronaut.png"
	@echo "Photos above cartoons:    $(RUN)/results/"
	@echo "Losses:                   $(RUN)/losses.png"

test: $(READY_DEV)
	$(BIN)/python -m pytest

lint: $(READY_DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

clean:
	rm -rf $(VENV) runs/quickstart

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
