/** The divider between a photo and its cartoon, by pointer and keyboard. */

const STEPS = {
  ArrowLeft: -2,
  ArrowDown: -2,
  ArrowRight: 2,
  ArrowUp: 2,
  PageDown: -20,
  PageUp: 20,
  Home: -100,
  End: 100,
};

export class Slider {
  #figure;
  #divider;
  #percent = 50;

  /**
   * @param {HTMLElement} figure Reacts to pointers; has `--at` set.
   * @param {HTMLElement} divider Of role slider; reacts to keys.
   */
  constructor(figure, divider) {
    this.#figure = figure;
    this.#divider = divider;
    divider.addEventListener("keydown", (event) => this.#onKey(event));
    figure.addEventListener("pointerdown", (event) => this.#onPress(event));
    figure.addEventListener("pointermove", (event) => {
      if (figure.hasPointerCapture(event.pointerId)) this.#follow(event);
    });
    this.move(50);
  }

  /** How much of the photo is seen, 0 to 100, from the left. */
  get percent() {
    return this.#percent;
  }

  move(percent) {
    this.#percent = Math.min(100, Math.max(0, percent));
    const rounded = Math.round(this.#percent);
    this.#figure.style.setProperty("--at", `${this.#percent}%`);
    this.#divider.setAttribute("aria-valuenow", rounded);
    this.#divider.setAttribute(
      "aria-valuetext",
      `${rounded} % photo, ${100 - rounded} % cartoon`,
    );
  }

  /** Wipes from the photo to half of the cartoon, unless motion is unwanted. */
  reveal() {
    this.#figure.classList.remove("sweeping");
    this.move(100);
    this.#figure.getBoundingClientRect(); // so that the sweep has a start
    this.#figure.classList.add("sweeping");
    this.move(50);
  }

  #onKey(event) {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#figure.classList.remove("sweeping");
    this.move(this.#percent + step);
  }

  #onPress(event) {
    if (event.button !== 0) return;
    this.#figure.classList.remove("sweeping");
    this.#figure.setPointerCapture(event.pointerId);
    this.#divider.focus({ preventScroll: true });
    event.preventDefault();
    this.#follow(event);
  }

  #follow(event) {
    const { left, width } = this.#figure.getBoundingClientRect();
    this.move((100 * (event.clientX - left)) / width);
  }
}
