// The keyboard. No key is taken while somebody types, or from a control that uses it itself.
import { all } from "./common.js";
import { choose } from "./decide.js";
import { playerOf } from "./sync.js";
import { nextZone } from "./zones.js";

const dialog = document.querySelector("[data-keys]");
const TYPING = "textarea, select, input:not([type=radio]):not([type=checkbox]):not([type=range])";
const PRESSABLE = "button, a, summary, video, input";
let last = null; // the variant that was used last

const ACTIONS = {
  k: (slide) => playerOf(slide)?.toggle(),
  " ": (slide) => playerOf(slide)?.toggle(),
  j: (slide) => playerOf(slide)?.step(-1),
  l: (slide) => playerOf(slide)?.step(1),
  ArrowLeft: (slide, event) => move(slide, event, -1),
  ArrowRight: (slide, event) => move(slide, event, 1),
  a: (slide) => choose(slide, "approved"),
  r: (slide) => choose(slide, "rejected"),
  c: (slide) => choose(slide, "revise"),
  m: (slide) => slide.querySelector("[data-comment-form]:not([hidden]) textarea")?.focus(),
  z: (slide) => nextZone(slide.closest("[data-scene]")),
};

export function startKeys() {
  for (const button of all("[data-keys-open]")) {
    button.hidden = false;
    button.addEventListener("click", () => dialog.showModal());
  }
  document.addEventListener("focusin", (event) => {
    last = event.target.closest("[data-slide]") ?? last;
  });
  document.addEventListener("keydown", pressed);
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open) return;
  if (event.target.closest(TYPING) || taken(event)) return;
  if (event.key === "?") dialog.showModal();
  else if (/^[1-9]$/.test(event.key)) focus(event.key);
  else if (!act(event)) return;
  event.preventDefault();
}

function act(event) {
  const action = ACTIONS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const slide = current(event.target);
  if (!action || !slide) return false;
  action(slide, event);
  return true;
}

// Space presses buttons; arrows move through choices, along a slider and across a row of films.
function taken(event) {
  if (event.key === " ") return Boolean(event.target.closest(PRESSABLE));
  if (event.key.startsWith("Arrow")) return Boolean(event.target.closest("input, video"));
  return false;
}

function move(slide, event, direction) {
  if (event.shiftKey) playerOf(slide)?.frame(direction);
  else playerOf(slide)?.step(direction);
}

function focus(number) {
  const slide = document.querySelector(`[data-number="${number}"]`);
  slide?.focus({ preventScroll: true });
  slide?.scrollIntoView({ block: "nearest", inline: "center" });
}

// The variant that has the focus, else the one used last in the shot on the screen, else the first one there.
function current(target) {
  const here = target.closest("[data-slide]");
  if (here) return here;
  const scenes = all("[data-scene]");
  const middle = innerHeight / 2;
  const scene = target.closest("[data-scene]") ?? scenes.find((one) => one.getBoundingClientRect().bottom > middle) ?? scenes[0];
  return last && scene?.contains(last) ? last : scene?.querySelector("[data-slide]");
}
