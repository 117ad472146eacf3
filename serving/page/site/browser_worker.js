/**
 * Runs a .tflite file with LiteRT, away from the page, which stays alive.
 *
 * A classic worker: LiteRT loads its WebAssembly with `importScripts`, which
 * module workers lack. Messages in: `{open: {runtime, model}}`, answered with
 * `{sizes, threads}`; `{draw: {pixels, fit}}`, answered with `{pixels}`; both
 * with `{problem}` where they fail.
 */

let litert;
let model;

self.onmessage = async ({ data }) => {
  try {
    const answer = data.open ? await open(data.open) : await draw(data.draw);
    self.postMessage(answer, answer.pixels ? [answer.pixels.buffer] : []);
  } catch (error) {
    self.postMessage({ problem: error.message || String(error) });
  }
};

async function open({ runtime, model: address }) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the model answers ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  litert = await import(`${runtime}core.js`);
  const threads = await start(`${runtime}wasm/`);
  model = await litert.loadAndCompile(bytes, { accelerator: "wasm" });
  return { sizes: Object.values(model.signatures).map(size), threads };
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

async function draw({ pixels, fit }) {
  const tensors = await import("./tensors.js");
  const shape = [1, fit.rows, fit.columns, 3];
  const photo = new litert.Tensor(tensors.fromPixels(pixels, fit), shape);
  const [cartoon] = await model.run(fit.name, [photo]);
  photo.delete();
  const drawn = tensors.toPixels(await cartoon.data(), fit);
  cartoon.delete();
  return { pixels: drawn };
}
