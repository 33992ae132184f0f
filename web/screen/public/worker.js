// Keeps the page's own files, so that a reload without the server shows what was known and how old
// it is. The server is always asked first.
const CACHE = 'screen';
const FILES = ['./', 'page.js', 'page.css'];

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES);
  await skipWaiting();
}
addEventListener('install', (event) => event.waitUntil(install()));
addEventListener('activate', (event) => event.waitUntil(clients.claim()));

async function answer(request, file) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(file, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(file);
    if (kept) return kept;
    throw error;
  }
}

addEventListener('fetch', (event) => {
  const { pathname } = new URL(event.request.url);
  const file = FILES.find((name) => new URL(name, registration.scope).pathname === pathname);
  if (file && event.request.method === 'GET') event.respondWith(answer(event.request, file));
});
