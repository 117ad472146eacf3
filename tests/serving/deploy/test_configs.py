"""Deployment files, against the schemas of their readers.

The server itself is not there to be run. `model_server_config_pb2` comes with
tensorflow-serving-api; the messages of batching and monitoring do not, and are
built here from the fields that its sources list.
"""

import pathlib
import sys

import kubernetes_validate
import pytest
import yaml
from google.protobuf import descriptor_pb2
from google.protobuf import descriptor_pool
from google.protobuf import message_factory
from google.protobuf import text_format
from google.protobuf import wrappers_pb2
from tensorflow_serving.config import model_server_config_pb2

DEPLOY = pathlib.Path(__file__).parents[3] / "serving" / "deploy"
MANIFESTS = DEPLOY / "kubernetes"
COMPOSE = DEPLOY / "docker-compose.yml"
# The oldest that have `preStop: sleep`, and the newest.
VERSIONS = ["1.30", "1.34", "1.37"]
OWN_KINDS = sorted(
    path.name
    for path in MANIFESTS.glob("*.yaml")
    if path.name != "inference-service.yaml"
)
BY_HAND = "copy-models.yaml"


def read_yaml(path):
    return yaml.safe_load(path.read_text())


@pytest.fixture(scope="module")
def messages():
    """The messages that tensorflow-serving-api has not."""
    pool = descriptor_pool.DescriptorPool()
    wrappers = descriptor_pb2.FileDescriptorProto()
    wrappers_pb2.DESCRIPTOR.CopyToProto(wrappers)
    pool.Add(wrappers)
    file = descriptor_pb2.FileDescriptorProto(
        name="serving.proto",
        package="serving",
        syntax="proto3",
        dependency=[wrappers.name],
    )
    add_message(
        file,
        "BatchingParameters",
        max_batch_size="Int64Value",
        batch_timeout_micros="Int64Value",
        max_enqueued_batches="Int64Value",
        num_batch_threads="Int64Value",
        thread_pool_name="StringValue",
        allowed_batch_sizes=[int],
        pad_variable_length_inputs=bool,
        enable_large_batch_splitting="BoolValue",
        max_execution_batch_size="Int64Value",
    )
    add_message(file, "PrometheusConfig", enable=bool, path=str)
    add_message(file, "MonitoringConfig", prometheus_config="PrometheusConfig")
    pool.Add(file)
    return {
        message.name: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"serving.{message.name}")
        )
        for message in file.message_type
    }


def add_message(file, name, **fields):
    field_of = descriptor_pb2.FieldDescriptorProto
    types = {
        int: field_of.TYPE_INT64,
        bool: field_of.TYPE_BOOL,
        str: field_of.TYPE_STRING,
    }
    message = file.message_type.add(name=name)
    for number, (field_name, kind) in enumerate(fields.items(), start=1):
        field = message.field.add(name=field_name, number=number)
        field.label = field_of.LABEL_OPTIONAL
        if isinstance(kind, list):
            field.label = field_of.LABEL_REPEATED
            (kind,) = kind
        if kind in types:
            field.type = types[kind]
            continue
        field.type = field_of.TYPE_MESSAGE
        ours = kind in [message.name for message in file.message_type]
        package = "serving" if ours else "google.protobuf"
        field.type_name = f".{package}.{kind}"


@pytest.fixture(scope="module")
def batching(messages):
    text = (DEPLOY / "batching.config").read_text()
    return text_format.Parse(text, messages["BatchingParameters"]())


@pytest.fixture(scope="module")
def arguments():
    """The flags of both deployments, by how they are started."""
    (container,) = read_yaml(MANIFESTS / "deployment.yaml")["spec"]["template"][
        "spec"
    ]["containers"]
    services = read_yaml(COMPOSE)["services"]
    return {
        "Kubernetes": flags_of(container["args"]),
        "CPU": flags_of(services["cpu"]["command"]),
        "GPU": flags_of(services["gpu"]["command"]),
    }


def flags_of(arguments):
    pairs = (argument.removeprefix("--").split("=") for argument in arguments)
    # `${CARTOONGAN_CPUS:-4}` is 4 by default.
    return {name: value.split(":-")[-1].rstrip("}") for name, value in pairs}


