/** What the panel offers, from what the server has. */

import { BrowserEngine } from "./browser_engine.js";
import { Failure } from "./failures.js";
import { keep } from "./offline.js";
import { cartoonize } from "./server_engine.js";
import { Styles } from "./styles.js";

const element = (id) => document.getElementById(id);
const CHIPS = { webgpu: " on the graphics chip", wasm: " on the processor" };
// Of a model without tiles, which reduces photos further by itself.
const LONGEST = 2048;

export class Settings {
  #form = element("panel");
  #styles = new Styles(element("styles"));
  #browser = null;
  #tiled = false;
  #missing = false;
  #alone = false; // without the server

  /** @param {() => void} onChange Called where a cartoon would be another. */
  constructor(onChange) {
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    for (const part of [this.#form, element("styles")]) {
      part.addEventListener("change", (event) => {
        if (event.target.id === "strength") return;
        this.#describe();
        onChange();
      });
    }
  }

  /** Asks the server what there is. */
  async load() {
    const url = new URL("page/models.json", document.baseURI);
    const response = await fetch(url).catch(() => null);
    if (!response?.ok) throw nothing();
    const { models, browser } = await response.json();
    if (browser) this.#offerBrowser(browser);
    if (models.length) this.#styles.offer(models.map(({ name }) => name));
    else this.#goAlone();
    this.#describe();
  }

  /** Pixels that a photo is reduced to. */
  get longest() {
    if (this.#inBrowser && !this.#tiled) return LONGEST;
    return Number(element("side").value);
  }

  /**
   * Draws a photo where the user wants it drawn.
   *
   * @param {import("./photos.js").Photo} photo
   * @param {AbortSignal} signal
   * @param {(step: string, share?: number, detail?: string) => void} report
   * @returns {Promise<{cartoon: Blob, by: string}>} And what drew it, in words
   *   behind "Drawn".
   */
  async cartoonize(photo, signal, report) {
    if (this.#inBrowser) {
      const options = { signal, report };
      const drawn = await this.#browser.cartoonize(photo, options);
      return { cartoon: drawn.cartoon, by: CHIPS[drawn.chip] };
    }
    report("Drawing on the server");
    const style = this.#styles.chosen;
    return { cartoon: await cartoonize(photo, { style, signal }), by: "" };
  }

  /** Shows a photo in all styles, where there are several. */
  preview(photo) {
    if (!this.#inBrowser && this.#styles.count > 1) this.#styles.show(photo);
  }

  get #inBrowser() {
    return this.#form.elements.engine.value === "browser";
  }

  #offerBrowser({ runtime, model, tiles }) {
    this.#missing = !runtime;
    this.#tiled = Boolean(tiles);
    element("engines").hidden = false;
    const [, radio] = this.#form.elements.engine;
    radio.disabled = this.#missing;
    if (!runtime) return;
    this.#browser = new BrowserEngine({ runtime, model, tiles });
    keep();
  }

  /** Without the server's styles there is only the browser's. */
  #goAlone() {
    if (!this.#browser) throw nothing();
    const [server, browser] = this.#form.elements.engine;
    server.disabled = true;
    browser.checked = true;
    this.#alone = true;
  }

  #describe() {
    const inBrowser = this.#inBrowser;
    element("styles").hidden = inBrowser || this.#styles.count < 2;
    element("sides").hidden = inBrowser && !this.#tiled;
    this.#offerFullSize(inBrowser);
    element("privacy").textContent = [
      this.#alone && "The server's styles cannot be reached now.",
      ...(inBrowser ? this.#ofBrowser() : this.#ofServer()),
    ]
      .filter(Boolean)
      .join(" ");
  }

  #ofBrowser() {
    return [
      "The photo does not leave this browser. The first time takes longer.",
      !this.#tiled &&
        "Large photos are reduced: this model cannot draw them in parts.",
    ];
  }

  #ofServer() {
    return [
      "The photo is sent to the server, which does not keep it.",
      this.#missing &&
        "To draw in this browser, run npm ci --prefix serving/page where the " +
          "server is, and start it again.",
    ];
  }

  /** Tiles take little memory; a server would need gigabytes. */
  #offerFullSize(possible) {
    const option = element("full");
    option.hidden = option.disabled = !possible;
    if (option.selected && !possible) element("side").value = "2048";
  }
}

function nothing() {
  const message = "The server does not say what styles it has.";
  return new Failure(message, { retry: true });
}
