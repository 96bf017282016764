// <details data-popover>: one open at a time; Esc and a click outside close it; the focus returns to its button.
const GAP = 4;
const EDGE = 8;
const phone = matchMedia("(max-width: 767px)");

const openOnes = () => [...document.querySelectorAll("details[data-popover][open]")];

function close(one, focus = false) {
  one.open = false;
  if (focus) one.querySelector("summary").focus();
}

function place(one) {
  const pop = one.querySelector(".pop");
  if (!pop) return;
  pop.style.cssText = "";
  if (phone.matches) return;
  const button = one.querySelector("summary").getBoundingClientRect();
  const size = pop.getBoundingClientRect();
  const wanted = pop.classList.contains("end") ? button.right - size.width : button.left;
  const below = innerHeight - button.bottom - GAP - EDGE;
  const above = button.top - GAP - EDGE;
  const up = size.height > below && above > below;
  pop.style.position = "fixed";
  pop.style.right = "auto";
  pop.style.left = `${Math.max(EDGE, Math.min(wanted, innerWidth - size.width - EDGE))}px`;
  pop.style.top = `${up ? Math.max(EDGE, button.top - GAP - size.height) : button.bottom + GAP}px`;
  pop.style.maxHeight = `${up ? above : below}px`;
}

document.addEventListener(
  "toggle",
  (event) => {
    const one = event.target;
    if (!one.matches?.("details[data-popover]") || !one.open) return;
    for (const other of openOnes()) if (other !== one && !other.contains(one)) close(other);
    place(one);
    // What lies in it may want to be fetched now.
    one.querySelector(".pop > [hx-trigger='kx:open']")?.dispatchEvent(new Event("kx:open"));
    one.querySelector(".pop [autofocus]")?.focus();
  },
  true,
);

document.addEventListener("click", (event) => {
  for (const one of openOnes()) {
    const inside = one.contains(event.target);
    const chosen = inside && event.target.closest(".menu .mi");
    if (!inside || chosen || event.target === one) close(one);
  }
});

document.addEventListener("keydown", (event) => {
  const last = openOnes().at(-1);
  if (!last) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopImmediatePropagation();
    close(last, true);
  } else if (["ArrowDown", "ArrowUp"].includes(event.key) && last.querySelector(".menu")) {
    event.preventDefault();
    step(last, event.key === "ArrowDown" ? 1 : -1);
  }
}, true);

function step(one, by) {
  const items = [...one.querySelectorAll(".menu :is(a, button)")];
  const at = items.indexOf(document.activeElement);
  items[(at + by + items.length) % items.length]?.focus();
}

document.addEventListener("htmx:after:swap", () => openOnes().forEach((one) => place(one)));
addEventListener("resize", () => openOnes().forEach((one) => place(one)));
document.addEventListener("scroll", (event) => {
  if (phone.matches) return;
  for (const one of openOnes()) if (!one.contains(event.target) && event.target.contains?.(one)) close(one);
}, true);
