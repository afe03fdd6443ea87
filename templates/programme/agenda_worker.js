// Keeps one page readable without a network: the agenda of one visit, in one language. It touches no other page.
const FACTS = {% autoescape off %}{{ facts }}{% endautoescape %};

const isOver = () => Date.now() >= FACTS.until;

async function forget() {
  await caches.delete(FACTS.name);
  await self.registration.unregister();
}

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const shelf = await caches.open(FACTS.name);
    await shelf.addAll([FACTS.page, ...FACTS.files]);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(isOver() ? forget() : self.clients.claim());
});

// The page: the network's answer, which replaces the copy; without a network the copy. What may no longer be read
// (signed out, no more in the delegation) takes the copy with it.
async function page(request) {
  let answer;
  try {
    answer = await fetch(request);
  } catch (error) {
    const copy = await caches.match(FACTS.page, { cacheName: FACTS.name });
    if (!copy) throw error;
    return copy;
  }
  if (answer.ok && !answer.redirected) await (await caches.open(FACTS.name)).put(FACTS.page, answer.clone());
  else if (answer.status < 500) await forget();
  return answer;
}

// Styles, scripts, letters: their names change with their contents, so a copy is as good as the file.
async function file(request) {
  if (!await caches.has(FACTS.name)) return fetch(request); // forgotten
  const shelf = await caches.open(FACTS.name);
  const copy = await shelf.match(request);
  if (copy) return copy;
  const answer = await fetch(request);
  if (answer.ok) await shelf.put(request, answer.clone());
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (isOver()) {
    event.waitUntil(forget());
    return;
  }
  if (address.pathname === FACTS.page && !address.search) event.respondWith(page(request));
  else if (request.destination !== "document" && FACTS.files.some((name) => sameFolder(name, address))) event.respondWith(file(request));
});

// What lies beside the files that are kept is kept as it comes: pictures, further letters.
function sameFolder(name, address) {
  return address.pathname.split("/")[1] === new URL(name, self.location.href).pathname.split("/")[1];
}
