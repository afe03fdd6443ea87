// Small comforts. Every page works without them.

// Both cities' clocks keep going.
const clocks = document.querySelector("[data-clocks]");
if (clocks) {
  const language = clocks.dataset.language;
  const words = (zone, parts) => new Intl.DateTimeFormat(language, { timeZone: zone, ...parts }).format(new Date());
  const tick = () => {
    for (const time of clocks.querySelectorAll("time[data-tzid]")) {
      const zone = time.dataset.tzid;
      time.textContent = words(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
      const day = words(zone, { weekday: "short", day: "numeric", month: "short" });
      if (time.dataset.day && time.dataset.day !== day) {
        time.parentElement.querySelector(".tn-clocks__date").textContent = day; // midnight has passed
      }
      time.dataset.day = day;
    }
  };
  tick();
  setInterval(tick, 10_000);
}

// After a refused form the reader stands at the summary of what to correct.
document.querySelector("#error-summary")?.focus();

// Filters open by themselves where there is room for them.
const wide = window.matchMedia("(min-width: 992px)");
const filters = document.querySelector("details.tn-filters");
if (filters) {
  const follow = () => { filters.open = wide.matches || filters.dataset.keepOpen === "true"; };
  follow();
  wide.addEventListener("change", follow);
}

// Printing is one press away on agendas and profiles.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A rating is sent without leaving the page; without this the thanks are a page of their own.
const rating = document.querySelector("[data-rating] form");
rating?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await fetch(rating.action, {
    method: "POST", body: new FormData(rating), headers: { "X-Portal-Part": "1" },
  }).catch(() => null);
  if (answer?.status === 200) {
    rating.parentElement.innerHTML = await answer.text();
    document.querySelector("[data-thanks]")?.focus();
  } else {
    rating.submit();
  }
});

// The menu of phones closes with Escape and when the reader goes elsewhere.
const menu = document.querySelector(".tn-menu__phone");
menu?.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});

// Filtered lists: short addresses, details that stay as they were while one ticks, focus that stays.
const kept = "#results details[data-keep]";
let open = new Map();
let active = null;

document.addEventListener("htmx:configRequest", (event) => {
  const parameters = event.detail.parameters;
  const empty = new Set([...parameters.keys()].filter((name) => parameters.getAll(name).every((value) => value === "")));
  for (const name of empty) parameters.delete(name);
});

// Words count once they are sent: the "change" that comes just before "submit" would ask for the same twice.
document.addEventListener("change", (event) => { if (event.target.type === "search") event.stopPropagation(); }, true);

document.addEventListener("htmx:beforeSwap", () => {
  open = new Map([...document.querySelectorAll(kept)].map((details) => [details.id, details.open]));
  active = document.activeElement;
});

document.addEventListener("htmx:afterSwap", () => {
  for (const details of document.querySelectorAll(kept)) {
    if (open.has(details.id)) details.open = open.get(details.id);
  }
  if (!active || active.isConnected) return;
  // The same field in the new results; where a link was followed that is gone, the head of the new results.
  const next = (active.id && document.getElementById(active.id)) || document.querySelector("#results-title");
  next?.focus({ preventScroll: true });
  if (active.selectionStart) next.setSelectionRange?.(active.selectionStart, active.selectionEnd);
  active = null;
});

// Addresses to copy: a button beside the field, for those whose browser lets scripts write to the clipboard.
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.textContent = button.dataset.copied;
  });
}
