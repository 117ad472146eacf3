/** Has a service worker keep what the page is made of. */

let ready = Promise.resolve();

/** Begins; without a service worker the page needs its server. */
export function keep() {
  ready = register().catch((error) =>
    console.info("Nothing is kept for later:", error.message),
  );
}

/** Resolves once what is fetched from then on is kept, or cannot be. */
export function kept() {
  return ready;
}

async function register() {
  const url = new URL("service_worker.js", document.baseURI);
  const { active, waiting, installing } =
    await navigator.serviceWorker.register(url);
  if (active) return;
  const worker = waiting ?? installing;
  await new Promise((done) =>
    worker.addEventListener("statechange", () => {
      if (["activated", "redundant"].includes(worker.state)) done();
    }),
  );
}
