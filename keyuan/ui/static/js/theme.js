// Runs before the first paint: "as the system" needs to know what the system prefers.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const wanted = root.dataset.theme;
    root.setAttribute("data-bs-theme", wanted === "auto" ? (dark.matches ? "dark" : "light") : wanted);
    root.dispatchEvent(new CustomEvent("kx:theme"));
  };
  if (root.dataset.theme === "auto") apply();
  dark.addEventListener("change", apply);
  root.addEventListener("kx:theme-chosen", apply);
})();
