// A part of the picture: drawn with a pointer, or given as four numbers; and those of comments, shown again.
import { all, say, shownCut, word } from "./common.js";
import { playerOf } from "./sync.js";

const SIDES = ["x", "y", "width", "height"];

export function startRegions() {
  for (const form of all("[data-comment-form]")) {
    const slide = form.closest("[data-slide]");
    form.querySelector("[data-region-draw]").addEventListener("click", () => begin(slide, form));
    form.querySelector("[data-region-clear]").addEventListener("click", () => clearRegion(slide));
    for (const input of all("[data-region-side]", form)) input.addEventListener("input", () => shape(slide, regionOf(form)));
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-region]");
    if (button) showRegion(button);
  });
}

/** The region of a comment that is being written, in shares of the picture; null: the whole picture. */
export function regionOf(form) {
  const numbers = SIDES.map((side) => form.querySelector(`[data-region-side="${side}"]`).value);
  if (numbers.every((value) => value === "")) return null;
  const [x, y, width, height] = numbers.map((value) => Number(value) / 100);
  return { x, y, width, height };
}

export function clearRegion(slide) {
  for (const input of all("[data-region-side]", slide)) input.value = "";
  end(slide);
  shape(slide, null);
}

function showRegion(button) {
  const slide = button.closest("[data-slide]");
  const [x, y, width, height] = button.dataset.region.split(" ").map(Number);
  const time = button.closest(".comment").querySelector("[data-seek]");
  if (time) seekTo(time);
  shape(slide, { x, y, width, height });
}

/** Moves the shot to the second a button names. */
export function seekTo(button) {
  const player = playerOf(button);
  player?.pause();
  player?.seek(Number(button.dataset.seek));
}

function shape(slide, region) {
  for (const other of all("[data-region-shape]", slide)) other.toggleAttribute("hidden", true);
  const overlay = shownCut(slide)?.querySelector("[data-overlay]");
  if (!overlay || !region) return;
  const { width, height } = overlay.viewBox.baseVal;
  const rect = overlay.querySelector("[data-region-shape]");
  rect.setAttribute("x", region.x * width);
  rect.setAttribute("y", region.y * height);
  rect.setAttribute("width", Math.max(0, region.width * width));
  rect.setAttribute("height", Math.max(0, region.height * height));
  rect.toggleAttribute("hidden", false);
}

let going = null; // what ends the drawing under way

function begin(slide, form) {
  const button = form.querySelector("[data-region-draw]");
  const screen = shownCut(slide)?.querySelector(".screen");
  if (going) return end(slide);
  if (!screen) return;
  playerOf(slide)?.pause();
  screen.classList.add("drawing");
  button.setAttribute("aria-pressed", "true");
  say(word("draw_on"));
  const stop = new AbortController();
  going = { stop, screen, button };
  const overlay = screen.querySelector("[data-overlay]");
  overlay.addEventListener("pointerdown", (event) => drag(slide, form, overlay, event), { signal: stop.signal });
  document.addEventListener("keydown", (event) => event.key === "Escape" && end(slide), { signal: stop.signal });
  screen.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function end() {
  if (!going) return;
  going.stop.abort();
  going.screen.classList.remove("drawing");
  going.button.setAttribute("aria-pressed", "false");
  going = null;
}

function drag(slide, form, overlay, start) {
  start.preventDefault();
  overlay.setPointerCapture(start.pointerId);
  const from = share(overlay, start);
  const { signal } = going.stop;
  overlay.addEventListener("pointermove", (event) => write(slide, form, from, share(overlay, event)), { signal });
  overlay.addEventListener("pointerup", () => end(slide), { signal });
}

// A point of the screen in shares of the picture, which may be smaller than its box.
function share(overlay, event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(overlay.getScreenCTM().inverse());
  const { width, height } = overlay.viewBox.baseVal;
  const within = (value) => Math.min(1, Math.max(0, value));
  return { x: within(point.x / width), y: within(point.y / height) };
}

function write(slide, form, from, to) {
  const region = {
    x: Math.min(from.x, to.x),
    y: Math.min(from.y, to.y),
    width: Math.abs(from.x - to.x),
    height: Math.abs(from.y - to.y),
  };
  const left = Math.round(region.x * 100);
  const top = Math.round(region.y * 100);
  const rounded = {
    x: left,
    y: top,
    width: Math.min(100 - left, Math.max(1, Math.round(region.width * 100))),
    height: Math.min(100 - top, Math.max(1, Math.round(region.height * 100))),
  };
  for (const side of SIDES) form.querySelector(`[data-region-side="${side}"]`).value = rounded[side];
  shape(slide, regionOf(form));
}
