// The staff's page of a visit: tabs, further rows, the other city's time while one types. All of it works without.

const tabLinks = [...document.querySelectorAll(".tnv-tabs [data-tab]")];
const panels = new Map(tabLinks.map((link) => [link.dataset.tab, document.getElementById(link.dataset.tab)]));
const remembered = document.querySelector('input[name="_tab"]');

function open(name) {
  if (!panels.get(name)) return;
  for (const [key, panel] of panels) if (panel) panel.hidden = key !== name;
  for (const link of tabLinks) {
    if (link.dataset.tab === name) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  if (remembered) remembered.value = name;
}

if (tabLinks.length) {
  const wrong = tabLinks.find((link) => link.querySelector(".tnv-count--wrong"));
  // After saving the address says "#tab-agenda": no element is called so, and the page stays at its messages.
  const wanted = location.hash.slice(1).replace(/^tab-/, "");
  open(wrong ? wrong.dataset.tab : panels.has(wanted) ? wanted : tabLinks[0].dataset.tab);
  for (const link of document.querySelectorAll("[data-tab]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(null, "", `#tab-${link.dataset.tab}`);
      open(link.dataset.tab);
    });
  }
}

// --- Further rows ---------------------------------------------------------------------------------

for (const section of document.querySelectorAll("[data-formset]")) {
  const total = section.querySelector(`[name="${section.dataset.formset}-TOTAL_FORMS"]`);
  const rows = section.querySelector("[data-rows]");
  const button = section.querySelector("[data-add]");
  const empty = section.querySelector("template[data-empty]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const before = rows.lastElementChild;
    const holder = document.createElement("div");
    holder.innerHTML = empty.innerHTML.replaceAll("__prefix__", total.value);
    const row = holder.firstElementChild;
    rows.append(row);
    total.value = Number(total.value) + 1;
    // Django's autocomplete listens to this and dresses the new row's fields.
    row.dispatchEvent(new CustomEvent("formset:added", { bubbles: true, detail: { formsetName: section.dataset.formset } }));
    if (section.id === "agenda") {
      offerDays(row);
      follow(before, row);
    }
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });
}

// Hours as people type them (9, 930, 9.30, 09:30) in one shape; nothing for what is no time.
function hourOf(text) {
  const match = /^(\d{1,2})(?:[:.]?(\d{2}))?(?::\d{2})?$/.exec((text ?? "").normalize("NFKC").trim());
  if (!match || Number(match[1]) > 23 || Number(match[2] ?? 0) > 59) return "";
  return `${match[1].padStart(2, "0")}:${match[2] ?? "00"}`;
}

// A length instead of an end, in minutes: +90, +1:30, +1h30; nothing for what is none.
function lengthOf(text) {
  const match = /^\+\s*(?:(\d{1,3})\s*(?:[:.h]|時間)\s*(\d{1,2})?|(\d{1,5}))\s*(?:m|min|分)?$/.exec((text ?? "").normalize("NFKC").trim());
  return match ? Number(match[1] ?? 0) * 60 + Number(match[2] ?? 0) + Number(match[3] ?? 0) : 0;
}

const part = (row, name) => row?.querySelector(`[name$="-${name}"]`);
const BLOCK = { meeting: 90, site_visit: 90, talk: 90 }; // minutes proposed for a new item (programme spec P4)

// A new row starts on the day and at the hour at which the one before it ends.
function follow(before, row) {
  const day = part(before, "date")?.value;
  const ends = hourOf(part(before, "ends")?.value);
  if (day) part(row, "date").value = day;
  if (ends && !part(before, "ends_next_day")?.checked) {
    part(row, "starts").value = ends;
    proposeEnd(row);
  }
  showOther(row);
}

// What speakers and questions take, twice as long where the interpreter speaks afterwards, in steps of five (P9).
function spokenLength(row) {
  const [speaking, asking] = ["speaking_minutes", "question_minutes"].map((name) => Number(part(row, name)?.value) || 0);
  const factor = ["consecutive", "liaison"].includes(part(row, "interpretation")?.value) ? 2 : 1;
  return Math.ceil(((speaking + asking) * factor) / 5) * 5;
}

// Never under the caret: whoever is typing the end is left alone.
function proposeEnd(row) {
  const [starts, ends, kind] = ["starts", "ends", "kind"].map((name) => part(row, name));
  const length = spokenLength(row) || BLOCK[kind?.value];
  const from = hourOf(starts?.value);
  const typed = ends.value && ends.value !== ends.dataset.proposed;
  if (!length || !from || typed || ends === document.activeElement) return;
  const [hours, minutes] = from.split(":").map(Number);
  const last = hours * 60 + minutes + length;
  if (last < 24 * 60) ends.dataset.proposed = ends.value = `${String(Math.floor(last / 60)).padStart(2, "0")}:${String(last % 60).padStart(2, "0")}`;
}

// --- The days of the visit ------------------------------------------------------------------------

const [firstDay, lastDay] = ["first_day", "last_day"].map((name) => document.querySelector(`[name="${name}"]`));
const MOST_DAYS = 31;

