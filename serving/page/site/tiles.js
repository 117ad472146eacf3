/**
 * A photo in overlapping tiles of a network's fixed size.
 *
 * Each tile sees as much around its kept part as a pixel depends on, and lies
 * where the network's strides do, so that what is kept is what the network
 * would make of the whole photo. Beyond its lower and right border the photo
 * is mirrored, up to the next stride, or to the size of one tile.
 */

/**
 * @typedef {object} Span Rows or columns of a tile.
 * @property {number} start The first that the network sees.
 * @property {number} first The first that is kept.
 * @property {number} end Behind the last that is kept.
 */

/**
 * @typedef {object} Plan
 * @property {string} name The signature.
 * @property {number} columns Of its tensor.
 * @property {number} rows Of its tensor.
 * @property {number} width What the photo is reduced to, in pixels.
 * @property {number} height
 * @property {{across: Span, down: Span}[]} tiles Row by row.
 */

/**
 * Chooses the signature with least to compute; without tiles, or where they
 * would be all margin, the one that keeps most of the photo.
 *
 * @param {{name: string, width: number, height: number}[]} sizes
 * @param {number} width Of the photo, in pixels.
 * @param {number} height
 * @param {{margin: number, stride: number} | null} tiling How tiles must lie;
 *   null if the network's cannot be joined.
 * @returns {Plan}
 */
export function plan(sizes, width, height, tiling) {
  const plans = sizes.map(
    (size) => cut(size, width, height, tiling) ?? reduced(size, width, height),
  );
  const area = ({ width, height }) => width * height;
  const cost = ({ rows, columns, tiles }) => rows * columns * tiles.length;
  const [best] = plans.toSorted(
    (one, other) =>
      area(other) - area(one) ||
      cost(one) - cost(other) ||
      one.tiles.length - other.tiles.length,
  );
  return best;
}

function cut(size, width, height, tiling) {
  const across = spans(width, size.width, tiling);
  const down = spans(height, size.height, tiling);
  if (!across || !down) return null;
  const tiles = down.flatMap((rows) =>
    across.map((columns) => ({ across: columns, down: rows })),
  );
  return {
    name: size.name,
    columns: size.width,
    rows: size.height,
    width,
    height,
    tiles,
  };
}

/** All of it in one tile. */
function reduced(size, width, height) {
  const scale = Math.min(1, size.width / width, size.height / height);
  const side = (length) => Math.max(1, Math.round(length * scale));
  return cut(size, side(width), side(height), null);
}

/** Cuts one side of a photo; null where that cannot be. */
function spans(length, side, tiling) {
  if (length <= side) return [{ start: 0, first: 0, end: length }];
  if (!tiling) return null;
  const { margin, stride } = tiling;
  const farthest = Math.floor((side - 2 * margin) / stride); // in strides
  if (farthest < 1) return null;
  const strides = Math.ceil((length - side) / stride);
  const count = 1 + Math.ceil(strides / farthest);
  const starts = Array.from(
    { length: count },
    (_, tile) => stride * Math.floor((tile * strides) / (count - 1)),
  );
  // Each cut lies in the middle of what two tiles see.
  const cuts = starts.slice(1).map((start, tile) =>
    Math.floor((start + starts[tile] + side) / 2),
  );
  return starts.map((start, tile) => ({
    start,
    first: cuts[tile - 1] ?? 0,
    end: cuts[tile] ?? length,
  }));
}
