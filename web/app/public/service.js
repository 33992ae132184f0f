// Keeps the app's own files, so that it opens without a connection and says so. The network is
// asked first, so that a new version is there at once. Answers of the API are never kept.
const KEPT = 'trayline-app-1';
const FILES = [
  './', 'page.js', 'page.css', 'settings.json', 'app.webmanifest', 'icon.svg', 'icon-192.png',
];
const ANSWER_WITHIN_MS = 3000;

self.addEventListener('install', (event) => {
  const keep = async () => (await caches.open(KEPT)).addAll(FILES);
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  const clear = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith('trayline-app-') && name !== KEPT) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(clear());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const { scope } = self.registration;
  const file = FILES.some((name) => new URL(name, scope).pathname === url.pathname);
  if (request.method === 'GET' && url.origin === location.origin && file) {
    event.respondWith(answer(request, url.pathname));
  }
});

async function answer(request, path) {
  const cache = await caches.open(KEPT);
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const response = await fetch(path, { cache: 'no-cache', credentials: 'same-origin', signal });
    if (!response.ok) throw new Error(`status ${response.status}`);
    await cache.put(path, response.clone());
    return response;
  } catch {
    return (await cache.match(path)) ?? Response.error();
  }
}
