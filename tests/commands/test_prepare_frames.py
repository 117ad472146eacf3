import pathlib
import sys

import film_maker
import numpy as np
import pytest

from cartoongan_tf.data import folder_scan
from cartoongan_tf.data import synthetic_scenes
from cartoongan_tf.images import pictures


def prepare(run_command, *arguments):
    return run_command(sys.executable, "prepare.py", *map(str, arguments))


@pytest.mark.slow
def test_a_video_becomes_a_training_folder(run_command, tmp_path):
    drawn = [
        synthetic_scenes.draw_scene(number, 192)[:128] for number in range(3)
    ]
    film = film_maker.write_film(
        tmp_path / "film.mkv",
        [film_maker.still(np.ascontiguousarray(d), 1) for d in drawn],
    )
    command = ("frames", f"--video={film}", f"--output={tmp_path / 'frames'}")
    run = prepare(run_command, *command)
    assert run.returncode == 0, run.stderr
    assert "3 frames kept" in run.stdout
    paths = folder_scan.scan_folder(tmp_path / "frames", "--cartoon_dir").paths
    assert len(paths) == 3
    assert "Nothing to do" in prepare(run_command, *command).stdout


@pytest.mark.slow
def test_folders_and_patterns_of_videos_are_read(run_command, tmp_path):
    for number, name in enumerate(("one.mkv", "more/two.mkv", "a.mp4")):
        (tmp_path / "films/more").mkdir(parents=True, exist_ok=True)
        drawn = synthetic_scenes.draw_scene(number, 192)[:128]
        still = film_maker.still(np.ascontiguousarray(drawn), 1)
        film_maker.write_film(tmp_path / "films" / name, [still])
    (tmp_path / "films/broken.mkv").write_text("no film")
    film_maker.write_film(tmp_path / "films/damaged.mkv", [still])
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames/.damaged.json").write_text("half a rec")
    (tmp_path / "films/cover.png").write_bytes(b"")
    run = prepare(
        run_command,
        "frames",
        f"--video={tmp_path / 'films'}",
        f"--video={tmp_path}/*/a.*",
        f"--output={tmp_path / 'frames'}",
    )
    assert run.returncode == 1
    assert "broken.mkv" in run.stderr
    assert "damaged.mkv: failed (JSONDecodeError:" in run.stderr
    assert "Traceback" not in run.stderr
    assert "error: 2 of 5 videos gave no frames" in run.stderr
    paths = folder_scan.scan_folder(tmp_path / "frames", "cartoon_dir").paths
    names = {path.name.rpartition("_")[0].rpartition("_")[0] for path in paths}
    assert names == {"one", "two", "a"}
    nothing = prepare(
        run_command, "frames", f"--video={tmp_path}/*.mkv", "--output=out"
    )
    assert "*.mkv holds no video" in nothing.stderr


@pytest.mark.slow
def test_mistakes_are_reported_in_one_message(run_command, tmp_path):
    run = prepare(run_command, "frames", f"--output={tmp_path}")
    assert run.returncode == 1
    assert run.stderr.endswith("error: `frames` needs --video; see --help.\n")


@pytest.mark.slow
@pytest.mark.shared
def test_panels_of_a_video_are_extracted(shared, tmp_path, run_command):
    """Panels are shown with fades, out of focus, or twice."""
    panels = [panel(path) for path in wide_panels(shared)]
    black = np.zeros_like(panels[0])
    film = film_maker.write_film(
        tmp_path / "panels.mp4",
        [
            film_maker.fade(black, panels[0], 1),
            *(film_maker.still(one, 1) for one in panels[:8]),
            film_maker.fade(panels[7], panels[8], 1.5),
            film_maker.still(panels[8], 1),
            film_maker.still(panels[2], 1),
            film_maker.still(film_maker.blurred(panels[9], 5), 1),
            film_maker.still(panels[10], 1),
            film_maker.fade(panels[10], black, 1),
            film_maker.fade(black, panels[11], 1),
            film_maker.still(panels[11], 1),
        ],
    )
    frames = tmp_path / "frames"
    run = prepare(
        run_command, "frames", f"--video={film}", f"--output={frames}"
    )
    assert "11 frames kept, of 13 candidates" in run.stdout
    assert "1 blurred, 1 near duplicates" in run.stdout
    best = [nearest(path, panels) for path in frames.glob("*.png")]
    assert sorted(number for number, _ in best) == [*range(9), 10, 11]
    assert all(off < 6 for _, off in best)


def wide_panels(shared):
    paths = sorted((shared / "cartoons/peppercarrot").glob("*.jpg"))
    read = {path: pictures.read_picture(path).shape for path in paths[::3]}
    wide = [p for p, shape in read.items() if shape[0] >= 400 < shape[1] // 2]
    return wide[:12]


def panel(path: pathlib.Path):
    picture = pictures.read_picture(path)
    top, left = (picture.shape[0] - 360) // 2, (picture.shape[1] - 800) // 2
    inside = picture[top : top + 360, left : left + 800]
    return film_maker.with_bars(np.ascontiguousarray(inside), 480)


def nearest(path, panels):
    frame = pictures.read_picture(path).astype(float)
    differences = [np.abs(frame - one[62:-62]).mean() for one in panels]
    return int(np.argmin(differences)), min(differences)
