# The program `cartoongan`, with the versions of locked/demo.txt:
#
#     docker build --file=docker/cartoongan.Dockerfile --tag=cartoongan .
#     docker run --rm --network=none --user="$(id -u):$(id -g)" \
#         --volume="$PWD:/work" cartoongan photo.jpg
#
# docs/licenses.md says what passing the image on asks for: FFmpeg in it has x264.

FROM python:3.13-slim-bookworm AS build
WORKDIR /source
COPY locked/demo.txt ./
RUN python -m venv /opt/cartoongan \
    && /opt/cartoongan/bin/pip install --no-cache-dir --require-hashes \
        --only-binary=:all: --requirement=demo.txt
COPY LICENSE README.md pyproject.toml requirements*.txt setup.py ./
COPY cartoongan_tf cartoongan_tf
COPY serving serving
RUN /opt/cartoongan/bin/pip install --no-cache-dir --no-deps --no-index \
    --no-build-isolation .

FROM python:3.13-slim-bookworm
# What OpenCV's windows load, even where none is opened.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/cartoongan /opt/cartoongan
# Caches of whoever runs it, who may have no home in here.
ENV HOME=/tmp
USER 65534:65534
WORKDIR /work
ENTRYPOINT ["/opt/cartoongan/bin/cartoongan"]
CMD ["--help"]
