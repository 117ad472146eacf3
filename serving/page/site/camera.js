/** One photo from a camera: the phone's own app, or a finder in the page. */

import { Failure } from "./failures.js";

/** Whether there is anything to take a photo with. */
export async function present() {
  if (phone()) return true;
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.some(({ kind }) => kind === "videoinput");
}

/** Whether its own camera app is the better finder. */
export function phone() {
  return matchMedia("(hover: none) and (pointer: coarse)").matches;
}

/**
 * Shows the finder until a photo is taken or the dialog is closed.
 *
 * @param {HTMLDialogElement} dialog Holds a video and two buttons.
 * @returns {Promise<File | null>} Null where the user left.
 * @throws {Failure} If the camera cannot be used.
 */
export async function shoot(dialog) {
  const finder = dialog.querySelector("video");
  const stream = await open();
  try {
    finder.srcObject = stream;
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((done) => {
      dialog.addEventListener("close", done, { once: true });
      dialog.querySelector("#shoot").onclick = () => dialog.close("taken");
      dialog.querySelector("#leave").onclick = () => dialog.close();
    });
    return dialog.returnValue === "taken" ? await frame(finder) : null;
  } finally {
    stream.getTracks().forEach((track) => track.stop());
    finder.srcObject = null;
  }
}

async function open() {
  const video = { facingMode: "environment", width: { ideal: 1920 } };
  try {
    return await navigator.mediaDevices.getUserMedia({ video });
  } catch (error) {
    throw new Failure(
      error.name === "NotAllowedError"
        ? "The browser does not let this page use the camera. Allow it in " +
            "the address bar, or choose a file."
        : "The camera cannot be used. Another program may have it; or " +
            "choose a file.",
    );
  }
}

async function frame(finder) {
  const canvas = document.createElement("canvas");
  canvas.width = finder.videoWidth;
  canvas.height = finder.videoHeight;
  canvas.getContext("2d").drawImage(finder, 0, 0);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  return new File([blob], "camera.png", { type: blob.type });
}
