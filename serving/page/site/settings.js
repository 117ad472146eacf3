/** What the panel offers, from what the server has. */

import { BrowserEngine } from "./browser_engine.js";
import { Failure } from "./failures.js";
import { cartoonize } from "./server_engine.js";

const element = (id) => document.getElementById(id);
// The browser's engine reduces by itself, to its model's size.
const BROWSER_SIDE = 2048;

export class Settings {
  #form = element("panel");
  #browser = null;
  #missing = false;

  /** @param {() => void} onChange Called where a cartoon would be another. */
  constructor(onChange) {
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("change", (event) => {
      if (event.target.id === "strength") return;
      this.#describe();
      onChange();
    });
  }

  /** Asks the server what there is. */
  async load() {
    const url = new URL("page/models.json", document.baseURI);
    const response = await fetch(url).catch(() => null);
    if (!response?.ok) {
      throw new Failure("The server does not say what styles it has.", {
        retry: true,
      });
    }
    const { models, browser } = await response.json();
    this.#offerStyles(models);
    if (browser) this.#offerBrowser(browser);
    this.#describe();
  }

  /** Pixels that a photo is reduced to. */
  get longest() {
    return this.#inBrowser ? BROWSER_SIDE : Number(element("side").value);
  }

  /** Draws a photo where the user wants it drawn. */
  cartoonize(photo, signal, report) {
    if (this.#inBrowser) {
      return this.#browser.cartoonize(photo, { signal, report });
    }
    report("Drawing on the server");
    return cartoonize(photo, { style: element("style").value, signal });
  }

  get #inBrowser() {
    return this.#form.elements.engine.value === "browser";
  }

  #offerStyles(models) {
    const options = models.map(({ name }) => new Option(name, name));
    element("style").replaceChildren(...options);
  }

  #offerBrowser({ runtime, model }) {
    this.#missing = !runtime;
    element("engines").hidden = false;
    const [, radio] = this.#form.elements.engine;
    radio.disabled = this.#missing;
    if (runtime) this.#browser = new BrowserEngine({ runtime, model });
  }

  #describe() {
    const inBrowser = this.#inBrowser;
    element("styles").hidden = inBrowser || element("style").length < 2;
    element("sides").hidden = inBrowser;
    element("privacy").textContent = inBrowser
      ? "The photo does not leave this browser. The first time takes longer."
      : "The photo is sent to the server, which does not keep it." +
        (this.#missing
          ? " To draw in this browser, run npm ci --prefix serving/page " +
            "where the server is, and start it again."
          : "");
  }
}
