/**
 * Keeps the page, LiteRT and the model, for when the server is stopped.
 *
 * The server is always asked first, so that what is shown is never older than
 * what it has; only the files of a LiteRT version, which never change, are not
 * asked for again.
 */

const NAME = "page";
const LITERT = /\/page\/litert-[^/]+\//;

self.addEventListener("install", (event) => {
  event.waitUntil(keepPage());
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const { pathname } = new URL(url);
  const home = new URL(self.registration.scope).pathname;
  const ours = pathname === home || pathname.startsWith(`${home}page/`);
  if (method === "GET" && ours) event.respondWith(respond(event.request));
});

/** Fetches what the page is made of; models.json says what that is. */
async function keepPage() {
  const cache = await caches.open(NAME);
  const response = await fetch("page/models.json");
  const { files } = await response.clone().json();
  await cache.put("page/models.json", response);
  await cache.addAll(["./", ...files.map((file) => `page/${file}`)]);
}

async function respond(request) {
  const cache = await caches.open(NAME);
  const kept = await cache.match(request);
  if (kept && LITERT.test(request.url)) return kept;
  try {
    const response = await fetch(request);
    if (response.status === 200) {
      const copy = response.clone();
      await keep(cache, request, copy).catch(() => {}); // the disk may be full
    }
    return response;
  } catch (error) {
    if (!kept) throw error;
    return request.url.endsWith("/models.json") ? alone(kept) : kept;
  }
}

/** In the place of an older one; of LiteRT, of all older versions. */
async function keep(cache, request, response) {
  const [version] = LITERT.exec(request.url) ?? [];
  if (version) {
    for (const { url } of await cache.keys()) {
      if (LITERT.exec(url)?.[0] !== version && LITERT.test(url)) {
        await cache.delete(url);
      }
    }
  }
  await cache.put(request, response);
}

/** What there is without a server: the browser's engine, and no style. */
async function alone(kept) {
  return Response.json({ ...(await kept.json()), models: [] });
}
