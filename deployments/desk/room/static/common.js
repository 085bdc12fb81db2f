// What every script of the page needs: its values, its words, a way to speak and a way to send.
export const page = document.querySelector("[data-page]");
const texts = JSON.parse(page.dataset.words);

/** A text of the page in its language, with `{name}` marks filled in. */
export function word(key, values = {}) {
  return Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), texts[key]);
}

/** Says something to whoever does not see the page. */
export function say(text) {
  page.querySelector("[data-status]").textContent = text;
}

/** A place in a film: `0:02.5`. */
export function clock(seconds) {
  const tenths = Math.round(Math.max(0, seconds) * 10);
  return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, "0")}.${tenths % 10}`;
}

/** Seconds as a whole percentage, rounded down. */
export function percent(share) {
  return `${Math.floor(share * 100 + 1e-9)}%`;
}

/** Sends JSON to a page below the campaign's; the answer, whatever its status. */
export function post(what, body, options = {}) {
  return fetch(`/room/${page.dataset.campaign}/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Workprint-CSRF": page.dataset.csrf },
    body: JSON.stringify(body),
    ...options,
  });
}

export const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];

/** The film that a variant shows: the take that was chosen, not the one it is compared with. */
export function shownCut(slide) {
  return slide.querySelector("[data-cut]:not([hidden]):not(.compared)");
}
