/** The server's styles to choose from, each with the user's photo in it. */

import { copy } from "./blend.js";
import { scaled } from "./photos.js";
import { cartoonize } from "./server_engine.js";

const SIDE = 128; // pixels

export class Styles {
  #group;
  #canvases = new Map();
  #photo = null; // the file that is seen in the styles
  #running = new AbortController();

  /** @param {HTMLFieldSetElement} group Gets a radio button for each. */
  constructor(group) {
    this.#group = group;
  }

  /** @param {string[]} names */
  offer(names) {
    for (const name of names) {
      const radio = document.createElement("input");
      Object.assign(radio, { type: "radio", name: "style", value: name });
      radio.setAttribute("form", "panel");
      const canvas = document.createElement("canvas");
      canvas.hidden = true;
      const text = document.createElement("span");
      text.textContent = name;
      const label = document.createElement("label");
      label.append(radio, canvas, text);
      this.#group.append(label);
      this.#canvases.set(name, canvas);
    }
    this.#group.querySelector("input").checked = true;
  }

  get count() {
    return this.#canvases.size;
  }

  get chosen() {
    return this.#group.querySelector(":checked").value;
  }

  /**
   * Asks for a small cartoon in one style after the other.
   *
   * @param {import("./photos.js").Photo} photo
   */
  async show(photo) {
    if (photo.file === this.#photo) return;
    this.#photo = photo.file;
    this.#running.abort();
    const { signal } = (this.#running = new AbortController());
    const { width, height } = photo.canvas;
    const scale = Math.min(1, SIDE / Math.max(width, height));
    const small = scaled(photo.canvas, width * scale, height * scale);
    try {
      for (const [style, canvas] of this.#canvases) {
        const asked = { ...photo, canvas: small };
        const cartoon = await cartoonize(asked, { style, signal });
        const bitmap = await createImageBitmap(cartoon);
        if (signal.aborted) return;
        copy(canvas, bitmap);
        canvas.hidden = false;
        bitmap.close();
      }
    } catch (error) {
      if (!signal.aborted) this.#hide(error);
    }
  }

  /** Pictures of another photo say nothing; the names stay. */
  #hide(error) {
    console.info("No pictures of styles:", error.message);
    this.#photo = null;
    for (const canvas of this.#canvases.values()) canvas.hidden = true;
  }
}
