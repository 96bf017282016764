// Talking to the server outside of htmx.
export const csrf = () => document.cookie.match(/(?:^|; )(?:__Host-)?keyuan_csrf=([^;]+)/)?.[1] ?? "";

export const post = (url, values = {}, options = {}) =>
  fetch(url, {
    method: "POST",
    body: values instanceof FormData ? values : new URLSearchParams(values),
    headers: { "X-CSRFToken": csrf(), "X-Requested-With": "fetch" },
    credentials: "same-origin",
    ...options,
  });

export const prefer = (name, value) => post("/account/preferences/", { [name]: value }).catch(() => undefined);

export function later(run, wait) {
  let timer;
  const late = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...given), wait);
  };
  late.cancel = () => clearTimeout(timer);
  return late;
}
