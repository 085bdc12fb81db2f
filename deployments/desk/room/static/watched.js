// Tells the desk which parts of the drafts were played, and shows how much that is.
import { all, percent, post, word } from "./common.js";

const EVERY = 4000; // milliseconds between two reports of a film that plays
const MOST = 100; // stretches of one report
const told = new Map(); // what was reported of a film, as text
const begun = new Set(); // drafts whose clock runs

const films = () => all('[data-cut][data-kind="draft"][data-sha] video');
const shaOf = (film) => film.closest("[data-cut]").dataset.sha;

export function startWatching() {
  const seen = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => begin(entry.target)));
  for (const film of films()) {
    seen.observe(film);
    film.addEventListener("play", () => begin(film));
    film.addEventListener("pause", () => report(film));
  }
  setInterval(() => films().filter((film) => !film.paused).forEach((film) => report(film)), EVERY);
  addEventListener("pagehide", () => films().forEach((film) => report(film, { keepalive: true })));
}

// The first report only starts the clock: nobody has watched more than there was time for.
function begin(film) {
  const sha = shaOf(film);
  if (begun.has(sha)) return;
  begun.add(sha);
  send(sha, []);
}

function report(film, options = {}) {
  const stretches = playedOf(film);
  const text = JSON.stringify(stretches);
  if (!stretches.length || told.get(film) === text) return;
  told.set(film, text);
  send(shaOf(film), stretches, options);
}

function playedOf(film) {
  const round = (seconds) => Math.round(seconds * 100) / 100;
  const ranges = Array.from({ length: film.played.length }, (_, n) => [round(film.played.start(n)), round(film.played.end(n))]);
  return ranges.filter(([from, to]) => to > from).slice(-MOST);
}

async function send(draft, stretches, options = {}) {
  const answer = await post("watched", { draft, stretches }, options).catch(() => null);
  if (!answer?.ok) {
    // Said again with the next report.
    for (const film of films()) if (shaOf(film) === draft) told.delete(film);
    return;
  }
  const { share } = await answer.json();
  for (const place of all(`[data-watched="${draft}"]`)) show(place, share);
  for (const meter of all(`[data-watched-meter="${draft}"]`)) meter.value = share;
}

function show(place, share) {
  const wanted = Number(place.dataset.wanted);
  place.textContent = word("watched", { share: percent(share) });
  place.closest(".watched").classList.toggle("enough", wanted > 0 && share >= wanted);
}