function daysOfVisit() {
  if (!firstDay?.value || !lastDay?.value) return [];
  const words = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
  const days = [];
  for (let day = new Date(`${firstDay.value}T00:00Z`); days.length < MOST_DAYS && day <= new Date(`${lastDay.value}T00:00Z`); day = new Date(day.getTime() + 864e5)) {
    days.push([day.toISOString().slice(0, 10), words.format(day)]);
  }
  return days;
}

// Where the days of the visit are known, choosing one is quicker than typing a date.
function offerDays(row) {
  const field = part(row, "date");
  const days = daysOfVisit();
  if (!field || !days.length) return;
  const value = field.value;
  const select = document.createElement("select");
  select.name = field.name;
  select.id = field.id;
  select.className = field.className;
  for (const name of ["aria-describedby", "aria-invalid"]) if (field.hasAttribute(name)) select.setAttribute(name, field.getAttribute(name));
  select.append(new Option("–", ""));
  if (value && !days.some(([day]) => day === value)) select.append(new Option(value, value));
  for (const [day, words] of days) select.append(new Option(words, day));
  select.value = value;
  field.replaceWith(select);
}

function offerAllDays() {
  for (const row of document.querySelectorAll("#agenda [data-row]")) offerDays(row);
}

if (firstDay) {
  offerAllDays();
  for (const field of [firstDay, lastDay]) field.addEventListener("change", offerAllDays);
}

// --- The other city's time ------------------------------------------------------------------------

const agenda = document.querySelector("[data-cities]");
const cities = JSON.parse(agenda?.dataset.cities ?? "{}");

// Whose clock is typed and whose is shown: the visit's two cities, or for a webinar the "clock of" field and the other.
function citiesOf(row) {
  const chosen = (part(row, "anchor") ?? document.querySelector('[name="host_city"]'))?.value;
  const other = Object.keys(cities).find((key) => key !== chosen);
  return { own: cities[chosen], other: cities[other] };
}

function wallOf(instant, zone) {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  });
  return Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
}

// The instant at which clocks in `zone` show `day` and `hour`: guess, look at the clock there, correct; twice is enough.
function instantOf(day, hour, zone) {
  const wanted = Date.parse(`${day}T${hour}:00Z`);
  let instant = wanted;
  for (let round = 0; round < 2; round += 1) {
    const wall = wallOf(instant, zone);
    instant += wanted - Date.parse(`${wall.year}-${wall.month}-${wall.day}T${wall.hour}:${wall.minute}:00Z`);
  }
  return instant;
}

function showOther(row) {
  const target = row.querySelector("[data-other]");
  const day = part(row, "date")?.value;
  const [starts, ends] = ["starts", "ends"].map((name) => hourOf(part(row, name)?.value));
  if (!target || !agenda) return;
  target.textContent = "";
  if (!day || !starts || Number.isNaN(Date.parse(`${day}T${starts}:00Z`))) return;
  const { nextDay, dayBefore } = agenda.dataset;
  const { own, other } = citiesOf(row);
  if (!own || !other) return;
  const from = wallOf(instantOf(day, starts, own.zone), other.zone);
  let range = `${from.hour}:${from.minute}`;
  const length = lengthOf(part(row, "ends")?.value);
  if (ends || length) {
    const to = wallOf(ends ? instantOf(day, ends, own.zone) : instantOf(day, starts, own.zone) + length * 60000, other.zone);
    range += `–${to.hour}:${to.minute}`;
  }
  const strong = document.createElement("strong");
  strong.textContent = range;
  target.append(`${other.name} `, strong);
  const date = `${from.year}-${from.month}-${from.day}`;
  if (date !== day) {
    const mark = document.createElement("span");
    mark.className = "tn-daymark";
    mark.textContent = date > day ? nextDay : dayBefore;
    target.append(" ", mark);
  }
}

agenda?.addEventListener("input", (event) => {
  const row = event.target.closest("[data-row]");
  if (!row) return;
  if (/-ends$/.test(event.target.name)) delete event.target.dataset.proposed; // from now on it is somebody's own
  if (/-(kind|interpretation|speaking_minutes|question_minutes)$/.test(event.target.name)) proposeEnd(row);
  if (/-(date|starts|ends|kind|anchor|interpretation|speaking_minutes|question_minutes)$/.test(event.target.name)) showOther(row);
});
// The end is proposed once somebody has left the hours with none written; on the way from one to the other they type it.
agenda?.addEventListener("focusout", (event) => {
  if (!/-(starts|ends)$/.test(event.target.name ?? "")) return;
  const row = event.target.closest("[data-row]");
  if (!row || /-(starts|ends)$/.test(event.relatedTarget?.name ?? "")) return;
  proposeEnd(row);
  showOther(row);
});
if (agenda?.matches("[data-row]")) showOther(agenda);

document.addEventListener("change", (event) => {
  if (/-DELETE$/.test(event.target.name ?? "")) {
    event.target.closest("[data-row]")?.classList.toggle("tnv-row--off", event.target.checked);
  }
});
