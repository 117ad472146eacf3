/** All ways of photos into the page: drop, paste, choose, take. */

import * as camera from "./camera.js";
import { Failure } from "./failures.js";

const element = (id) => document.getElementById(id);

/**
 * @param {(files: File[]) => void} onFiles Called with photos.
 * @param {(error: Error) => void} onError Called where there is none.
 */
export function watch(onFiles, onError) {
  watchInput(element("file"), onFiles);
  watchInput(element("capture"), onFiles);
  watchDrops(onFiles, onError);
  watchPastes(onFiles);
  for (const id of ["choose", "another"]) {
    element(id).addEventListener("click", () => element("file").click());
  }
  for (const button of document.querySelectorAll(".take")) {
    button.addEventListener("click", () => take(onFiles, onError));
  }
  offerCamera();
  navigator.mediaDevices?.addEventListener("devicechange", offerCamera);
}

async function offerCamera() {
  const present = await camera.present().catch(() => false);
  for (const button of document.querySelectorAll(".take")) {
    button.hidden = !present;
  }
}

async function take(onFiles, onError) {
  if (camera.phone()) return element("capture").click();
  try {
    const file = await camera.shoot(element("camera"));
    if (file) onFiles([file]);
  } catch (error) {
    onError(error);
  }
}

function watchInput(input, onFiles) {
  input.addEventListener("change", () => {
    const files = [...input.files];
    if (files.length) onFiles(files);
    input.value = ""; // so that the same file can be chosen again
  });
}

function watchDrops(onFiles, onError) {
  const body = document.body;
  body.addEventListener("dragover", (event) => {
    event.preventDefault();
    body.classList.add("dragging");
  });
  body.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) body.classList.remove("dragging");
  });
  body.addEventListener("drop", (event) => {
    event.preventDefault();
    body.classList.remove("dragging");
    const files = [...event.dataTransfer.files];
    if (files.length) onFiles(files);
    else onError(new Failure("That was no file. Drop a photo from a folder."));
  });
}

function watchPastes(onFiles) {
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    onFiles(files);
  });
}
