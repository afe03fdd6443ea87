// Moving items of the agenda: by buttons, by keys, by dragging. It only writes day and hours into the row's own fields;
// what they mean is decided when the visit is saved. Without scripts one types them.

const agenda = document.getElementById("agenda");
const rows = agenda?.querySelector("[data-rows]");
const words = agenda?.dataset ?? {};
const STEP = 15;
const DAY = 24 * 60;

const field = (row, name) => row.querySelector(`[name$="-${name}"]`);

function nameOf(row) {
  return ["it", "en", "ja"].map((code) => field(row, `name_${code}`)?.value).find(Boolean) ?? "";
}

function minutesOf(text) {
  const match = /^(\d{1,2})[:.]?(\d{2})?$/.exec((text ?? "").normalize("NFKC").trim());
  return match && Number(match[1]) < 24 ? Number(match[1]) * 60 + Number(match[2] ?? 0) : null;
}

const hourOf = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

// Day, start and length of a row in minutes, or nothing while it is not filled in. A length typed as +90 stays one.
function timesOf(row) {
  const day = field(row, "date")?.value;
  const start = minutesOf(field(row, "starts")?.value);
  const ends = minutesOf(field(row, "ends")?.value);
  if (!day || start === null) return null;
  if (ends === null) return { day, start, length: null };
  return { day, start, length: ends - start + (field(row, "ends_next_day")?.checked ? DAY : 0) };
}

function shifted(day, days) {
  const instant = new Date(`${day}T00:00Z`);
  instant.setUTCDate(instant.getUTCDate() + days);
  return instant.toISOString().slice(0, 10);
}

function isOffered(row, day) {
  const input = field(row, "date");
  return input.tagName !== "SELECT" || [...input.options].some((option) => option.value === day);
}

// Write new times; false where they would leave the days of the visit. `start` may be below zero or past midnight.
function place(row, day, start) {
  const former = timesOf(row);
  const days = Math.floor(start / DAY);
  const wanted = shifted(day, days);
  if (!former || !isOffered(row, wanted)) {
    say(words.outside);
    return false;
  }
  const begins = start - days * DAY;
  set(row, "date", wanted);
  set(row, "starts", hourOf(begins));
  if (former.length !== null) {
    const over = begins + former.length;
    set(row, "ends", hourOf(over % DAY));
    field(row, "ends_next_day").checked = over >= DAY;
  }
  const shown = field(row, "date").selectedOptions?.[0]?.text ?? wanted;
  say(`${nameOf(row)}: ${shown}, ${field(row, "starts").value}–${field(row, "ends").value}`);
  return true;
}

function set(row, name, value) {
  const input = field(row, name);
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

const teller = document.createElement("p");
teller.className = "tnv-sr";
teller.setAttribute("role", "status");

function say(text) {
  teller.textContent = text ?? "";
}

function nudge(row, minutes) {
  const times = timesOf(row);
  if (times) place(row, times.day, times.start + minutes);
  else say(words.emptyRow);
}

// Before `other` it ends when the other begins, after it it begins when the other ends.
function putBeside(row, other, after) {
  const [own, theirs] = [timesOf(row), timesOf(other)];
  if (!own || !theirs) return say(words.emptyRow);
  const start = after ? theirs.start + (theirs.length ?? 0) : theirs.start - (own.length ?? 0);
  if (place(row, theirs.day, start)) other[after ? "after" : "before"](row);
}

function button(text, className) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `tnv-btn tnv-btn--small tnv-btn--quiet ${className}`;
  made.textContent = text;
  return made;
}

function equip(row) {
  if (row.querySelector(".tnv-nudge")) return;
  const bar = document.createElement("div");
  bar.className = "tnv-nudge";
  const [earlier, later, handle] = [button(words.earlier, ""), button(words.later, ""), button(words.drag, "tnv-handle")];
  earlier.addEventListener("click", () => nudge(row, -STEP));
  later.addEventListener("click", () => nudge(row, STEP));
  handle.draggable = true;
  handle.title = words.how;
  handle.addEventListener("dragstart", (event) => {
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.id);
    row.classList.add("tnv-row--off");
    dragged = row;
  });
  handle.addEventListener("dragend", () => {
    row.classList.remove("tnv-row--off");
    mark(null);
    dragged = null;
  });
  handle.addEventListener("keydown", (event) => {
    const other = { ArrowUp: row.previousElementSibling, ArrowDown: row.nextElementSibling }[event.key];
    if (!other) return;
    event.preventDefault();
    putBeside(row, other, event.key === "ArrowDown");
    handle.focus();
  });
  for (const made of [earlier, later, handle]) made.setAttribute("aria-label", `${made.textContent}: ${nameOf(row)}`);
  bar.append(earlier, later, handle);
  row.querySelector(".tnv-row__time").after(bar);
}

let dragged = null;

function mark(row, after = false) {
  for (const marked of rows.querySelectorAll(".tnv-row--before, .tnv-row--after")) {
    marked.classList.remove("tnv-row--before", "tnv-row--after");
  }
  row?.classList.add(after ? "tnv-row--after" : "tnv-row--before");
}

const isBelow = (event, row) => event.clientY > row.getBoundingClientRect().top + row.offsetHeight / 2;

if (rows) {
  agenda.append(teller);
  for (const row of rows.children) equip(row);
  new MutationObserver(() => [...rows.children].forEach(equip)).observe(rows, { childList: true });
  rows.addEventListener("dragover", (event) => {
    const row = event.target.closest("[data-row]");
    if (!dragged || !row || row === dragged) return;
    event.preventDefault();
    mark(row, isBelow(event, row));
  });
  rows.addEventListener("drop", (event) => {
    const row = event.target.closest("[data-row]");
    if (!dragged || !row || row === dragged) return;
    event.preventDefault();
    putBeside(dragged, row, isBelow(event, row));
  });
}
