/** What is being done, and for how long: seen, and read aloud. */

export class Progress {
  #step;
  #seconds;
  #status;
  #timer;

  /**
   * @param {HTMLElement} step Seen while something is done.
   * @param {HTMLElement} seconds Counts up beside it.
   * @param {HTMLElement} status A live region, read aloud.
   */
  constructor(step, seconds, status) {
    this.#step = step;
    this.#seconds = seconds;
    this.#status = status;
  }

  start(step) {
    this.report(step);
    const start = performance.now();
    const tick = () => {
      const seconds = Math.floor((performance.now() - start) / 1000);
      this.#seconds.textContent = seconds ? `${seconds} s` : "";
    };
    clearInterval(this.#timer);
    this.#timer = setInterval(tick, 200);
    tick();
  }

  report(step) {
    this.#step.textContent = `${step} …`;
    this.#status.textContent = `${step} …`;
  }

  /** @param {string} sentence The outcome. */
  stop(sentence = "") {
    clearInterval(this.#timer);
    this.#status.textContent = sentence;
  }
}
