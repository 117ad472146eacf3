/** The large pictures: a photo, and beside it its cartoon under a slider. */

import { blend, copy } from "./blend.js";
import { Slider } from "./slider.js";

const element = (id) => document.getElementById(id);

export class Stage {
  #slider = new Slider(element("comparison"), element("divider"));
  #photo = null;
  #cartoon = null;

  constructor() {
    element("strength").addEventListener("input", () => this.#blend());
    this.clear();
  }

  /** Whether it shows a cartoon. */
  get complete() {
    return element("main").dataset.view === "cartoon";
  }

  /** Of the cartoon, 0 to 1. */
  get strength() {
    return element("strength").valueAsNumber / 100;
  }

  clear() {
    this.#view("welcome");
  }

  /** @param {import("./photos.js").Photo} photo */
  showPhoto({ canvas }) {
    this.#photo = canvas;
    copy(element("photo"), canvas);
    const ratio = canvas.width / canvas.height;
    element("comparison").style.setProperty("--ratio", ratio);
    this.#view("photo");
  }

  /** @param {ImageBitmap} cartoon Of the photo that is shown. */
  showCartoon(cartoon) {
    this.#cartoon?.close();
    this.#cartoon = cartoon;
    this.#blend();
    this.#view("cartoon");
    this.#slider.reveal();
  }

  #blend() {
    const { value } = element("strength");
    element("percent").textContent = `${value} %`;
    blend(element("cartoon"), this.#photo, this.#cartoon, this.strength);
  }

  /** @param {"welcome" | "photo" | "cartoon"} name */
  #view(name) {
    element("main").dataset.view = name;
    for (const id of ["strength", "png", "jpeg"]) {
      element(id).disabled = name !== "cartoon";
    }
  }
}
