/**
 * Runs a .tflite file with LiteRT, away from the page, which stays alive.
 *
 * A classic worker: LiteRT loads its WebAssembly with `importScripts`, which
 * module workers lack. Messages in: `{open: {runtime, model}}`, answered with
 * `{sizes, threads}`; `{draw: {photo, plan}}`, answered with `{tile}` before
 * each tile, from 0, and `{cartoon, chip}`, a PNG and the accelerator that
 * made it, `webgpu` or `wasm`; both with `{problem}` where they fail.
 */

let litert;
let bytes; // of the model
let model;

self.onmessage = async ({ data }) => {
  try {
    self.postMessage(await (data.open ? open(data.open) : draw(data.draw)));
  } catch (error) {
    self.postMessage({ problem: error.message || String(error) });
  }
};

async function open({ runtime, model: address }) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the model answers ${response.status}`);
  bytes = new Uint8Array(await response.arrayBuffer());
  litert = await import(`${runtime}core.js`);
  const threads = await start(`${runtime}wasm/`);
  model = await compile();
  return { sizes: Object.values(model.signatures).map(size), threads };
}

/** For the graphics chip where there is one that can run it. */
async function compile() {
  if (await navigator.gpu?.requestAdapter().catch(() => null)) {
    try {
      return await litert.loadAndCompile(bytes, {
        accelerator: "webgpu",
        gpuOptions: { precision: "fp32" }, // tiles must agree
      });
    } catch (error) {
      console.info("LiteRT does not compile for WebGPU:", error);
    }
  }
  return litert.loadAndCompile(bytes, { accelerator: "wasm" });
}

/** Starts LiteRT, on all cores where the page and the browser allow it. */
async function start(folder) {
  if (self.crossOriginIsolated) {
    try {
      await load(folder, true);
      return true;
    } catch (error) {
      console.info("LiteRT runs on one thread:", error);
    }
  }
  await load(folder, false);
  return false;
}

function load(folder, threads) {
  // Read by Emscripten, which cannot know the folder of an imported script.
  self.Module = {
    locateFile: (name) => folder + name,
    mainScriptUrlOrBlob: `${folder}litert_wasm_threaded_internal.js`,
    printErr: (line) => console.debug(line), // it tells of all it does
  };
  return litert.loadLiteRt(folder, { threads });
}

function size(signature) {
  const [{ dtype, shape }] = signature.getInputDetails();
  const [count, height, width, channels] = shape;
  if (dtype !== "float32" || count !== 1 || channels !== 3 || height < 1) {
    throw new Error(
      `the model takes ${dtype} [${shape}]; float32 of one fixed size is needed`,
    );
  }
  return { name: signature.key, width, height };
}

async function draw({ photo, plan }) {
  const tensors = await import("./tensors.js");
  const { width, height } = photo;
  const pixels = new Uint8ClampedArray(photo.pixels.length);
  for (const [number, tile] of plan.tiles.entries()) {
    self.postMessage({ tile: number });
    const drawn = await run(tensors.fromPixels(photo, tile, plan), plan);
    tensors.toPixels(drawn, tile, plan, { pixels, width });
  }
  const canvas = new OffscreenCanvas(width, height);
  const cartoon = new ImageData(pixels, width, height);
  canvas.getContext("2d").putImageData(cartoon, 0, 0);
  const chip = model.options.accelerator;
  return { cartoon: await canvas.convertToBlob(), chip };
}

/** Runs the model, on the processor where the graphics chip fails. */
async function run(values, plan) {
  try {
    return await runOnce(values, plan);
  } catch (error) {
    if (model.options.accelerator === "wasm") throw error;
    console.info("LiteRT does not run on WebGPU:", error);
    model = await litert.loadAndCompile(bytes, { accelerator: "wasm" });
    return runOnce(values, plan);
  }
}

async function runOnce(values, { name, rows, columns }) {
  const photo = new litert.Tensor(values, [1, rows, columns, 3]);
  const [cartoon] = await model.run(name, [photo]);
  photo.delete();
  const drawn = await cartoon.data();
  cartoon.delete();
  return drawn;
}
