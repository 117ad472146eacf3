import cv2
import pytest

from cartoongan_tf.training import loss_plot
from cartoongan_tf.training import run_log


def test_losses_of_both_phases_are_drawn(tmp_path):
    log = run_log.RunLog(tmp_path, -1)
    log.add_losses(1, "warm_up", {"content_loss": 500.0})
    for step in range(2, 100):
        values = {"content_loss": 300.0 - step, "adversarial_loss": 0.5}
        log.add_losses(step, "adversarial", values)
    log.close()
    loss_plot.plot_losses(tmp_path)
    picture = cv2.imread(str(tmp_path / "losses.png"))
    assert picture.shape == (700, 1500, 3)
    blue, green, red = picture.reshape(-1, 3).T.astype(int)
    assert ((blue - red > 50) & (blue - green > 20)).sum() > 300


def panels_of(tmp_path, **values):
    log = run_log.RunLog(tmp_path, -1)
    for step in range(1, 4):
        log.add_losses(step, "adversarial", values)
    log.close()
    figure = loss_plot.draw_losses(run_log.read_table(tmp_path))
    return {panel.get_title(): panel for panel in figure.axes}


def test_each_logged_loss_has_a_panel(tmp_path):
    panels = panels_of(
        tmp_path, content_loss=300.0, total_loss=1.0, content_grad_norm=0.1
    )
    assert list(panels) == [
        "content loss",
        "total loss",
        "gradient norm of each loss",
    ]


def test_the_color_loss_has_a_panel_if_it_has_a_weight(tmp_path):
    panels = panels_of(tmp_path, content_loss=300.0, color_loss=0.2)
    assert panels["color loss"].lines[0].get_ydata() == pytest.approx([0.2] * 3)


def test_gradient_norms_share_a_panel_with_a_legend(tmp_path):
    panels = panels_of(
        tmp_path, total_loss=1.0, content_grad_norm=0.1, color_grad_norm=0.02
    )
    panel = panels["gradient norm of each loss"]
    names = [text.get_text() for text in panel.get_legend().get_texts()]
    assert names == ["content", "color"]
    assert panel.get_yscale() == "log"
    colors = {line.get_color() for line in panel.get_lines()}
    assert len(colors) == 2


def test_a_log_without_steps_is_drawn(tmp_path):
    run_log.RunLog(tmp_path, -1).close()
    loss_plot.plot_losses(tmp_path)
    assert (tmp_path / "losses.png").exists()


def test_a_run_without_a_log_has_no_plot(tmp_path):
    loss_plot.plot_losses(tmp_path)
    assert not (tmp_path / "losses.png").exists()
