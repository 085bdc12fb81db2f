// Chooses the take a variant shows, and shows the one before beside it.
import { all, shownCut } from "./common.js";
import { playerOf } from "./sync.js";

export function startTakes() {
  for (const bar of all("[data-takes]")) {
    const slide = bar.closest("[data-slide]");
    bar.hidden = false;
    for (const button of all("[data-take]", bar)) button.addEventListener("click", () => choose(slide, button.dataset.take));
    const compare = bar.querySelector("[data-compare]");
    compare.addEventListener("click", () => show(slide, shownCut(slide).dataset.cut, compare.ariaPressed !== "true"));
    label(slide);
  }
}

function choose(slide, key) {
  show(slide, key, false);
}

function show(slide, key, comparing) {
  const cut = slide.querySelector(`[data-cut="${key}"]`);
  const before = comparing ? `draft-${cut.dataset.before}` : null;
  const player = playerOf(slide);
  const time = player?.time ?? 0;
  for (const other of all("[data-cut]", slide)) {
    other.classList.toggle("compared", other.dataset.cut === before);
    other.hidden = other !== cut && other.dataset.cut !== before;
  }
  for (const about of all("[data-about]", slide)) about.hidden = about.dataset.about !== key;
  for (const button of all("button[data-take]", slide)) button.setAttribute("aria-pressed", String(button.dataset.take === key));
  slide.classList.toggle("comparing", comparing);
  slide.querySelector("[data-compare]").setAttribute("aria-pressed", String(comparing));
  label(slide);
  player?.refresh();
  player?.seek(time);
  slide.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// What is compared with depends on what is shown; a first take and a final have nothing before them.
function label(slide) {
  const cut = shownCut(slide);
  const compare = slide.querySelector("[data-compare]");
  compare.hidden = !cut.dataset.before || !slide.querySelector(`[data-cut="draft-${cut.dataset.before}"] video`);
  compare.textContent = compare.dataset.label.replace("{take}", cut.dataset.before);
  const form = slide.querySelector("[data-comment-form]");
  if (!form) return;
  form.hidden = cut.dataset.kind !== "draft" || !cut.dataset.sha;
  const name = form.querySelector("[data-comment-label]");
  name.textContent = name.dataset.commentLabel.replace("{take}", cut.dataset.take);
}
