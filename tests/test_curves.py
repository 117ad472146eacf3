import cv2

from cartoongan_tf import curves
from cartoongan_tf import run_log


def test_losses_of_both_phases_are_drawn(tmp_path):
    log = run_log.RunLog(tmp_path, -1)
    log.add_losses(1, "warm_up", {"content_loss": 500.0})
    for step in range(2, 100):
        values = {"content_loss": 300.0 - step, "adversarial_loss": 0.5}
        log.add_losses(step, "adversarial", values)
    log.close()
    curves.plot_losses(tmp_path)
    picture = cv2.imread(str(tmp_path / "losses.png"))
    assert picture.shape == (700, 1500, 3)
    blue, green, red = picture.reshape(-1, 3).T.astype(int)
    assert ((blue - red > 50) & (blue - green > 20)).sum() > 300


def test_a_run_without_a_log_has_no_curves(tmp_path):
    curves.plot_losses(tmp_path)
    assert not (tmp_path / "losses.png").exists()
