// Claiming from the row of a pool: done there and then, with the way back; a refusal says why in the place of the button.
import { send } from "./steps.js";
import { refuse, tell } from "./toasts.js";

function taken(button) {
  const row = button.closest("tr");
  const box = row?.querySelector('input[name="ids"]');
  if (box?.checked) box.click();
  if (box) box.disabled = true;
  row?.classList.add("mine");
  const said = document.createElement("span");
  said.className = "ok fs13 nowrap";
  said.textContent = `✓ ${button.dataset.claim}`;
  said.tabIndex = -1;
  button.replaceWith(said);
  said.focus({ preventScroll: true });
}

// One more, today and in all.
function count() {
  for (const one of document.querySelectorAll(".quota2 > div")) {
    const number = one.querySelector("b");
    number.textContent = String(Number(number.textContent) + 1);
    one.querySelector("progress").value += 1;
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-claim]");
  if (!button) return;
  event.preventDefault();
  button.disabled = true;
  const values = new FormData();
  values.set("one", button.value);
  const { told, sentence } = await send(button.getAttribute("formaction"), values);
  if (told) {
    taken(button);
    count();
    return tell(told.toast);
  }
  button.disabled = false;
  button.focus({ preventScroll: true });
  refuse(sentence);
});
