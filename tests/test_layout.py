import ast
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
PACKAGE = ROOT / "cartoongan_tf"

ALLOWED = {
    "__init__": set(),
    "agreement": set(),
    "animated_png": {"frames"},
    "animated_webp": {"frames"},
    "animations": {
        "animated_png",
        "animated_webp",
        "errors",
        "extras",
        "frames",
        "gif_files",
        "photo_files",
        "photo_pixels",
        "picture_formats",
        "transparency",
    },
    "artifacts": {
        "contract",
        "errors",
        "litert_models",
        "networks",
        "onnx_models",
        "pictures",
        "porting",
        "served_models",
        "session_models",
        "styles",
        "tiling",
    },
    "augmentation": {"luminance"},
    "bars": set(),
    "baselines": set(),
    "batches": {"crop_matching", "data", "edges", "runs", "sources"},
    "bitmasks": set(),
    "bmp_bytes": {"byte_headers", "byte_strings"},
    "byte_headers": set(),
    "byte_strings": set(),
    "callbacks": {"checkpoints", "data", "pictures", "run_log"},
    "cameras": {
        "errors",
        "steadying",
        "video_codecs",
        "video_files",
        "video_joining",
        "video_segments",
    },
    "candidates": {"bars", "files", "pictures", "shots"},
    "canny": {"bitmasks"},
    "cartoonizer": {
        "artifacts",
        "errors",
        "finishing",
        "inputs",
        "running",
        "settings",
        "styles",
        "targets",
    },
    "cartoonizing": {
        "animations",
        "finishing",
        "photo_files",
        "settings",
        "steadying",
    },
    "check_report": {
        "check_summary",
        "checking",
        "contact_sheets",
        "errors",
        "files",
        "findings",
        "pictures",
    },
    "check_summary": {"checking", "findings"},
    "check_table": {"check_summary", "checking", "findings"},
    "checking": {
        "duplicates",
        "findings",
        "inventories",
        "measures",
        "overlaps",
        "pair_findings",
        "progress",
    },
    "checkpoints": {"errors", "files"},
    "color_drift": set(),
    "compiling": set(),
    "config": {"errors"},
    "contact_sheets": set(),
    "contract": {"errors"},
    "convolutions": {"contract", "layers"},
    "crop_matching": {
        "compiling",
        "errors",
        "files",
        "guided_filter",
        "pictures",
        "progress",
    },
    "curves": {"files", "run_log"},
    "data": {
        "crop_matching",
        "edges",
        "pictures",
        "sources",
        "stray_strokes",
    },
    "denoising": set(),
    "details": set(),
    "devices": {"errors"},
    "distances": set(),
    "duplicates": set(),
    "edges": {"bitmasks", "canny", "compiling"},
    "endpoints": {"contract", "pictures"},
    "errors": set(),
    "evaluating": {
        "color_drift",
        "data",
        "distances",
        "faces",
        "fidelity",
        "inception",
        "likeness",
        "losses",
        "pictures",
        "progress",
        "quality",
        "structure",
    },
    "evaluation_report": {
        "checking",
        "contact_sheets",
        "evaluating",
        "files",
        "pictures",
    },
    "evaluations": {
        "artifacts",
        "callbacks",
        "distances",
        "evaluating",
        "fidelity",
        "files",
        "inception",
        "quality",
        "run_log",
        "structure",
    },
    "exif_bytes": {"byte_headers", "byte_strings"},
    "export_report": {"exporting", "files"},
    "exporting": {
        "agreement",
        "artifacts",
        "contract",
        "files",
        "gpu_rules",
        "litert",
        "probing",
        "recipes",
    },
    "extras": set(),
    "faces": set(),
    "feature_discriminator": {"convolutions"},
    "features": {"errors", "files", "luminance", "pretrained"},
    "fidelity": {
        "details",
        "fringes",
        "grids",
        "strokes",
        "structure",
        "tones",
    },
    "files": {"errors"},
    "films": {"video_files"},
    "findings": {"duplicates", "inventories", "measures"},
    "finishing": {"errors"},
    "frame_folders": {"contact_sheets", "errors", "files", "pictures"},
    "frames": set(),
    "framing": {
        "bars",
        "candidates",
        "duplicates",
        "films",
        "frame_folders",
        "sharpness",
        "shots",
    },
    "fringes": {"structure"},
    "gif_bytes": {"byte_headers", "byte_strings"},
    "gif_files": {"frames"},
    "gpu_rules": {"errors", "litert_graphs"},
    "grain": set(),
    "grids": set(),
    "guards": {"errors"},
    "guided_filter": set(),
    "headers": {"errors"},
    "held_back": {"errors", "inventories"},
    "image_bytes": {
        "bmp_bytes",
        "byte_headers",
        "byte_strings",
        "contract",
        "gif_bytes",
        "jpeg_bytes",
        "pictures",
        "png_bytes",
        "webp_bytes",
    },
    "image_pool": set(),
    "inception": {"errors", "files", "pictures", "pretrained"},
    "inking": {"guided_filter", "l0_smoothing", "luminance"},
    "inputs": {"errors", "kinds", "picture_formats", "samples"},
    "inventories": {
        "errors",
        "headers",
        "picture_lists",
        "pictures",
        "progress",
    },
    "jpeg_bytes": {"byte_headers", "byte_strings", "exif_bytes", "pictures"},
    "kinds": {"headers", "photo_files", "picture_formats"},
    "l0_smoothing": set(),
    "layers": set(),
    "light_generator": {"convolutions", "upsampling"},
    "likeness": set(),
    "litert": {"contract", "endpoints", "pictures"},
    "litert_graphs": set(),
    "litert_metadata": {"__init__", "contract", "metadata_tables", "styles"},
    "litert_models": {"contract"},
    "losses": {"luminance"},
    "luminance": set(),
    "measures": {
        "bars",
        "duplicates",
        "grain",
        "headers",
        "likeness",
        "pictures",
        "sharpness",
    },
    "metadata_tables": set(),
    "model": {"augmentation", "losses"},
    "networks": {"convolutions", "layers", "light_generator"},
    "objective": {"augmentation", "guided_filter", "inking", "losses"},
    "onnx_graphs": {"contract", "errors"},
    "onnx_models": {"contract"},
    "overlapping": set(),
    "overlaps": set(),
    "pair_findings": {"findings", "likeness"},
    "phases": {
        "augmentation",
        "batches",
        "callbacks",
        "checkpoints",
        "errors",
        "evaluations",
        "guards",
        "image_pool",
        "inception",
        "model",
        "objective",
        "run_log",
        "runs",
        "schedules",
    },
    "photo_files": {
        "errors",
        "extras",
        "files",
        "frames",
        "gif_files",
        "headers",
        "photo_pixels",
        "picture_formats",
        "transparency",
    },
    "photo_pixels": {"errors", "extras"},
    "photo_sets": {"checking", "errors", "headers", "pictures", "samples"},
    "picture_formats": {"errors"},
    "picture_lists": {"errors", "files"},
    "pictures": {"files", "headers"},
    "pipelining": set(),
    "png_bytes": {"byte_headers", "byte_strings", "exif_bytes"},
    "porting": {"errors", "files", "networks"},
    "pretrained": {"errors"},
    "probing": {"contract"},
    "progress": set(),
    "quality": {"fidelity"},
    "recipes": {
        "artifacts",
        "contract",
        "image_bytes",
        "litert",
        "litert_metadata",
        "onnx_graphs",
        "saved_models",
        "session_models",
        "styles",
        "warmup_requests",
    },
    "run_log": {"files"},
    "run_record": {"config", "errors", "files"},
    "running": {
        "cameras",
        "cartoonizing",
        "errors",
        "finishing",
        "kinds",
        "pipelining",
        "settings",
        "targets",
        "videos",
    },
    "runs": {
        "checking",
        "config",
        "denoising",
        "errors",
        "files",
        "findings",
        "held_back",
        "inventories",
        "overlaps",
        "picture_lists",
        "run_record",
        "samples",
        "sources",
    },
    "samples": {"errors", "files", "pictures", "scenes"},
    "saved_models": {"contract", "endpoints", "headers", "image_bytes"},
    "scenes": set(),
    "schedules": set(),
    "segment_folders": {"errors", "files", "steadying"},
    "served_models": {"contract", "errors", "pictures"},
    "session_models": set(),
    "settings": {"photo_files"},
    "shared_norms": {"layers", "pictures"},
    "sharpness": set(),
    "shots": {"bars", "sharpness"},
    "sound_tracks": {"video_codecs"},
    "sources": {"errors", "files", "inventories", "pictures", "progress"},
    "steadying": {"shots"},
    "stray_strokes": set(),
    "strokes": {"structure"},
    "structure": set(),
    "styles": set(),
    "targets": {"errors", "files", "inputs", "kinds", "picture_formats"},
    "tiles": set(),
    "tiling": {"errors", "pictures", "shared_norms", "shots", "tiles"},
    "tones": set(),
    "training": {
        "artifacts",
        "curves",
        "devices",
        "errors",
        "feature_discriminator",
        "features",
        "files",
        "inception",
        "networks",
        "phases",
        "pictures",
        "runs",
        "styles",
    },
    "transparency": set(),
    "upsampling": set(),
    "video_codecs": {"errors"},
    "video_files": {"errors"},
    "video_joining": {
        "files",
        "sound_tracks",
        "video_codecs",
        "video_files",
        "video_segments",
    },
    "video_segments": {"video_codecs", "video_files"},
    "videos": {
        "errors",
        "files",
        "films",
        "overlapping",
        "segment_folders",
        "steadying",
        "video_codecs",
        "video_files",
        "video_joining",
        "video_segments",
    },
    "warmup_requests": {"contract", "pictures"},
    "webp_bytes": {"byte_headers", "byte_strings", "exif_bytes"},
}
MODULES = sorted(PACKAGE.glob("*.py"))
COMMANDS = {"gpu_rules", "porting"}
SERVING = ROOT / "serving"
ALLOWED_IN_SERVING = {
    "__init__": set(),
    "batching": {"joined_runs", "refusals"},
    "bodies": {"refusals"},
    "catalogs": {
        "config_changes",
        "loaded_versions",
        "lookups",
        "model_configs",
        "served_versions",
        "version_folders",
        "version_states",
    },
    "client": {
        "destinations",
        "failures",
        "grpc_client",
        "rest_client",
        "uploads",
    },
    "config_changes": {
        "model_configs",
        "refusals",
        "version_folders",
        "version_states",
    },
    "connections": set(),
    "destinations": {"failures"},
    "failures": set(),
    "grpc_client": {"failures"},
    "grpc_services": {
        "catalogs",
        "loaded_versions",
        "model_configs",
        "model_messages",
        "predictions",
        "refusals",
        "tensor_protos",
    },
    "joined_runs": {"loaded_versions", "refusals"},
    "json_answers": {"json_tensors"},
    "json_logs": set(),
    "json_requests": {"json_tensors", "refusals"},
    "json_tensors": {"refusals"},
    "loaded_versions": {"refusals", "signatures", "warmup_records"},
    "local": {
        "json_logs",
        "model_configs",
        "servers",
        "server_settings",
        "tflite_files",
        "version_folders",
    },
    "lookups": {"refusals", "served_versions", "version_states"},
    "metrics": {"predictions", "refusals"},
    "model_configs": {"version_policies"},
    "model_messages": {"loaded_versions", "version_states"},
    "pages": {"catalogs", "refusals", "tflite_files", "version_states"},
    "predictions": {
        "batching",
        "catalogs",
        "joined_runs",
        "refusals",
        "signatures",
    },
    "refusals": set(),
    "request_logs": set(),
    "rest": {
        "bodies",
        "catalogs",
        "json_answers",
        "json_requests",
        "metrics",
        "model_messages",
        "predictions",
        "refusals",
        "rest_targets",
    },
    "rest_client": {"failures"},
    "served_versions": {
        "loaded_versions",
        "refusals",
        "version_folders",
        "version_states",
    },
    "servers": {
        "bodies",
        "catalogs",
        "connections",
        "grpc_services",
        "metrics",
        "model_configs",
        "pages",
        "predictions",
        "refusals",
        "request_logs",
        "rest",
        "server_settings",
        "watched_configs",
    },
    "server_settings": set(),
    "signatures": {"refusals"},
    "rest_targets": {"refusals"},
    "tensor_protos": {"refusals"},
    "uploads": {"failures"},
    "tflite_files": set(),
    "version_folders": set(),
    "version_policies": set(),
    "version_states": set(),
    "warmup_records": set(),
    "watched_configs": {"catalogs", "model_configs", "refusals"},
}
SERVING_MODULES = sorted(SERVING.glob("*.py"))
SERVING_COMMANDS = {"client", "local"}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def own_imports(path):
    package = path.parent.name
    for module, name in imports(path):
        if module == package:
            yield name or "__init__"
        elif module.startswith(package + "."):
            yield module.removeprefix(package + ".")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_imports_point_downwards(path):
    assert set(own_imports(path)) <= ALLOWED[path.stem]


