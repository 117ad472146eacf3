/** A photo that was chosen, and its cartoon: both as files, not as pixels. */

import { read } from "./photos.js";

export class Drawing {
  /** @type {"waiting" | "drawn" | "failed"} */
  state = "waiting";
  /** @type {Blob | null} Stays until there is another. */
  cartoon = null;
  /** @type {import("./failures.js").Failure | null} */
  failure = null;
  /** How the cartoon came about, in a sentence. */
  summary = "";
  #side = 0;

  /** @param {File} file */
  constructor(file) {
    this.file = file;
  }

  /** Of its file, without the ending. */
  get name() {
    return this.file.name.replace(/\.[^.]*$/, "") || "photo";
  }

  /** Whether it failed for good, and never had a cartoon. */
  get unreadable() {
    return !this.cartoon && this.failure?.retry === false;
  }

  wait() {
    this.state = "waiting";
    this.failure = null;
  }

  /** @param {number} side What the photo was reduced to. */
  finish(cartoon, summary, side) {
    Object.assign(this, { state: "drawn", failure: null, cartoon, summary });
    this.#side = side;
  }

  /** @param {import("./failures.js").Failure} failure */
  fail(failure) {
    Object.assign(this, { state: "failed", failure });
  }

  /** The photo as its cartoon was made of it, or of `side` without one. */
  read(side) {
    return read(this.file, this.#side || side);
  }
}
