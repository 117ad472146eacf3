import base64
import collections
import html.parser
import io
import os
import sys

import PIL.Image
import pytest

from cartoongan_tf.data import folder_scan
from cartoongan_tf.data import synthetic_scenes
from cartoongan_tf.images import pictures
from cartoongan_tf.prepare import folder_check
from cartoongan_tf.prepare import html_report
from cartoongan_tf.prepare import rules
from cartoongan_tf.prepare.rules import Severity

EVIL = "<script>alert(1)</script> & größe ✓.png".replace("/", "\u2215")


class Page(html.parser.HTMLParser):
    """Parser that collects tags, texts and images of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags = collections.Counter()
        self.images, self.texts, self.links = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        for name, value in attributes:
            if name in ("src", "href"):
                self.images.append(value)

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(self.texts)


@pytest.fixture
def paths(tmp_path):
    names = ("a b.png", EVIL, *(f"{i}.png" for i in range(40)))
    for name in names:
        path = tmp_path / "frames" / name
        pictures.write_png(path, synthetic_scenes.draw_scene(1, 64))
    return sorted((tmp_path / "frames").iterdir())


@pytest.fixture
def folder(paths):
    scan = folder_scan.FolderScan(paths[0].parent, paths, [], {}, {})
    return folder_check.Folder(rules.CARTOONS, scan, {})


@pytest.fixture
def write(tmp_path, folder):
    def write(*found):
        report = tmp_path / "report.html"
        html_report.write_report(report, [folder], found)
        return Page(report.read_text("utf-8"))

    return write


def test_pictures_are_embedded(write):
    page = write()
    (source,) = page.images
    kind, data = source.split(",")
    assert kind == "data:image/jpeg;base64"
    sheet = PIL.Image.open(io.BytesIO(base64.b64decode(data)))
    assert sheet.format == "JPEG"
    assert min(sheet.size) > 300


def test_findings_show_some_pictures_and_list_all(write, paths):
    finding = rules.Finding(
        Severity.WARNING, "odd", "What to do.", paths, {paths[1]: "why"}
    )
    page = write(finding)
    assert len(page.images) == 2
    assert "What to do." in page.text
    assert "warning: odd" in page.text
    assert page.tags["li"] == len(paths)
    assert f"{paths[1]}: why" in page.text
    assert page.tags["details"] == 1


def test_names_are_escaped(write, paths):
    evil = next(path for path in paths if "script" in path.name)
    finding = rules.Finding(
        Severity.NOTE, "<b>t</b>", "a < b", [evil], {evil: "<i>"}
    )
    page = write(finding)
    assert page.tags["script"] == page.tags["b"] - 1 == page.tags["i"] == 0
    assert f"{evil}: <i>" in page.text
    assert "<b>t</b>" in page.text
    assert "a < b" in page.text


def test_broken_files_are_listed_only(write, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"")
    page = write(rules.Finding(Severity.ERROR, "bad", "Fix.", [bad]))
    assert len(page.images) == 1
    assert str(bad) in page.text
    assert "Not ready" in page.text


@pytest.mark.skipif(sys.platform != "linux", reason="names are text there")
def test_undecodable_names_are_shown_and_listed(write, tmp_path):
    odd = tmp_path / os.fsdecode(b"\xff.png")
    pictures.write_png(odd, synthetic_scenes.draw_scene(1, 64))
    page = write(rules.Finding(Severity.NOTE, "odd", "Look.", [odd]))
    assert len(page.images) == 2
    assert "?.png" in page.text


def test_a_report_replaces_the_previous_one(write):
    write(rules.Finding(Severity.ERROR, "broken", "Fix."))
    page = write()
    assert "Fix." not in page.text
    assert "Ready to train." in page.text
