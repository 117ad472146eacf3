/** The page: photos come in, an engine draws them, the stage shows them. */

import { Drawing } from "./drawing.js";
import { explain } from "./failures.js";
import { watch } from "./intake.js";
import { encode, read } from "./photos.js";
import { Progress } from "./progress.js";
import { Settings } from "./settings.js";
import { Stage } from "./stage.js";
import { Strip } from "./strip.js";
import { pack } from "./zip.js";

const element = (id) => document.getElementById(id);
const main = element("main");
const stage = new Stage();
const strip = new Strip(element("strip"), onThumbnail);
const settings = new Settings(drawAnew);
const progress = new Progress(element("working"), element("status"));

let drawings = []; // what was chosen together
let shown = null; // the one of them on the stage
let running = new AbortController();

/** Draws what was chosen; what cannot be drawn at all changes nothing. */
async function choose(files) {
  const before = [drawings, shown];
  const chosen = files.map((file) => new Drawing(file));
  open(chosen, chosen[0]);
  if (!(await draw(chosen))) return;
  if (chosen.some(({ cartoon, failure }) => cartoon || failure?.retry)) return;
  open(...before);
  await bringBack();
}

function open(chosen, first) {
  [drawings, shown] = [chosen, first];
  strip.show(chosen);
  strip.mark(first);
  offer();
}

function drawAnew() {
  drawings.forEach((each) => each.wait());
  if (drawings.length) draw(drawings);
}

/**
 * Draws one after the other; one that fails stops no other.
 *
 * @returns {Promise<boolean>} False if a newer run has taken its place.
 */
async function draw(list) {
  running.abort();
  const { signal } = (running = new AbortController());
  const start = performance.now();
  begin();
  for (const [place, drawing] of list.entries()) {
    await drawOne(drawing, signal, reporter(place, list.length));
    if (signal !== running.signal) return false;
    if (signal.aborted) break;
    strip.update(drawing);
    offer();
    if (drawing === shown && drawing.unreadable && list[place + 1]) {
      shown = list[place + 1];
      strip.mark(shown);
    }
  }
  await bringBack();
  if (signal !== running.signal) return false;
  end(list, performance.now() - start);
  return true;
}

async function drawOne(drawing, signal, report) {
  const start = performance.now();
  try {
    report("Reading the photo");
    const side = settings.longest;
    const photo = await read(drawing.file, side);
    signal.throwIfAborted();
    if (drawing === shown) stage.showPhoto(photo);
    const { cartoon, by } = await settings.cartoonize(photo, signal, report);
    const bitmap = await createImageBitmap(cartoon);
    signal.throwIfAborted();
    const time = seconds(performance.now() - start);
    const summary = `Drawn${by} in ${time}: ${sizes(photo, bitmap)}.`;
    drawing.finish(cartoon, summary, side);
    if (drawing === shown) present(photo, bitmap);
    else bitmap.close();
  } catch (error) {
    if (!signal.aborted) drawing.fail(explain(error));
  }
}

/** Tells of one photo among several. */
function reporter(place, count) {
  const prefix = count > 1 ? `Photo ${place + 1} of ${count}: ` : "";
  return (step, share = 0, detail = "") =>
    progress.report(prefix + step, (place + share) / count, detail);
}

function begin() {
  element("failure").hidden = true;
  main.toggleAttribute("data-busy", true);
  progress.start();
  offer();
}

function end(list, milliseconds) {
  main.removeAttribute("data-busy");
  progress.stop(list.length > 1 ? tally(list, milliseconds) : list[0].summary);
  const [{ failure }] = list;
  if (list.length === 1 && failure) tell(failure);
  offer();
}

/** Offers what can be done with several photos. */
function offer() {
  const busy = main.hasAttribute("data-busy");
  element("album").hidden = drawings.length < 2;
  element("resume").hidden = busy || !rest().length;
  element("zip").disabled = !drawings.some(({ cartoon }) => cartoon);
}

/** What is not drawn, and may be. */
function rest() {
  return drawings.filter((each) => each.state !== "drawn" && !each.unreadable);
}

function onThumbnail(drawing) {
  element("failure").hidden = true;
  if (drawing.failure) tell(drawing.failure);
  if (!drawing.unreadable) show(drawing);
}

/** Shows one of the photos, with its cartoon if there is one. */
async function show(drawing) {
  shown = drawing;
  strip.mark(drawing);
  const photo = await drawing.read(settings.longest).catch(() => null);
  if (!photo || shown !== drawing) return;
  stage.showPhoto(photo);
  if (!drawing.cartoon) return;
  const bitmap = await createImageBitmap(drawing.cartoon);
  if (shown === drawing) present(photo, bitmap);
  if (!main.hasAttribute("data-busy")) progress.stop(drawing.summary);
}

function present(photo, bitmap) {
  stage.showPhoto(photo);
  stage.showCartoon(bitmap);
  settings.preview(photo);
}

/** The last cartoon, where no other has come. */
async function bringBack() {
  if (!shown) stage.clear();
  else if (!stage.complete) await show(shown);
}

/** Says what went wrong. */
function tell(failure) {
  element("reason").textContent = failure.message;
  element("retry").hidden = !failure.retry;
  element("failure").hidden = false;
  element("failure").scrollIntoView({ block: "nearest" });
}

function fail(error) {
  const failure = explain(error);
  if (failure) tell(failure);
}

/** "1024 × 768 pixels, reduced from 4032 × 3024" */
function sizes({ fullWidth, fullHeight }, { width, height }) {
  const size = `${width} × ${height}`;
  const full = `${fullWidth} × ${fullHeight}`;
  return `${size} pixels${size === full ? "" : `, reduced from ${full}`}`;
}

/** "39 of 40 photos drawn in 61.5 s; choose one that failed to see why." */
function tally(list, milliseconds) {
  const count = (state) => list.filter((each) => each.state === state).length;
  const why = count("failed") ? "; choose one that failed to see why" : "";
  const time = seconds(milliseconds);
  return `${count("drawn")} of ${list.length} photos drawn in ${time}${why}.`;
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

async function downloadOne(type, ending) {
  const blob = await encode(element("cartoon"), type);
  save(blob, `${shown.name}-cartoon.${ending}`);
}

async function downloadAll() {
  const button = element("zip");
  const text = button.textContent;
  button.disabled = true;
  button.textContent = "Packing …";
  try {
    const made = drawings.filter(({ cartoon }) => cartoon);
    save(await pack(made, stage.strength), "cartoons.zip");
  } finally {
    button.textContent = text;
    offer();
  }
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function onClick(id, action) {
  element(id).addEventListener("click", action);
}

watch(choose, fail);
onClick("cancel", () => running.abort());
onClick("retry", () => (shown ? draw([shown]) : location.reload()));
onClick("resume", () => draw(rest()));
onClick("dismiss", () => (element("failure").hidden = true));
onClick("png", () => downloadOne("image/png", "png").catch(fail));
onClick("jpeg", () => downloadOne("image/jpeg", "jpg").catch(fail));
onClick("zip", () => downloadAll().catch(fail));
settings.load().catch(fail);
