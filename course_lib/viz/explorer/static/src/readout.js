/** What the picture says in words, what it leaves out, the table of numbers. */

import { largest } from "./numbers.js";
import { bar, folded, make, table, write } from "./page.js";
import { counted, exact, gaze, grouped, percent, placed } from "./words.js";

/** The lines below the picture. */
export function createReadout(page) {
  const { store } = page;
  const said = make("p.said", { id: `${page.id}-said`, role: "status" });
  const pointed = make("p.pointed", { "aria-hidden": "true" });
  const counts = make("p.counts.hint");
  const trouble = make("p.trouble", { role: "alert" });
  const strongest = folded("Strongest weights, as a table", () => draw());
  const words = make("div.words", {}, said, pointed);
  const element = make("div", {}, words, counts, trouble);

  /** The exact weights of a query's row where eight bits travelled, or null. */
  const exactRow = (focus) => {
    const { part, layer, head } = store.selection;
    const wanted = focus?.side === "query" && store.how() === "head";
    if (!wanted || !store.about.live || store.layer()?.full !== 255) return null;
    const question = { kind: "row", part, layer, head, token: focus.index };
    return store.shelf.get(question, ({ buffers }) => new Float32Array(buffers[0]));
  };
  const looks = (focus, count) => {
    const other = focus.side === "query" ? "key" : "query";
    const { tokens, shown } = page.side(other);
    const rough = store.gazeOf(focus);
    const precise = exactRow(focus);
    const weights = precise ?? rough;
    const places = largest(weights, count, shown).filter((i) => weights[i] >= 0.005);
    const isRough = !precise && store.matrix().full === 255;
    return places.map((i) => ({
      i,
      name: placed(tokens, i),
      weight: weights[i],
      isRough,
    }));
  };
  const sentence = (focus) => {
    const token = placed(page.side(focus.side).tokens, focus.index);
    const { shown } = page.side(focus.side);
    if (!shown[focus.index]) return `${token} is hidden by the filters above.`;
    const least = store.settings.threshold;
    const others = looks(focus, 3).filter(({ weight }) => weight >= least);
    const said_ = others.map(({ name, weight }) => [name, weight]);
    return gaze(token, said_, focus.side);
  };
  const cellSentence = ({ query, key }) => {
    const row = exactRow({ side: "query", index: query });
    const { data, full, columns } = store.matrix();
    const weight = row ? row[key] : data[query * columns + key] / full;
    const names = [placed(page.side("query").tokens, query)];
    names.push(placed(page.side("key").tokens, key));
    return `${names.join(" → ")}: ${exact(weight, !row && full === 255)}`;
  };

  const speak = () => {
    const { token, side } = store.selection;
    if (!store.matrix()) return;
    if (store.cell) write(said, cellSentence(store.cell));
    else if (token !== null) write(said, sentence({ side, index: token }));
    else write(said, `${page.title()}. Choose a token to see where it looks.`);
  };
  const point = () => {
    const { hover, cell } = store;
    if (!store.matrix() || (!hover && !cell)) write(pointed, "");
    else write(pointed, cell ? cellSentence(cell) : sentence(hover));
  };
  const left = () => {
    const masks = store.shown();
    const lines = store.lines();
    if (!lines) return "Reading the layer …";
    const inView = store.selection.view === "head";
    const drawnCount = grouped(lines.from.length);
    const parts = [
      inView
        ? `${drawnCount} of ${counted(lines.total, "line")} drawn`
        : `${counted(lines.total, "weight")} above the threshold`,
    ];
    const hidden = (mask) => mask.length - mask.reduce((a, b) => a + b, 0);
    const [queries, keys] = [hidden(masks.queries), hidden(masks.keys)];
    if (queries) parts.push(`${counted(queries, "query token")} hidden`);
    if (keys) parts.push(`${counted(keys, "key token")} hidden${weightHidden(masks)}`);
    return `${parts.join("; ")}.`;
  };
  const weightHidden = ({ keys }) => {
    const { token, side } = store.selection;
    if (token === null || side === "key") return "";
    const weights = store.gazeOf({ side, index: token });
    const gone = weights.reduce((sum, w, i) => sum + (keys[i] ? 0 : w), 0);
    return `, with ${percent(gone)} of this token's weight`;
  };

  const draw = () => {
    write(trouble, store.trouble);
    write(counts, left());
    speak();
    point();
    if (strongest.element.open && store.matrix()) fill();
  };
  const fill = () => {
    const { token, side } = store.selection;
    const focus = token === null ? null : { side, index: token };
    const rows = focus ? looks(focus, 12).map((w) => ofOne(focus, w)) : ofAll();
    const heads = ["query", "key", "weight", "as a bar"];
    const what = focus
      ? `Strongest weights of ${placed(page.side(side).tokens, token)}`
      : "Strongest weights of the whole picture";
    strongest.body.replaceChildren(table(`${what}; ${page.title()}`, heads, rows));
  };
  const line = (query, key, weight, isRough) => [
    make("bdi", {}, query),
    make("bdi", {}, key),
    exact(weight, isRough),
    bar(weight, percent(weight)),
  ];
  const ofOne = ({ side, index }, { name, weight, isRough }) => {
    const own = placed(page.side(side).tokens, index);
    return side === "query"
      ? line(own, name, weight, isRough)
      : line(name, own, weight, isRough);
  };
  const ofAll = () => {
    const { from, to, weights } = store.lines();
    const isRough = store.matrix().full === 255;
    const last = Array.from({ length: Math.min(12, from.length) }, (_, i) => i + 1);
    return last.map((i) => {
      const place = from.length - i;
      const query = placed(page.side("query").tokens, from[place]);
      const key = placed(page.side("key").tokens, to[place]);
      return line(query, key, weights[place], isRough);
    });
  };
  return { element, table: strongest.element, draw, speak, point };
}
