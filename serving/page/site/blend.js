/** A cartoon laid over its photo with some strength, on a canvas. */

/**
 * Draws photo and cartoon at the cartoon's size.
 *
 * @param {HTMLCanvasElement} canvas Takes that size.
 * @param {HTMLCanvasElement} photo
 * @param {ImageBitmap} cartoon
 * @param {number} strength 0 is the photo, 1 the cartoon.
 */
export function blend(canvas, photo, cartoon, strength) {
  const { width, height } = cartoon;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(photo, 0, 0, width, height);
  context.globalAlpha = strength;
  context.drawImage(cartoon, 0, 0);
}

/** Shows a picture on a canvas that takes its size. */
export function copy(canvas, picture) {
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d").drawImage(picture, 0, 0);
}
