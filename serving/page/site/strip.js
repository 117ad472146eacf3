/** Small pictures of all photos that were chosen together, each a button. */

import { copy } from "./blend.js";
import { read, scaled } from "./photos.js";

const SIDE = 144; // pixels

export class Strip {
  #list;
  #onChoose;
  #buttons = new Map();

  /**
   * @param {HTMLElement} list
   * @param {(drawing: import("./drawing.js").Drawing) => void} onChoose
   */
  constructor(list, onChoose) {
    this.#list = list;
    this.#onChoose = onChoose;
  }

  /** Shows these photos in the place of others; one needs no strip. */
  async show(drawings) {
    const buttons = new Map();
    if (drawings.length > 1) {
      drawings.forEach((each) => buttons.set(each, this.#button(each)));
    }
    this.#buttons = buttons;
    this.#list.replaceChildren(...[...buttons.values()].map(item));
    for (const [drawing, button] of buttons) {
      if (this.#buttons !== buttons) return;
      this.update(drawing);
      const photo = await read(drawing.file, SIDE).catch(() => null);
      if (photo && drawing.state !== "drawn") {
        copy(button.querySelector("canvas"), photo.canvas);
      }
    }
  }

  /** @param {import("./drawing.js").Drawing} drawing Is another now. */
  async update(drawing) {
    const button = this.#buttons.get(drawing);
    if (!button) return;
    const { file, state, failure, cartoon } = drawing;
    button.dataset.state = state;
    button.title = failure ? `${file.name}: ${failure.message}` : file.name;
    const words = failure ? `failed. ${failure.message}` : state;
    button.setAttribute("aria-label", `${file.name}, ${words}`);
    if (state !== "drawn") return;
    const bitmap = await createImageBitmap(cartoon);
    const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    copy(button.querySelector("canvas"), scaled(bitmap, width, height));
    bitmap.close();
  }

  /** @param {import("./drawing.js").Drawing} drawing Is seen large. */
  mark(drawing) {
    for (const [each, button] of this.#buttons) {
      button.setAttribute("aria-pressed", each === drawing);
    }
  }

  #button(drawing) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(document.createElement("canvas"));
    button.addEventListener("click", () => this.#onChoose(drawing));
    return button;
  }
}

function item(button) {
  const item = document.createElement("li");
  item.append(button);
  return item;
}
