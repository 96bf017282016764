// A menu that is made where it is needed: beside its button, on a phone from below.
const GAP = 4;
const EDGE = 8;

export function openMenu(button, title, items, closed) {
  document.querySelector(".k-menu")?.remove();
  const menu = Object.assign(document.createElement("div"), { className: "pop menu k-menu" });
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", title);
  menu.append(Object.assign(document.createElement("p"), { className: "t3 fs12", textContent: title }));
  for (const { text, go } of items) {
    const item = Object.assign(document.createElement("button"), { type: "button", className: "mi", textContent: text });
    item.setAttribute("role", "menuitem");
    item.addEventListener("click", () => (close(true), go()));
    menu.append(item);
  }
  const all = () => [...menu.querySelectorAll("button")];
  const away = (event) => menu.contains(event.target) || close(false);
  const key = (event) => {
    const at = all().indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") close(true);
    else if (to !== undefined) all().at(to % all().length)?.focus();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  function close(back) {
    menu.remove();
    removeEventListener("pointerdown", away, true);
    removeEventListener("keydown", key, true);
    if (back) closed?.();
  }
  document.body.append(menu);
  const box = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(EDGE, Math.min(box.right - size.width, innerWidth - size.width - EDGE))}px`;
  const below = box.top + Math.min(box.height, 32) + GAP;
  menu.style.top = `${Math.max(EDGE, Math.min(below, innerHeight - size.height - EDGE))}px`;
  addEventListener("pointerdown", away, true);
  addEventListener("keydown", key, true);
  all()[0]?.focus();
}
