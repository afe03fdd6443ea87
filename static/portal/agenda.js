// The agenda on a phone: what is on now and next keeps going, and the page stays readable without a network.

const agenda = document.querySelector("[data-agenda]");
const items = [...agenda.querySelectorAll("[data-start]")];

// Now and next, by the times of the items as they are expected; a page that stays open for hours stays true.
function show(box, item) {
  box.hidden = !item;
  if (!item) return;
  box.querySelector(".tn-agenda__time").replaceChildren(...[...item.querySelector(".tn-agenda__time").childNodes].map((node) => node.cloneNode(true)));
  const title = item.querySelector("h3");
  const link = document.createElement("a");
  link.href = `#${item.id}`;
  link.lang = title.lang;
  link.append(...[...title.childNodes].map((node) => node.cloneNode(true)));
  const paragraphs = box.querySelectorAll("p");
  paragraphs[paragraphs.length - 1].replaceChildren(link);
  const day = box.querySelector("[data-day]");
  if (day) day.textContent = item.closest("[data-day]").dataset.day;
}

function tick() {
  const now = Date.now();
  const current = items.find((item) => Date.parse(item.dataset.start) <= now && now < Date.parse(item.dataset.end));
  const coming = items.find((item) => Date.parse(item.dataset.start) > now);
  const box = agenda.querySelector("[data-nownext]");
  box.hidden = !current && !coming;
  show(box.querySelector("[data-now]"), current);
  show(box.querySelector("[data-next]"), coming);
  for (const item of items) item.classList.toggle("tn-on", item === current);
}
tick();
setInterval(tick, 30_000);

// Without a network the page says so, and what needs one is put away.
function follow() {
  agenda.querySelector("[data-offline]").hidden = navigator.onLine;
  for (const part of agenda.querySelectorAll("[data-online]")) part.hidden = !navigator.onLine;
}
follow();
addEventListener("online", follow);
addEventListener("offline", follow);

// The copy: kept by a worker for this page alone, and forgotten two days after the visit. A page without one (the visit
// is off, nobody is to keep it) forgets what an earlier one has kept.
async function keep() {
  if (!("serviceWorker" in navigator)) return;
  const { worker, until, copy } = agenda.dataset;
  const scope = location.pathname;
  if (worker && Date.now() < Date.parse(until)) {
    await navigator.serviceWorker.register(worker, { scope });
    await navigator.serviceWorker.ready;
    agenda.dataset.kept = "";
    return;
  }
  const registration = await navigator.serviceWorker.getRegistration(scope);
  if (registration && new URL(registration.scope).pathname === scope) await registration.unregister();
  if (copy) await caches.delete(copy);
}
if (!location.search) keep().catch(() => {}); // a browser that keeps nothing shows the page all the same
