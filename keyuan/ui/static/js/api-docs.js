// The page of the API: typing leaves the operations that hold every word.
const input = document.querySelector("[data-api-search]");

input?.addEventListener("input", () => {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const one of document.querySelectorAll("[data-api-text]")) {
    const text = one.dataset.apiText.toLowerCase();
    one.hidden = !words.every((word) => text.includes(word));
  }
  for (const group of document.querySelectorAll("[data-api-group]")) {
    group.hidden = ![...group.querySelectorAll("li")].some((one) => !one.hidden);
  }
});
