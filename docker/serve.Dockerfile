# The local server and its page, with the versions of locked/serving.txt and
# without a model:
#
#     docker build --file=docker/serve.Dockerfile --tag=cartoongan-serve .
#     docker run --rm --read-only --tmpfs=/tmp --cap-drop=ALL \
#         --publish=127.0.0.1:8501:8501 \
#         --volume="$PWD/exported/storybook/saved_model:/models:ro" cartoongan-serve
#
# It asks for no password: publish its port to this machine only, or put what
# does before it. For production, docs/serving.md has TensorFlow Serving.

FROM python:3.13-slim-bookworm AS build
WORKDIR /source
COPY locked/serving.txt ./
RUN python -m venv /opt/serving \
    && /opt/serving/bin/pip install --no-cache-dir --require-hashes \
        --only-binary=:all: --requirement=serving.txt

FROM python:3.13-slim-bookworm
COPY --from=build /opt/serving /opt/serving
COPY serving /opt/cartoongan/serving
ENV HOME=/tmp
USER 65534:65534
WORKDIR /opt/cartoongan
EXPOSE 8501
HEALTHCHECK --start-period=60s --interval=10s --timeout=5s CMD \
    ["/opt/serving/bin/python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/healthz')"]
ENTRYPOINT ["/opt/serving/bin/python", "-m", "serving.local", "--host=0.0.0.0"]
CMD ["--model_dir=/models"]
