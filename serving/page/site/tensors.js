/**
 * Pixels <-> what a network takes and gives.
 *
 * Pixels are RGBA, 0 to 255, row by row, as a canvas has them. Tensors are
 * float32 in [-1, 1] of shape (1, height, width, 3).
 */

/**
 * What the network sees of a tile; beyond the photo's border, its mirror image.
 *
 * @param {{pixels: Uint8ClampedArray, width: number, height: number}} photo
 * @param {{across: Span, down: Span}} tile Spans as in `tiles.js`.
 * @param {{rows: number, columns: number}} size Of the tensor.
 * @returns {Float32Array}
 */
export function fromPixels({ pixels, width, height }, tile, { rows, columns }) {
  const tensor = new Float32Array(rows * columns * 3);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const start = mirrored(tile.down.start + row, height) * width;
    for (let column = 0; column < columns; column++) {
      const from = 4 * (start + mirrored(tile.across.start + column, width));
      for (let channel = 0; channel < 3; channel++) {
        tensor[at++] = pixels[from + channel] / 127.5 - 1;
      }
    }
  }
  return tensor;
}

/**
 * Puts what is kept of a tile in its place; pixels round by themselves.
 *
 * @param {Float32Array} tensor
 * @param {{across: Span, down: Span}} tile
 * @param {{columns: number}} size Of the tensor.
 * @param {{pixels: Uint8ClampedArray, width: number}} cartoon Is written to.
 */
export function toPixels(tensor, { across, down }, { columns }, cartoon) {
  for (let row = down.first; row < down.end; row++) {
    for (let column = across.first; column < across.end; column++) {
      const from =
        3 * ((row - down.start) * columns + (column - across.start));
      const to = 4 * (row * cartoon.width + column);
      for (let channel = 0; channel < 3; channel++) {
        cartoon.pixels[to + channel] = (tensor[from + channel] + 1) * 127.5;
      }
      cartoon.pixels[to + 3] = 255;
    }
  }
}

/** Where an index beyond the last of `count` lands between mirrors. */
function mirrored(index, count) {
  const period = Math.max(1, 2 * (count - 1));
  const inside = index % period;
  return Math.min(inside, period - inside);
}
