/** Cartoons from this browser: nothing is sent anywhere. */

import { Failure } from "./failures.js";
import { scaled } from "./photos.js";
import { fit } from "./tensors.js";

export class BrowserEngine {
  #addresses;
  #worker = null;
  #opened = null;

  /** @param {{runtime: string, model: string}} addresses As the server says. */
  constructor({ runtime, model }) {
    this.#addresses = {
      runtime: new URL(runtime, document.baseURI).href,
      model: new URL(model, document.baseURI).href,
    };
  }

  /**
   * @param {import("./photos.js").Photo} photo
   * @param {{signal: AbortSignal, report: (step: string) => void}} options
   * @returns {Promise<ImageBitmap>} Never larger than the model's size.
   * @throws {Failure} If LiteRT or the model does not run here.
   */
  async cartoonize(photo, { signal, report }) {
    if (!this.#opened) report("Fetching the model");
    const { sizes } = await this.#open(signal);
    report("Drawing in this browser");
    const place = fit(sizes, photo.canvas.width, photo.canvas.height);
    const { width, height } = place;
    const pixels = scaled(photo.canvas, width, height)
      .getContext("2d")
      .getImageData(0, 0, width, height).data;
    const draw = { draw: { pixels, fit: place } };
    const drawn = await this.#ask(draw, signal, [pixels.buffer]);
    return createImageBitmap(new ImageData(drawn.pixels, width, height));
  }

  /** Starts the worker and the model once; anew after a failure. */
  #open(signal) {
    if (!this.#opened) {
      this.#worker = new Worker(new URL("browser_worker.js", import.meta.url));
      this.#opened = this.#ask({ open: this.#addresses }, signal);
    }
    return this.#opened;
  }

  #ask(message, signal, transfer = []) {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const fail = (error) => {
        this.#close(worker);
        reject(error);
      };
      // A network in WebAssembly stops for nothing but its worker's end.
      const abort = () => fail(signal.reason);
      if (signal.aborted) return abort();
      signal.addEventListener("abort", abort, { once: true });
      worker.onerror = (event) => fail(failure(event.message));
      worker.onmessage = ({ data }) => {
        signal.removeEventListener("abort", abort);
        data.problem ? fail(failure(data.problem)) : resolve(data);
      };
      worker.postMessage(message, transfer);
    });
  }

  #close(worker) {
    worker.terminate();
    if (this.#worker === worker) this.#worker = this.#opened = null;
  }
}

function failure(problem) {
  return new Failure(
    `The model does not run in this browser (${problem}). ` +
      "Let the server draw instead.",
    { retry: true },
  );
}
