// How long until the room opens, and the page again at that moment. Without this the hours in both cities stand there.
const place = document.querySelector("[data-countdown]");
const language = document.documentElement.lang;

const amount = (number, unit) =>
  new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(number);

const words = (seconds) => {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const parts = [[days, "day"], [hours, "hour"], [minutes, "minute"]].filter(([number]) => number > 0);
  if (!days && !hours && minutes < 5) parts.push([seconds % 60, "second"]);
  const text = parts.map(([number, unit]) => amount(number, unit)).join(" ");
  return language === "ja" ? text.replace(/\s/g, "") : text;
};

if (place?.dataset.opens) {
  const fast = Date.now() - Date.parse(place.dataset.now); // how far this device's clock is ahead of ours
  const opens = Date.parse(place.dataset.opens) + fast;
  const timer = place.querySelector("[role=timer]");
  const tick = () => {
    const left = Math.ceil((opens - Date.now()) / 1000);
    if (left <= 0) {
      location.replace(location.href);
      return;
    }
    timer.textContent = words(left);
    setTimeout(tick, left > 300 ? 10_000 : 1000);
  };
  place.hidden = false;
  tick();
} else if (place?.dataset.again) {
  setTimeout(() => location.replace(location.href), Number(place.dataset.again) * 1000);
}
