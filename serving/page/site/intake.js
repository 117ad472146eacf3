/** All ways of a photo into the page: drop, paste, choose, take. */

import * as camera from "./camera.js";
import { Failure } from "./failures.js";

const element = (id) => document.getElementById(id);

/**
 * @param {(file: File) => void} onFile Called with each photo.
 * @param {(error: Error) => void} onError Called where there is none.
 */
export function watch(onFile, onError) {
  watchInput(element("file"), onFile);
  watchInput(element("capture"), onFile);
  watchDrops(onFile, onError);
  watchPastes(onFile);
  for (const id of ["choose", "another"]) {
    element(id).addEventListener("click", () => element("file").click());
  }
  for (const button of document.querySelectorAll(".take")) {
    button.addEventListener("click", () => take(onFile, onError));
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

async function take(onFile, onError) {
  if (camera.phone()) return element("capture").click();
  try {
    const file = await camera.shoot(element("camera"));
    if (file) onFile(file);
  } catch (error) {
    onError(error);
  }
}

function watchInput(input, onFile) {
  input.addEventListener("change", () => {
    const [file] = input.files;
    if (file) onFile(file);
    input.value = ""; // so that the same file can be chosen again
  });
}

function watchDrops(onFile, onError) {
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
    const [file] = event.dataTransfer.files;
    if (file) onFile(file);
    else onError(new Failure("That was no file. Drop a photo from a folder."));
  });
}

function watchPastes(onFile) {
  document.addEventListener("paste", (event) => {
    const [file] = event.clipboardData.files;
    if (!file) return;
    event.preventDefault();
    onFile(file);
  });
}
