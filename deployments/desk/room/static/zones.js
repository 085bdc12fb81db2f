// Draws what an app covers over the films of a shot.
import { all } from "./common.js";

export function startZones() {
  for (const choice of all("[data-zone]").filter((element) => element.tagName === "SELECT")) {
    choice.addEventListener("change", () => draw(choice.closest("[data-scene]"), choice.value));
  }
}

/** The next safe zone of a shot, and after the last one none. */
export function nextZone(scene) {
  const choice = scene.querySelector("select[data-zone]");
  if (!choice) return;
  choice.selectedIndex = (choice.selectedIndex + 1) % choice.options.length;
  draw(scene, choice.value);
}

function draw(scene, zone) {
  for (const shape of all("g[data-zone]", scene)) shape.toggleAttribute("hidden", shape.dataset.zone !== zone);
  for (const note of all("[data-zone-note]", scene)) note.hidden = note.dataset.zoneNote !== zone;
  for (const note of all("[data-zone-missing]", scene)) note.hidden = !zone;
}
