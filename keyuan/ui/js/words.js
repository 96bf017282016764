// Sentences in the page's language, and saying things aloud to screen readers.
const block = document.getElementById("kx-words");
const sentences = block ? JSON.parse(block.textContent) : {};

export const say = (key, values = {}) =>
  (sentences[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

export function announce(text) {
  const live = document.getElementById("live");
  if (!live) return;
  live.textContent = "";
  setTimeout(() => (live.textContent = text), 30);
}

export const mac = /Mac|iPhone|iPad/.test(navigator.platform);

export function showOwnKeys(root = document) {
  if (!mac) return;
  for (const one of root.querySelectorAll("[data-keys]")) one.textContent = one.dataset.keys.replace(/Mod ?/, "⌘");
}
