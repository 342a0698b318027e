/** Query and key: what a score is made of, dimension by dimension. */

import { fromHalf, largest, products } from "./numbers.js";
import { bar, make, write } from "./page.js";
import { enlarged, sized } from "./paint.js";
import { percent, visible } from "./words.js";

const ROW = 26;
const TALLEST = 400;
const WIDE = 320;

/** The query-key view of the chosen head and token. */
export function createQueryKey(page) {
  const { store } = page;
  const say = make("p.hint");
  const head = make(
    "div.qk.qk-head",
    { "aria-hidden": "true" },
    make("span", {}, "key"),
    make("span", {}, "query × key, one cell for each dimension"),
    make("span.right", {}, "sum × scale"),
    make("span", {}, "weight"),
  );
  const list = make("div.stage", { role: "listbox", tabindex: 0 });
  const room = make("div.room", {}, list);
  const scroll = make("div.scroll", {}, room);
  const parts = make("p.hint", { role: "status" });
  const legend = make("span.legend", {}, "−", make("i.signed"), "+");
  const element = make(
    "div.pane",
    {},
    make("div.row", {}, say, legend),
    head,
    scroll,
    parts,
  );
  const rows = [];
  let top = 0;

  const vectors = () => {
    const { part, layer, head: number } = store.selection;
    const question = { kind: "query-key", part, layer, head: number };
    return store.shelf.get(question, ({ buffers }) => {
      const [query, key, bias] = buffers.map((b) => fromHalf(new Uint16Array(b)));
      return { query, key, bias: bias ?? null };
    });
  };

  const scoresOf = (found, token) => {
    const { d, scale, keys } = store.part;
    const query = found.query.subarray(token * d, (token + 1) * d);
    return Array.from({ length: keys }, (_, key) => {
      const by = products(query, found.key, key, d);
      const bias = found.bias ? found.bias[token * keys + key] : 0;
      const sum = by.reduce((a, b) => a + b, 0);
      return { by, score: sum * scale + bias, bias };
    });
  };

  const draw = () => {
    const { part } = store;
    const token = store.selection.side === "query" ? store.selection.token : null;
    const ready = part.d > 0 && token !== null;
    for (const box of [head, scroll, parts]) box.hidden = !ready;
    if (!part.d) {
      write(say, "No queries and keys here: explore(model, ...) reads them.");
      return;
    }
    if (!ready) {
      write(
        say,
        "Choose a query token: in the head view, or with the arrow keys here.",
      );
      scroll.hidden = false;
      list.replaceChildren();
      rows.length = 0;
      room.style.height = scroll.style.height = "40px";
      return;
    }
    write(say, `Query ${visible(part.query_tokens[token])} (${token}) with each key`);
    const height = Math.min(TALLEST, part.keys * ROW + 4);
    room.style.height = `${part.keys * ROW}px`;
    scroll.style.height = list.style.height = `${height}px`;
    list.setAttribute("aria-label", say.textContent);
    top = scroll.scrollTop;
    const found = vectors();
    if (found) fill(scoresOf(found, token), token, height);
  };

  const fill = (scores, token, height) => {
    const weights = store.layer() ? page.headWeights(token) : null;
    const { keys: length } = store.part;
    const { tokens } = page.side("key");
    let most = 0;
    for (const { by } of scores)
      for (const value of by) most = Math.max(most, Math.abs(value));
    const first = Math.max(0, Math.floor(top / ROW) - 1);
    const count = Math.min(length - first, Math.ceil(height / ROW) + 2);
    for (let i = 0; i < Math.max(count, rows.length); i += 1) {
      const row = rows[i] ?? newRow(i);
      row.element.hidden = i >= count;
      if (row.element.hidden) continue;
      const key = first + i;
      const { by, score } = scores[key];
      row.element.dataset.index = key;
      row.element.classList.toggle("xp-focus", key === page.lookedAt);
      row.element.style.transform = `translateY(${key * ROW - top}px)`;
      write(row.name, visible(tokens[key], 14));
      paint(row.canvas, by, most);
      write(row.score, score.toFixed(2).replace("-", "−"));
      const weight = weights ? weights[key] : 0;
      row.weight.replaceChildren(bar(weight, weights ? percent(weight) : ""));
    }
    const best = weights ? largest(weights, 1)[0] : 0;
    write(parts, madeOf(scores[page.lookedAt ?? best], tokens[page.lookedAt ?? best]));
  };

  const madeOf = ({ by, score, bias }, token) => {
    const sizes = by.map(Math.abs);
    const list_ = largest(sizes, 4).map((i) => `dimension ${i}: ${signed(by[i])}`);
    const extra = bias ? `, position bias ${signed(bias)}` : "";
    const scale = store.part.scale.toPrecision(3);
    return (
      `${visible(token)}: score ${signed(score)}${extra}; the products are ` +
      `multiplied by ${scale}. Largest: ${list_.join(", ")}.`
    );
  };
  const signed = (number) => `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(2)}`;

  const newRow = (i) => {
    const name = make("bdi.name");
    const canvas = make("canvas");
    const score = make("span.right");
    const weight = make("span");
    const element_ = make("div.qk", { role: "option" }, name, canvas, score, weight);
    list.append(element_);
    rows[i] = { element: element_, name, canvas, score, weight };
    return rows[i];
  };

  const paint = (canvas, by, most) => {
    const { signed: ramp } = page.colours();
    const image = new ImageData(by.length, 1);
    const pixels = new Uint32Array(image.data.buffer);
    by.forEach((value, i) => {
      pixels[i] = ramp[Math.round(127.5 + (127.5 * value) / (most || 1))];
    });
    enlarged(sized(canvas, WIDE, ROW - 8), image, 0, 0, WIDE, ROW - 8);
  };

  const look = (key) => {
    page.lookedAt = key;
    page.schedule();
  };
  const reveal = () => {};
  scroll.addEventListener("scroll", () => page.schedule());
  list.addEventListener("pointermove", (event) => {
    const row = event.target.closest("[data-index]");
    const key = row ? Number(row.dataset.index) : null;
    if (key === page.lookedAt) return;
    look(key);
  });
  list.addEventListener("keydown", (event) => {
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!sideways || event.shiftKey) {
      page.walk(event, "query");
      return;
    }
    page.used(event);
    const next = (page.lookedAt ?? (sideways > 0 ? -1 : 0)) + sideways;
    const key = Math.max(0, Math.min(store.part.keys - 1, next));
    const [start, end] = [key * ROW, (key + 1) * ROW - scroll.clientHeight];
    scroll.scrollTop = Math.max(end, Math.min(start, scroll.scrollTop));
    look(key);
  });
  return { element, draw, overlay: draw, reveal };
}
