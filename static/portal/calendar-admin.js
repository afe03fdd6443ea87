// The staff's month: an entry is dragged to another day, or led there by arrow keys. Either way a form is sent that asks
// what would follow; nothing moves here. Without scripts the link "Move…" leads to the same page.

const calendar = document.getElementById("calendar");
const form = document.getElementById("cal-drop");
const status = document.getElementById("cal-status");
const DAY = 24 * 60 * 60 * 1000;
const KEYS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

const days = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / DAY);
const cellOf = (day) => calendar.querySelector(`td[data-day="${day}"]`);

function ask(entry, shift) {
  if (!shift) return;
  form.action = entry.dataset.move;
  form.elements.shift.value = shift;
  form.submit();
}

let marked = null;
function mark(cell) {
  marked?.classList.remove("cal-target");
  marked = cell;
  marked?.classList.add("cal-target");
}

let dragged = null; // the entry, and the day on which it was taken
calendar.addEventListener("dragstart", (event) => {
  const entry = event.target.closest?.("[data-move]");
  if (!entry) return;
  dragged = entry;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", entry.dataset.name);
  entry.classList.add("cal-dragged");
});
calendar.addEventListener("dragend", () => {
  dragged?.classList.remove("cal-dragged");
  dragged = null;
  mark(null);
});
calendar.addEventListener("dragover", (event) => {
  const cell = event.target.closest("td[data-day]");
  if (!dragged || !cell) return;
  event.preventDefault();
  if (cell !== marked) mark(cell);
});
calendar.addEventListener("drop", (event) => {
  const cell = event.target.closest("td[data-day]");
  if (!dragged || !cell) return;
  event.preventDefault();
  ask(dragged, days(dragged.dataset.first, cell.dataset.day));
});

for (const link of calendar.querySelectorAll(".cal-move")) {
  const entry = link.closest("[data-move]");
  let shift = 0;
  const leave = () => {
    if (shift) status.textContent = calendar.dataset.left;
    shift = 0;
    mark(null);
  };
  link.addEventListener("keydown", (event) => {
    if (event.key in KEYS && !event.altKey && !event.ctrlKey && !event.metaKey) {
      const wanted = new Date(Date.parse(entry.dataset.first) + (shift + KEYS[event.key]) * DAY).toISOString().slice(0, 10);
      event.preventDefault();
      const cell = cellOf(wanted);
      if (!cell) return; // beyond what is shown one types the day
      shift += KEYS[event.key];
      mark(cell);
      cell.scrollIntoView({ block: "nearest" });
      status.textContent = calendar.dataset.target.replace("{name}", entry.dataset.name).replace("{day}", cell.dataset.words);
    } else if (event.key === "Escape") {
      leave();
    } else if (event.key === "Enter" && shift) {
      event.preventDefault();
      ask(entry, shift);
    }
  });
  link.addEventListener("blur", leave);
}
