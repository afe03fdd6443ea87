// The map of a list or of one record: numbered pins that match the list, clusters where they crowd, one button a city.
// Where no tiles are set up the ground is quiet: circles say how far from the centre of the city a pin lies.
const RINGS = [1, 2, 5, 10]; // km
const REACH = 60_000; // metres: what belongs to a city

const read = (id) => JSON.parse(document.getElementById(id)?.textContent || "[]") || [];
const position = (thing) => [thing.latitude, thing.longitude];

const popupOf = (point, texts) => {
  const link = document.createElement("a");
  link.href = point.url;
  link.textContent = point.name;
  const popup = document.createElement("p");
  popup.append(link);
  if (point.approximate) popup.append(document.createElement("br"), texts.approximate);
  return popup;
};

const markerOf = (point, alone, texts) => {
  const icon = L.divIcon({
    className: `tn-pin${point.approximate ? " tn-pin--approximate" : ""}`,
    html: alone ? "" : String(point.number),
    iconSize: [34, 34],
  });
  const label = `${alone ? "" : `${point.number}. `}${point.name}${point.approximate ? ` (${texts.approximate})` : ""}`;
  const marker = L.marker(position(point), { title: point.name, icon });
  marker.on("add", () => marker.getElement().setAttribute("aria-label", label));
  return marker.bindPopup(popupOf(point, texts));
};

const clusterIcon = (texts) => (cluster) => {
  const number = document.createElement("span");
  number.textContent = cluster.getChildCount();
  const words = document.createElement("span");
  words.className = "visually-hidden";
  words.textContent = ` ${texts.together}`;
  const html = document.createElement("span");
  html.append(number, words);
  return L.divIcon({ className: "tn-cluster", html, iconSize: [44, 44] });
};

const drawRings = (map, city) => {
  for (const km of RINGS) {
    const ring = L.circle(position(city), { radius: km * 1000, interactive: false, className: "tn-ring" }).addTo(map);
    const top = [ring.getBounds().getNorth(), city.longitude];
    const html = document.createElement("span");
    html.textContent = `${km} km`;
    const icon = L.divIcon({ className: "tn-ring__label", html, iconSize: [56, 20] });
    const label = L.marker(top, { interactive: false, keyboard: false, icon });
    const readable = () => {
      const pixels = map.project(top).distanceTo(map.project(position(city)));
      if (pixels > 44) label.addTo(map);
      else label.remove();
    };
    map.on("zoomend", readable);
    readable();
  }
};

const show = (map, points) => {
  if (points.length === 1) map.setView(position(points[0]), 13);
  else if (points.length) map.fitBounds(points.map(position), { padding: [28, 28], maxZoom: 14 });
  else map.setView([45.07, 7.69], 11);
};

const buttons = (element, map, groups) => {
  const bar = document.createElement("p");
  bar.className = "tn-map__cities";
  for (const [name, points] of groups) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tn-btn tn-btn--plain tn-btn--small";
    button.textContent = `${name} (${points.length})`;
    button.addEventListener("click", () => show(map, points));
    bar.append(button);
  }
  element.before(bar);
};

const start = (element) => {
  element.hidden = false;
  const texts = element.dataset;
  const points = read("map-points");
  const cities = read("map-cities");
  const map = L.map(element, { scrollWheelZoom: false, maxZoom: 18, zoomControl: false });
  show(map, []);
  L.control.zoom({ zoomInTitle: texts.zoomIn, zoomOutTitle: texts.zoomOut }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.attributionControl.setPrefix("Leaflet");
  if (texts.tiles) L.tileLayer(texts.tiles, { attribution: texts.attribution, maxZoom: 19 }).addTo(map);
  else for (const city of cities) drawRings(map, city);

  // Above thirty pins those near each other go together; below, only those that would lie on one another: a pin is
  // 34 wide, and where two are nearer than that, less than the 24 px that WCAG 2.2 asks for is left of one.
  const layer = L.markerClusterGroup({
    showCoverageOnHover: false, animate: false, maxClusterRadius: points.length > 30 ? 50 : 34, iconCreateFunction: clusterIcon(texts),
  });
  for (const point of points) markerOf(point, points.length === 1, texts).addTo(layer);
  layer.addTo(map);

  // The two cities are half a world apart: the map opens on the first that has points, buttons lead to the other.
  const groups = cities
    .map((city) => [city.name, points.filter((point) => map.distance(position(point), position(city)) < REACH)])
    .filter(([, near]) => near.length);
  show(map, groups[0]?.[1] ?? points);
  const elsewhere = points.length - groups.reduce((sum, [, near]) => sum + near.length, 0);
  if (groups.length > 1 || (groups.length && elsewhere)) buttons(element, map, [...groups, [texts.all, points]]);

  // A popup takes the focus, and gives it back to its pin. Leaflet hears Escape only while the map itself has the focus.
  map.on("popupopen", ({ popup }) => {
    popup.getElement().querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", texts.close);
    popup.getElement().querySelector(".leaflet-popup-content a")?.focus();
  });
  map.on("popupclose", ({ popup }) => {
    if (popup.getElement()?.contains(document.activeElement)) popup._source?.getElement()?.focus();
  });
  element.addEventListener("keydown", (event) => { if (event.key === "Escape") map.closePopup(); });
};

const startHere = () => {
  const element = document.querySelector("[data-map][hidden]");
  if (element) start(element);
};

startHere();
document.addEventListener("htmx:afterSwap", startHere);
