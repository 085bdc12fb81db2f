// The time that is left, every second; said aloud three times near the end.
import { say, word } from "./common.js";

const ALOUD = [10, 5, 1]; // minutes

export function startCountdown() {
  const place = document.querySelector("[data-countdown]");
  if (!place) return;
  const end = Date.parse(place.dataset.countdown);
  let before = Math.ceil((end - Date.now()) / 60000);
  const tick = () => {
    const seconds = Math.max(0, Math.floor((end - Date.now()) / 1000));
    place.textContent = text(seconds);
    place.closest(".tile").classList.toggle("urgent", seconds < 3600);
    const minutes = Math.ceil(seconds / 60);
    const due = ALOUD.find((mark) => minutes <= mark && before > mark);
    if (due) say(word("soon", { m: due }));
    if (!seconds && before > 0) say(word("left_none"));
    before = minutes;
  };
  tick();
  setInterval(tick, 1000);
}

function text(seconds) {
  const [d, h, m, s] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  if (!seconds) return word("left_none");
  if (d) return word("left_days", { d, h });
  return h ? word("left_hours", { h, m }) : word("left_minutes", { m, s });
}
