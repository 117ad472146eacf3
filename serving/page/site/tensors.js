/**
 * Pixels <-> what a network takes and gives.
 *
 * Pixels are RGBA, 0 to 255, row by row, as a canvas has them. Tensors are
 * float32 in [-1, 1] of shape (1, height, width, 3). Networks have fixed
 * sizes: a photo lies in the upper left corner, its mirror image fills the
 * rest, and the cartoon is cut out.
 */

/**
 * @typedef {object} Fit
 * @property {string} name The signature.
 * @property {number} columns Of its tensor.
 * @property {number} rows Of its tensor.
 * @property {number} width Of the photo inside, in pixels.
 * @property {number} height
 */

/**
 * Chooses the signature that keeps most of a photo, then the fastest.
 *
 * @param {{name: string, width: number, height: number}[]} sizes
 * @param {number} width Of the photo, in pixels.
 * @param {number} height
 * @returns {Fit}
 */
export function fit(sizes, width, height) {
  const scale = (size) =>
    Math.min(1, size.width / width, size.height / height);
  const area = (size) => size.width * size.height;
  const [best] = sizes.toSorted(
    (one, other) => scale(other) - scale(one) || area(one) - area(other),
  );
  return {
    name: best.name,
    columns: best.width,
    rows: best.height,
    width: Math.max(1, Math.round(width * scale(best))),
    height: Math.max(1, Math.round(height * scale(best))),
  };
}

/** Pixels of `width` x `height` -> a tensor of `columns` x `rows`. */
export function fromPixels(pixels, { width, height, columns, rows }) {
  const tensor = new Float32Array(rows * columns * 3);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const start = mirrored(row, height) * width;
    for (let column = 0; column < columns; column++) {
      const from = 4 * (start + mirrored(column, width));
      for (let channel = 0; channel < 3; channel++) {
        tensor[at++] = pixels[from + channel] / 127.5 - 1;
      }
    }
  }
  return tensor;
}

/** The upper left corner of a tensor as pixels; they round by themselves. */
export function toPixels(tensor, { width, height, columns }) {
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = 3 * (row * columns + column);
      const to = 4 * (row * width + column);
      for (let channel = 0; channel < 3; channel++) {
        pixels[to + channel] = (tensor[from + channel] + 1) * 127.5;
      }
    }
  }
  return pixels;
}

/** Where an index beyond the last of `count` lands between mirrors. */
function mirrored(index, count) {
  const period = Math.max(1, 2 * (count - 1));
  const inside = index % period;
  return Math.min(inside, period - inside);
}
