// Comments: sent without leaving the page, shown at once, and added to the words of the next take.
import { all, clock, page, post, say, shownCut, word } from "./common.js";
import { clearRegion, regionOf, seekTo } from "./region.js";
import { playerOf } from "./sync.js";

const nonces = new WeakMap(); // the same text sent twice counts once

export function startComments() {
  for (const form of all("[data-comment-form]")) {
    const cut = shownCut(form.closest("[data-slide]"));
    form.hidden = cut?.dataset.kind !== "draft" || !cut.dataset.sha;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-seek]");
    if (button) seekTo(button);
  });
}

async function send(form) {
  const slide = form.closest("[data-slide]");
  const cut = shownCut(slide);
  const button = form.querySelector("[type=submit]");
  if (!nonces.has(form)) nonces.set(form, crypto.randomUUID());
  button.disabled = true;
  const answer = await post("comments", remark(form, slide, cut)).catch(() => null);
  button.disabled = false;
  if (answer?.status === 201) kept(form, slide, cut, await answer.json());
  else refused(form, answer?.status, await problemsOf(answer));
}

function remark(form, slide, cut) {
  const at = form.querySelector("[data-comment-at]").checked;
  return {
    variant: slide.dataset.variant,
    take: Number(cut.dataset.take),
    draft: cut.dataset.sha,
    text: form.querySelector("[data-comment-text]").value,
    second: at ? Math.round(playerOf(slide).time * 100) / 100 : null,
    region: regionOf(form),
    nonce: nonces.get(form),
  };
}

function kept(form, slide, cut, comment) {
  nonces.delete(form);
  const list = slide.querySelector(`[data-comments="${cut.dataset.cut}"]`);
  const first = !list.children.length;
  const item = itemOf(comment);
  list.append(item);
  slide.querySelector(`[data-about="${cut.dataset.cut}"] [data-no-comments]`).hidden = true;
  form.querySelector("[data-comment-text]").value = "";
  form.querySelector("[data-comment-problems]").replaceChildren();
  clearRegion(slide);
  extend(slide, cut, comment.line, first);
  item.scrollIntoView({ block: "nearest" });
  say(word("sent"));
}

// The words of the next take say it as well: after the words before, or after the remark before.
function extend(slide, cut, line, first) {
  const prompt = slide.querySelector("[data-next-prompt]");
  if (!prompt || !line || prompt.dataset.nextPrompt !== cut.dataset.take) return;
  const before = prompt.value.trim();
  prompt.value = before ? before + (first ? "\n" : "; ") + line : line;
}

function itemOf(comment) {
  const item = make("li", "comment fresh");
  const head = make("p", "comment-head");
  const time = make("time", "", `${comment.at.slice(0, 16).replace("T", " ")} UTC`);
  time.dateTime = comment.at;
  head.append(make("b", "", comment.actor), " ", time);
  const text = make("p", "comment-text");
  if (comment.second !== null) {
    const button = make("button", "small time", clock(comment.second));
    button.type = "button";
    button.dataset.seek = comment.second;
    text.append(button, " ");
  }
  if (comment.region) text.append(regionButton(comment.region), " ");
  text.append(comment.text);
  item.append(head, text);
  return item;
}

function regionButton({ x, y, width, height }) {
  const button = make("button", "small", "⛶");
  button.type = "button";
  button.dataset.region = [x, y, width, height].join(" ");
  button.setAttribute("aria-label", word("region_show"));
  return button;
}

function make(name, classes, text = "") {
  const element = document.createElement(name);
  element.className = classes;
  element.textContent = text;
  return element;
}

async function problemsOf(answer) {
  const said = await answer?.json().catch(() => null);
  return (said?.problems ?? []).map(textOf);
}

// As the desk says problems itself: a rule that begins with its verb is said of the field it names.
function textOf({ path, rule, fix, zh }) {
  if (page.dataset.lang === "zh" && zh) return zh;
  const field = /^(is|has|must) /.test(rule) ? `${path.split(".").pop()} ` : "";
  return [field + rule, fix].filter(Boolean).join("; ");
}

function refused(form, status, problems) {
  const told = status === 401 || status === 410 ? [word("no_session")] : problems;
  const lines = (told.length ? told : [word("failed")]).map((line) => make("li", "", line));
  form.querySelector("[data-comment-problems]").replaceChildren(...lines);
}
