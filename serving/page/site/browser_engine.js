/** Cartoons from this browser: nothing is sent anywhere. */

import { Failure } from "./failures.js";
import { kept } from "./offline.js";
import { scaled } from "./photos.js";
import { plan } from "./tiles.js";

export class BrowserEngine {
  #addresses;
  #tiling;
  #worker = null;
  #opened = null;

  /**
   * @param {object} browser As the server says.
   * @param {string} browser.runtime Address of LiteRT's files.
   * @param {string} browser.model
   * @param {{margin: number, stride: number} | null} browser.tiles
   */
  constructor({ runtime, model, tiles }) {
    this.#addresses = {
      runtime: new URL(runtime, document.baseURI).href,
      model: new URL(model, document.baseURI).href,
    };
    this.#tiling = tiles;
  }

  /**
   * @param {import("./photos.js").Photo} photo
   * @param {object} options
   * @param {AbortSignal} options.signal
   * @param {(step: string, share?: number, detail?: string) => void} options.report
   * @returns {Promise<{cartoon: Blob, chip: "webgpu" | "wasm"}>} Reduced to the
   *   model's size if that has no tiles.
   * @throws {Failure} If LiteRT or the model does not run here.
   */
  async cartoonize({ canvas }, { signal, report }) {
    if (!this.#opened) report("Fetching the model");
    await kept();
    const { sizes } = await this.#open(signal);
    const planned = plan(sizes, canvas.width, canvas.height, this.#tiling);
    const { width, height, tiles } = planned;
    const whole = width === canvas.width && height === canvas.height;
    const { data: pixels } = (whole ? canvas : scaled(canvas, width, height))
      .getContext("2d")
      .getImageData(0, 0, width, height);
    const draw = { photo: { pixels, width, height }, plan: planned };
    const onTile = (tile) => {
      const count = tiles.length;
      const which = count > 1 ? `tile ${tile + 1} of ${count}` : "";
      report("Drawing in this browser", tile / count, which);
    };
    return this.#ask({ draw }, signal, { transfer: [pixels.buffer], onTile });
  }

  /** Starts the worker and the model once; anew after a failure. */
  #open(signal) {
    if (!this.#opened) {
      this.#worker = new Worker(new URL("browser_worker.js", import.meta.url));
      this.#opened = this.#ask({ open: this.#addresses }, signal);
    }
    return this.#opened;
  }

  #ask(message, signal, { transfer = [], onTile } = {}) {
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
        if ("tile" in data) return onTile(data.tile);
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
