// Sums of a board in whole cents, written as the server writes them.
const zh = document.documentElement.lang.startsWith("zh");
const UNITS = zh
  ? [[1e4, 1e4, "万", 1], [1e8, 1e8, "亿", 2]]
  : [[1e4, 1e3, "K", 1], [1e6, 1e6, "M", 1], [1e9, 1e9, "B", 1]];

const written = (number, places) => number.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });

export function short(cents) {
  let figure = Math.floor((cents + 50) / 100);
  let [counted, unit, places] = [1, "", 0];
  for (const [start, scale, name, digits] of UNITS) {
    if (figure * counted < start) break;
    const step = (scale * 100) / 10 ** digits;
    figure = Math.floor((cents + step / 2) / step) / 10 ** digits;
    [counted, unit, places] = [scale, name, digits];
  }
  return `¥${written(figure, places)}${unit}`;
}

export const exact = (cents) => `¥${written(cents / 100, 2)}`;

// Half up to the cent, as the database does.
export const weighted = (cents, probability) => Number((BigInt(cents) * BigInt(probability) + 50n) / 100n);

const COMMITTED = 70;

// The sums after a card has gone from one column to another; `to` may be no column: won or lost.
export function shifted(heads, card, from, to, chance, months) {
  const next = structuredClone(heads);
  const cents = Number(card.dataset.cents ?? 0);
  const before = Number(card.dataset.probability ?? 0);
  const add = (key, sign, probability) => {
    const head = next[key];
    if (!head) return;
    head.number += sign;
    if ("amount" in head) head.amount += sign * cents;
    if ("weighted" in head) head.weighted += sign * weighted(cents, probability);
    if ("committed" in head && probability >= COMMITTED) head.committed += sign * cents;
  };
  add(from, -1, before);
  add("total", -1, before);
  if (to) (add(to, 1, chance), add("total", 1, chance));
  if (months && "month" in next.total) next.total.month += cents * ((to === months) - (from === months));
  return next;
}