def test_the_models_are_what_tensorflow_serving_reads():
    text = (DEPLOY / "models.config").read_text()
    message = model_server_config_pb2.ModelServerConfig()
    (config,) = text_format.Parse(text, message).model_config_list.config
    assert config.name == "cartoongan"
    assert list(config.model_version_policy.specific.versions) == [1]
    assert dict(config.version_labels) == {"stable": 1}


def test_the_canary_in_the_comment_is_one_when_it_is_none():
    text = (DEPLOY / "models.config").read_text()
    start = text.index("    # version_labels")
    text = text[:start] + text[start:].replace("# ", "")
    text = text.replace("versions: 1", "versions: 1 versions: 2")
    message = model_server_config_pb2.ModelServerConfig()
    (config,) = text_format.Parse(text, message).model_config_list.config
    assert dict(config.version_labels) == {"stable": 1, "canary": 2}


def test_requests_are_queued_and_not_joined(batching):
    assert batching.enable_large_batch_splitting.value
    assert batching.max_execution_batch_size.value == 1
    assert batching.max_batch_size.value > 1
    assert not batching.pad_variable_length_inputs


def test_every_request_that_is_allowed_fits_into_an_empty_queue(batching):
    """TensorFlow Serving would answer 503 to others, however idle it is."""
    places = batching.max_enqueued_batches.value
    places *= batching.max_execution_batch_size.value
    assert batching.max_batch_size.value <= places


@pytest.mark.parametrize("place", ["Kubernetes", "CPU", "GPU"])
def test_a_full_queue_leaves_threads_to_say_so(batching, arguments, place):
    busy = batching.num_batch_threads.value
    busy += batching.max_enqueued_batches.value
    assert int(arguments[place]["rest_api_num_threads"]) > busy
    assert int(arguments[place]["grpc_max_threads"]) > busy


def test_metrics_are_where_prometheus_looks_for_them(messages):
    text = (DEPLOY / "monitoring.config").read_text()
    message = text_format.Parse(text, messages["MonitoringConfig"]())
    assert message.prometheus_config.enable
    template = read_yaml(MANIFESTS / "deployment.yaml")["spec"]["template"]
    annotations = template["metadata"]["annotations"]
    assert annotations["prometheus.io/path"] == message.prometheus_config.path


def test_all_start_the_server_with_the_same_flags(arguments):
    assert arguments["CPU"] == arguments["GPU"] == arguments["Kubernetes"]


@pytest.mark.parametrize("place", ["Kubernetes", "CPU", "GPU"])
def test_the_configs_are_where_the_flags_say(arguments, place):
    named = {
        pathlib.PurePosixPath(value)
        for value in arguments[place].values()
        if value.endswith(".config")
    }
    kustomization = read_yaml(DEPLOY / "kustomization.yaml")
    (generated,) = kustomization["configMapGenerator"]
    folders = {path.parent for path in named}
    assert folders == {pathlib.PurePosixPath("/etc/cartoongan")}
    assert {path.name for path in named} == set(generated["files"])
    assert all((DEPLOY / path.name).is_file() for path in named)


def test_the_grace_period_is_longer_than_a_request(arguments):
    timeout = int(arguments["CPU"]["rest_api_timeout_in_ms"]) / 1000
    cpu = read_yaml(COMPOSE)["services"]["cpu"]
    assert int(cpu["stop_grace_period"].removesuffix("s")) > timeout
    pod = read_yaml(MANIFESTS / "deployment.yaml")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] > pause > timeout


