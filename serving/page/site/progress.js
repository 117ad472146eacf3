/** What is being done, how much of it is done: seen, and read aloud. */

const CERTAIN = 2; // seconds before the time left is told

export class Progress {
  #bar;
  #step;
  #time;
  #status;
  #timer;
  #start;
  #end;

  /**
   * @param {HTMLElement} working Seen while something is done: a bar, a step
   *   and the time.
   * @param {HTMLElement} status A live region, read aloud.
   */
  constructor(working, status) {
    this.#bar = working.querySelector(".bar");
    this.#step = working.querySelector("#step");
    this.#time = working.querySelector("#time");
    this.#status = status;
  }

  start() {
    this.#start = performance.now();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tell(), 200);
  }

  /**
   * @param {string} step
   * @param {number} share Of all that is to be done, 0 where nobody knows.
   * @param {string} detail Is not read aloud.
   */
  report(step, share, detail) {
    const elapsed = performance.now() - this.#start;
    this.#end = share > 0 ? this.#start + elapsed / share : Infinity;
    this.#bar.classList.toggle("measured", share > 0);
    this.#bar.style.setProperty("--share", share);
    this.#step.textContent = `${step}${detail && `: ${detail}`} …`;
    this.#say(`${step} …`);
    this.#tell();
  }

  /** @param {string} sentence The outcome. */
  stop(sentence) {
    clearInterval(this.#timer);
    this.#say(sentence);
  }

  #say(sentence) {
    if (this.#status.textContent !== sentence) {
      this.#status.textContent = sentence;
    }
  }

  #tell() {
    const now = performance.now();
    const elapsed = Math.floor((now - this.#start) / 1000);
    const left = Math.max(1, Math.ceil((this.#end - now) / 1000));
    const known = elapsed >= CERTAIN && left < Infinity;
    this.#time.textContent = known
      ? `${words(left)} left`
      : elapsed
        ? `${elapsed} s`
        : "";
  }
}

function words(seconds) {
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
