/** Files that browsers can show -> photos of at most so many pixels a side. */

import { Failure } from "./failures.js";

const HEIC = /^image\/hei[cf]|\.hei[cf]$/i;
const MOST_PIXELS = 2 ** 24; // Safari's canvases hold no more.
const NO_PICTURE = /^(text|audio|video)\/|^application\/(?!octet-stream)/;

/**
 * @typedef {object} Photo
 * @property {File} file
 * @property {boolean} lossless Whether its file was a PNG.
 * @property {HTMLCanvasElement} canvas Upright, opaque.
 * @property {number} fullWidth In pixels, before it was reduced.
 * @property {number} fullHeight
 */

/**
 * Decodes a file, turns it upright and reduces it.
 *
 * @param {File} file
 * @param {number} longest The most pixels of its longer side.
 * @returns {Promise<Photo>}
 * @throws {Failure} If the browser cannot decode it.
 */
export async function read(file, longest) {
  const bitmap = await decode(file);
  const { width, height } = bitmap;
  const scale = Math.min(
    1,
    longest / Math.max(width, height),
    Math.sqrt(MOST_PIXELS / (width * height)),
  );
  const canvas = scaled(bitmap, width * scale, height * scale);
  bitmap.close();
  return {
    file,
    lossless: file.type === "image/png",
    canvas,
    fullWidth: width,
    fullHeight: height,
  };
}

/** A picture at another size, on white where it is transparent. */
export function scaled(picture, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Encoded as `type`, `image/png` or `image/jpeg` at quality 95. */
export function encode(canvas, type) {
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("out of memory"))),
      type,
      0.95,
    ),
  );
}

async function decode(file) {
  try {
    return await createImageBitmap(file);
  } catch {
    throw new Failure(reason(file));
  }
}

function reason(file) {
  if (HEIC.test(file.type) || HEIC.test(file.name)) {
    return (
      "This browser cannot read HEIC photos. Save it as JPEG and try that; " +
      "an iPhone takes JPEG photos with Settings, Camera, Formats, " +
      "Most Compatible."
    );
  }
  if (file.size === 0) return `${file.name} is empty.`;
  if (NO_PICTURE.test(file.type)) {
    return `${file.name} is not a picture. Choose a JPEG, PNG or WebP file.`;
  }
  return (
    `This browser cannot read ${file.name}: it is damaged, too large, ` +
    "or not a picture. JPEG, PNG and WebP files work."
  );
}
