// What a day is in both cities, told while it is typed. The server says it again when the page is loaded: nothing rests on this.
"use strict";

(() => {
  const WAIT = 350; // milliseconds after the last key
  const timers = new WeakMap();

  function valueOf(list, what) {
    const name = list.dataset[what];
    return name ? (document.getElementsByName(name)[0]?.value ?? "") : "";
  }

  async function ask(list) {
    const query = new URLSearchParams({
      day: valueOf(list, "day"),
      hour: valueOf(list, "hour"),
      last: valueOf(list, "last"),
      tzid: valueOf(list, "anchor") || list.dataset.tzid || "",
    });
    const asked = query.toString();
    list.dataset.asked = asked;
    let notes = [];
    if (query.get("day")) {
      try {
        const answer = await fetch(`${list.dataset.dayNotes}?${asked}`, { headers: { Accept: "application/json" } });
        if (answer.ok) ({ notes } = await answer.json());
      } catch {
        return; // without a connection what stands there stays
      }
    }
    if (list.dataset.asked !== asked) return; // a later question is on its way
    list.replaceChildren(...notes.map((note) => Object.assign(document.createElement("li"), { textContent: note })));
  }

  function typed(event) {
    const name = event.target.name;
    if (!name) return;
    for (const list of document.querySelectorAll("[data-day-notes]")) {
      if (![list.dataset.day, list.dataset.hour, list.dataset.anchor, list.dataset.last].includes(name)) continue;
      clearTimeout(timers.get(list));
      timers.set(list, setTimeout(ask, WAIT, list));
    }
  }

  document.addEventListener("input", typed);
  document.addEventListener("change", typed);
})();
