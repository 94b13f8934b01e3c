// SPDX-License-Identifier: Apache-2.0
//
// The service worker: keeps all files of one build in one cache, so that the page works offline after its first load.
// Files are named by their content, so cached ones never become stale; the page itself is fetched again when there is a
// network.

const CACHE = 'spawnlink-__VERSION__';
const FILES = '__FILES__';

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  const old = (names) => names.filter((name) => name.startsWith('spawnlink-') && name !== CACHE);
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  if (request.mode === 'navigate')
    event.respondWith(fetch(request).catch(() => caches.match('./', { ignoreSearch: true })));
  else event.respondWith(caches.match(request).then((found) => found ?? fetch(request)));
});