def test_compose_reads_its_file(run_command):
    checked = run_command(
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema=vendor.compose-spec",
        str(COMPOSE),
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.slow
def test_the_health_check_tells_a_server_with_the_model(run_command, served):
    check = read_yaml(COMPOSE)["services"]["cpu"]["healthcheck"]["test"]
    kind, *command = check
    assert kind == "CMD"

    def status(port, model):
        script = command[-1].replace("8501", port).replace("cartoongan", model)
        return run_command(*command[:-1], script).returncode

    port = served.rpartition(":")[2]
    assert status(port, "cartoongan") == 0
    assert status(port, "other") != 0
    assert status("1", "cartoongan") != 0


def test_compose_lets_nobody_in_from_outside():
    for service in read_yaml(COMPOSE)["services"].values():
        for port in service["ports"]:
            assert port.startswith("${CARTOONGAN_BIND:-127.0.0.1}:")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", OWN_KINDS)
def test_kubernetes_knows_every_field(name, version):
    kubernetes_validate.validate(
        read_yaml(MANIFESTS / name), version, strict=True
    )


def test_kubernetes_knows_what_kserve_is_told_of_the_container():
    spec = read_yaml(MANIFESTS / "inference-service.yaml")["spec"]
    model = spec["predictor"]["model"]
    fields = ("resources", "securityContext")
    container = {"name": "any", **{name: model[name] for name in fields}}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "any"},
        "spec": {"containers": [container]},
    }
    kubernetes_validate.validate(pod, VERSIONS[-1], strict=True)


def test_kserve_may_start_pods_in_the_namespace_with_the_models():
    path = MANIFESTS / "inference-service.yaml"
    service = read_yaml(path)
    model = service["spec"]["predictor"]["model"]
    copying = read_yaml(MANIFESTS / BY_HAND)
    namespace = copying["metadata"]["namespace"]
    assert service["metadata"]["namespace"] == namespace
    (volume,) = copying["spec"]["volumes"]
    claim = volume["persistentVolumeClaim"]["claimName"]
    folder = model["storageUri"].removeprefix(f"pvc://{claim}/")
    assert f"{namespace}/copy-models:/models/{folder}/1\n" in path.read_text()
    demanded = copying["spec"]["securityContext"]["seccompProfile"]
    assert model["securityContext"]["seccompProfile"] == demanded


def test_kustomize_finds_every_manifest_but_those_for_kserve_and_copies():
    listed = read_yaml(DEPLOY / "kustomization.yaml")["resources"]
    assert sorted([*listed, f"kubernetes/{BY_HAND}"]) == [
        f"kubernetes/{name}" for name in OWN_KINDS
    ]


def test_models_are_copied_where_servers_look_for_them():
    copying = read_yaml(MANIFESTS / BY_HAND)["spec"]
    serving = read_yaml(MANIFESTS / "deployment.yaml")["spec"]["template"]
    (claim,) = (
        volume["persistentVolumeClaim"]["claimName"]
        for volume in serving["spec"]["volumes"]
        if "persistentVolumeClaim" in volume
    )
    (volume,) = copying["volumes"]
    assert volume["persistentVolumeClaim"]["claimName"] == claim
    users = [
        spec["securityContext"]["runAsUser"]
        for spec in (copying, serving["spec"])
    ]
    assert users[0] == users[1]


def test_selectors_match_the_pods_of_the_deployment():
    spec = read_yaml(MANIFESTS / "deployment.yaml")["spec"]
    labels = spec["template"]["metadata"]["labels"]
    budget = read_yaml(MANIFESTS / "disruption-budget.yaml")["spec"]
    (spread,) = spec["template"]["spec"]["topologySpreadConstraints"]
    service = read_yaml(MANIFESTS / "service.yaml")["spec"]
    for selector in (
        spec["selector"]["matchLabels"],
        budget["selector"]["matchLabels"],
        spread["labelSelector"]["matchLabels"],
        service["selector"],
    ):
        assert selector.items() <= labels.items()


def test_references_between_objects_resolve():
    deployment = read_yaml(MANIFESTS / "deployment.yaml")
    pod = deployment["spec"]["template"]["spec"]
    claim = read_yaml(MANIFESTS / "models-claim.yaml")
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    name = volumes["models"]["persistentVolumeClaim"]["claimName"]
    assert name == claim["metadata"]["name"]
    (generated,) = read_yaml(DEPLOY / "kustomization.yaml")[
        "configMapGenerator"
    ]
    assert volumes["configs"]["configMap"]["name"] == generated["name"]
    (container,) = pod["containers"]
    ports = {port["name"] for port in container["ports"]}
    service = read_yaml(MANIFESTS / "service.yaml")["spec"]
    assert {port["targetPort"] for port in service["ports"]} == ports
    scaled = read_yaml(MANIFESTS / "autoscaler.yaml")["spec"]["scaleTargetRef"]
    assert scaled["name"] == deployment["metadata"]["name"]