@pytest.mark.parametrize("path", SERVING_MODULES, ids=lambda path: path.stem)
def test_imports_of_serving_point_downwards(path):
    assert set(own_imports(path)) <= ALLOWED_IN_SERVING[path.stem]


@pytest.mark.parametrize("path", SERVING_MODULES, ids=lambda path: path.stem)
def test_serving_knows_the_artifact_only(path):
    roots = {module.split(".")[0] for module, _ in imports(path)}
    assert not roots & {PACKAGE.name, "keras", "cv2", "benchmarks", "tools"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_the_package_does_not_know_serving(path):
    assert not any(m.split(".")[0] == "serving" for m, _ in imports(path))


@pytest.mark.parametrize("allowed", [ALLOWED, ALLOWED_IN_SERVING])
def test_the_directions_have_no_circle(allowed):
    def below(name, seen=()):
        assert name not in seen, (*seen, name)
        for lower in allowed[name]:
            below(lower, (*seen, name))

    for name in allowed:
        below(name)


@pytest.mark.parametrize(
    "path", MODULES + SERVING_MODULES, ids=lambda path: path.stem
)
def test_only_commands_know_flags(path):
    commands = COMMANDS if path.parent == PACKAGE else SERVING_COMMANDS
    if path.stem not in commands:
        assert not any(module == "absl" for module, _ in imports(path))


@pytest.mark.parametrize(
    "name",
    [
        "augmentation",
        "convolutions",
        "feature_discriminator",
        "guided_filter",
        "inking",
        "layers",
        "light_generator",
        "losses",
        "luminance",
        "networks",
        "objective",
        "upsampling",
    ],
)
def test_networks_and_losses_run_on_any_keras_backend(name):
    """The rest of a training step is then one small script a backend."""
    modules = {module for module, _ in imports(PACKAGE / f"{name}.py")}
    no_backend = {
        "collections.abc",
        "dataclasses",
        "keras",
        "math",
        "numpy",
        "typing",
        PACKAGE.name,
    }
    assert modules <= no_backend


@pytest.mark.parametrize(
    "path", MODULES + SERVING_MODULES, ids=lambda path: path.stem
)
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text()))
    assert len(path.read_text().splitlines()) <= 300


@pytest.mark.parametrize(
    "path",
    sorted(ROOT.glob("*.py")) + MODULES + SERVING_MODULES,
    ids=lambda path: path.stem,
)
def test_functions_are_short(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False) or ""
            length = node.end_lineno - node.lineno + 1
            assert length - docstring.count("\n") <= 50, node.name


def test_no_two_modules_share_a_name():
    shared = {p.name for p in MODULES} & {p.name for p in SERVING_MODULES}
    assert shared == {"__init__.py"}
