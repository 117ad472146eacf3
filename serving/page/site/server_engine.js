/** Cartoons from the server, over TensorFlow Serving's REST protocol. */

import { Failure } from "./failures.js";
import { encode } from "./photos.js";

const PLACE = /^image_bytes\[\d+\]:? /;

/**
 * @param {import("./photos.js").Photo} photo
 * @param {{style: string, signal: AbortSignal}} options
 * @returns {Promise<Blob>}
 * @throws {Failure} If the server refuses, is busy or is gone.
 */
export async function cartoonize(photo, { style, signal }) {
  const type = photo.lossless ? "image/png" : "image/jpeg";
  const body = { instances: [{ b64: await base64(photo.canvas, type) }] };
  const response = await ask(style, JSON.stringify(body), signal);
  if (!response.ok) throw await refusal(response);
  const { predictions } = await response.json();
  return blob(predictions[0].b64);
}

async function ask(style, body, signal) {
  const path = `v1/models/${encodeURIComponent(style)}:predict`;
  const headers = { "Content-Type": "application/json" };
  try {
    const url = new URL(path, document.baseURI);
    return await fetch(url, { method: "POST", headers, body, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Failure(
      "The server does not answer. It may have been stopped, or the network " +
        "is down.",
      { retry: true },
    );
  }
}

/** What a status means, and the server's own sentence where it has one. */
async function refusal(response) {
  const { error = "" } = await response.json().catch(() => ({}));
  const sentence = error.replace(PLACE, "The picture ");
  switch (response.status) {
    case 400:
      return new Failure(`The server refused the picture. ${sentence}`);
    case 404:
      return new Failure(`The server no longer has this style. ${sentence}`);
    case 413:
      return new Failure(
        "The picture is too large for the server. Choose a shorter longest " +
          "side.",
      );
    case 429:
    case 503:
      return new Failure(
        "The server is busy with other pictures. Try again in a moment.",
        { retry: true },
      );
    case 408:
    case 504:
      return new Failure(
        "The server took too long. Try again, or choose a shorter longest " +
          "side.",
        { retry: true },
      );
    default:
      return new Failure(
        `The server failed with ${response.status}. ${sentence}`,
        { retry: true },
      );
  }
}

async function base64(canvas, type) {
  const reader = new FileReader();
  const done = new Promise((resolve, reject) => {
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
  });
  reader.readAsDataURL(await encode(canvas, type));
  const url = await done;
  return url.slice(url.indexOf(",") + 1);
}

function blob(text) {
  return new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]);
}
