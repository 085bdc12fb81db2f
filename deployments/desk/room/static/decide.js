// The decision form: a summary of what is about to be sent, and help in filling it. It works without this.
import { all, page, word } from "./common.js";

const form = document.querySelector("[data-bar]");
let sending = false;

export function startDeciding() {
  if (!form) return;
  for (const button of all("[data-clear], [data-approve-all]", form)) button.hidden = false;
  form.querySelector("[data-clear]").addEventListener("click", () => chooseAll(""));
  form.querySelector("[data-approve-all]")?.addEventListener("click", () => chooseAll("approved"));
  document.addEventListener("change", (event) => event.target.closest("[data-decision]") && sum());
  form.addEventListener("submit", () => lock());
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.tagName !== "BUTTON") form.requestSubmit();
  });
  addEventListener("beforeunload", (event) => !sending && said().some(Boolean) && event.preventDefault());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  sum();
}

/** Chooses for one variant, as a click would. False when that choice is not open to this guest. */
export function choose(slide, value) {
  const radio = slide.querySelector(`[data-decision] input[type=radio][value="${value}"]:not(:disabled)`);
  if (!radio) return false;
  radio.checked = true;
  sum();
  if (value !== "approved") slide.querySelector("[data-note]").focus();
  return true;
}

function chooseAll(value) {
  for (const radio of all(`[data-decision] input[type=radio][value="${value}"]:not(:disabled)`)) radio.checked = true;
  sum();
}

const choiceOf = (box) => box.querySelector("input[type=radio]:checked")?.value ?? "";
const said = () => all("[data-decision]").map(choiceOf);

function sum() {
  const boxes = all("[data-decision]");
  for (const box of boxes) box.querySelector("[data-note]").required = ["rejected", "revise"].includes(choiceOf(box));
  const count = (value) => said().filter((choice) => choice === value).length;
  const parts = [
    ["sum_approved", count("approved")],
    ["sum_revise", count("revise")],
    ["sum_rejected", count("rejected")],
    ["sum_open", count("")],
  ].filter(([, n]) => n);
  const text = parts.map(([key, n]) => word(key, { n })).join(page.dataset.lang === "zh" ? "，" : ", ");
  form.querySelector("[data-sum]").textContent = text + cost(boxes.filter((box) => choiceOf(box) === "approved"));
}

// Rounded up, as everywhere: nobody pays more than was said.
function cost(boxes) {
  if (!boxes.length) return "";
  const millionths = boxes.reduce((total, box) => total + Math.round(Number(box.dataset.price) * 1e6), 0);
  const amount = `${(Math.ceil(millionths / 1e4) / 100).toFixed(2)} ${page.dataset.currency}`;
  return (page.dataset.lang === "zh" ? "；" : "; ") + word("sum_cost", { amount });
}

function lock() {
  sending = true;
  const button = form.querySelector("[data-send]");
  button.textContent = word("sending");
  // After the form was sent: a disabled button would take its own click back.
  setTimeout(() => {
    button.disabled = true;
  });
}
