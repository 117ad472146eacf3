/** The page: a photo comes in, an engine draws it, the stage shows both. */

import { blend, copy } from "./blend.js";
import { explain } from "./failures.js";
import { watch } from "./intake.js";
import { encode, read } from "./photos.js";
import { Progress } from "./progress.js";
import { Settings } from "./settings.js";
import { Slider } from "./slider.js";

const element = (id) => document.getElementById(id);
const main = element("main");
const slider = new Slider(element("comparison"), element("divider"));
const settings = new Settings(draw);
const progress = new Progress(
  element("step"),
  element("seconds"),
  element("status"),
);

let file = null; // what is to be drawn
let photo = null; // what has been drawn, and its cartoon
let cartoon = null;
let running = new AbortController();

/** Reads the file anew, at the size now wanted, and draws it. */
async function draw() {
  if (!file) return;
  running.abort();
  const { signal } = (running = new AbortController());
  const start = performance.now();
  begin();
  try {
    const next = await read(file, settings.longest);
    signal.throwIfAborted();
    showPhoto(next);
    const report = (step) => progress.report(step);
    const drawn = await settings.cartoonize(next, signal, report);
    signal.throwIfAborted();
    showCartoon(next, drawn);
    end(summary(performance.now() - start));
  } catch (error) {
    if (signal === running.signal) fail(error); // else a newer one runs
  }
}

function begin() {
  element("failure").hidden = true;
  main.toggleAttribute("data-busy", true);
  progress.start("Reading the photo");
}

function end(sentence) {
  main.removeAttribute("data-busy");
  progress.stop(sentence);
}

/** Says what went wrong; the last cartoon comes back. */
function fail(error) {
  end();
  const failure = explain(error);
  if (!failure?.retry) file = photo?.file ?? null;
  if (cartoon) {
    showPhoto(photo);
    view("cartoon");
  } else if (!file) {
    view("welcome");
  }
  if (!failure) return;
  element("reason").textContent = failure.message;
  element("retry").hidden = !failure.retry;
  element("failure").hidden = false;
  element("failure").scrollIntoView({ block: "nearest" });
}

/** @param {"welcome" | "photo" | "cartoon"} name What the stage shows. */
function view(name) {
  main.dataset.view = name;
  for (const id of ["strength", "png", "jpeg"]) {
    element(id).disabled = name !== "cartoon";
  }
}

function showPhoto(next) {
  const { width, height } = next.canvas;
  copy(element("photo"), next.canvas);
  element("comparison").style.setProperty("--ratio", width / height);
  view("photo");
}

function showCartoon(next, drawn) {
  cartoon?.close();
  [photo, cartoon] = [next, drawn];
  blendAnew();
  view("cartoon");
  slider.reveal();
}

function blendAnew() {
  const strength = element("strength").valueAsNumber;
  element("percent").textContent = `${strength} %`;
  blend(element("cartoon"), photo.canvas, cartoon, strength / 100);
}

/** "Drawn in 0.4 s: 1024 × 768 pixels, reduced from 4032 × 3024." */
function summary(milliseconds) {
  const size = `${cartoon.width} × ${cartoon.height}`;
  const full = `${photo.fullWidth} × ${photo.fullHeight}`;
  const reduced = size === full ? "" : `, reduced from ${full}`;
  const seconds = (milliseconds / 1000).toFixed(1);
  return `Drawn in ${seconds} s: ${size} pixels${reduced}.`;
}

async function download(type, ending) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await encode(element("cartoon"), type));
  link.download = `${photo.name}-cartoon.${ending}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function onClick(id, action) {
  element(id).addEventListener("click", action);
}

watch((chosen) => {
  file = chosen;
  draw();
}, fail);
onClick("cancel", () => running.abort());
onClick("retry", () => (file ? draw() : location.reload()));
onClick("dismiss", () => (element("failure").hidden = true));
onClick("png", () => download("image/png", "png").catch(fail));
onClick("jpeg", () => download("image/jpeg", "jpg").catch(fail));
element("strength").addEventListener("input", blendAnew);
view("welcome");
settings.load().catch(fail);
