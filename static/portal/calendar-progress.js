// While a run is going on, the page of a calendar looks again every three seconds; without this there is a link.
"use strict";

(() => {
  const PAUSE = 3000;

  async function again() {
    const standing = document.getElementById("standing");
    if (!standing?.dataset.again) return;
    try {
      const answer = await fetch(standing.dataset.again, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("standing");
      if (!fresh) return;
      standing.replaceWith(document.adoptNode(fresh));
      if (!fresh.dataset.again) {
        location.reload(); // it is done: the history and the buttons are others now
        return;
      }
    } catch {
      // The portal is away for a moment: the next look finds it.
    }
    setTimeout(again, PAUSE);
  }

  setTimeout(again, PAUSE);
})();
