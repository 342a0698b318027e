/** The effect panel: heads switched off, what the model says then, the logit lens. */

import { bar, folded, make, roving, table, write } from "./page.js";
import { percent, placed, visible } from "./words.js";

/** Heads as switches, and the answer before and after. */
export function createEffect(page) {
  const { store } = page;
  const { can } = store.about;
  const title = "Effect: switch heads off";
  const { element, body } = folded(title, () => ask());
  const status = make("p.hint", { role: "status" });
  const measured = make("p.hint", { role: "status" });
  const grid = make("div.switches", {
    role: "group",
    "aria-label": "Heads, on or off",
  });
  const result = make("div.result");
  const measure = make(
    "button.small",
    { onclick: () => importance() },
    "Measure importance",
  );
  const allOn = make(
    "button.small",
    { onclick: () => store.switchOff([]) },
    "Switch all on",
  );
  measure.hidden = !can.includes("importance");
  const buttons = make("div.row", {}, allOn, measure);
  body.append(buttons, measured, make("div.scrolls", {}, grid), status, result);
  const reach = roving(grid, { width: () => store.part.heads + 1 });
  let cells = [];
  let builtFor = null;
  let asked = null;
  let number = 0;
  let measuring = false;

  const isOff = (layer, head) =>
    store.off.some(([p, l, h]) => p === store.part.name && l === layer && h === head);
  const toggle = (layer, heads) => {
    const { name } = store.part;
    const allOff = heads.every((head) => isOff(layer, head));
    const others = store.off.filter(
      ([p, l, h]) => p !== name || l !== layer || !heads.includes(h),
    );
    const more = allOff ? [] : heads.map((head) => [name, layer, head]);
    store.switchOff([...others, ...more]);
  };

  const build = () => {
    const { part } = store;
    builtFor = part;
    const every = Array.from({ length: part.heads }, (_, head) => head);
    cells = [];
    const rows = [];
    for (let layer = 0; layer < part.layers; layer += 1) {
      const flip = () => toggle(layer, every);
      const label = `All heads of layer ${layer}`;
      const name = `layer ${layer}`;
      rows.push(make("button.all", { "aria-label": label, onclick: flip }, name));
      for (const head of every) {
        const button = make(
          "button.switch",
          { onclick: () => toggle(layer, [head]) },
          `${head}`,
        );
        cells.push({ button, layer, head });
        rows.push(button);
      }
    }
    const { style } = grid;
    const size = "minmax(28px, 44px)";
    style.gridTemplateColumns = `max-content repeat(${part.heads}, ${size})`;
    grid.replaceChildren(...rows);
    reach(rows[0]);
  };

  const draw = () => {
    if (!element.open) return;
    if (builtFor !== store.part) build();
    const values = store.part.figures.importance;
    const most = values ? Math.max(1e-9, ...values.flat()) : 1;
    for (const { button, layer, head } of cells) {
      const off = isOff(layer, head);
      const weight = values ? values[layer][head] : 0;
      button.setAttribute("aria-pressed", off);
      const effect = values ? `, importance ${weight.toFixed(3)}` : "";
      const state = off ? "off" : "on";
      button.setAttribute(
        "aria-label",
        `Layer ${layer}, head ${head}: ${state}${effect}`,
      );
      button.title = button.getAttribute("aria-label");
      button.style.setProperty("--shade", `${Math.round((70 * weight) / most)}%`);
    }
    ask();
  };

  const ask = async () => {
    const key = JSON.stringify(store.off);
    if (!element.open || asked === key) return;
    asked = key;
    const mine = (number += 1);
    write(status, "Asking the model …");
    try {
      const late = (says) => mine === number && write(status, says);
      const answer = await store.wire.ask({ kind: "ablate", heads: store.off }, late);
      if (mine === number) showAnswer(answer);
    } catch (error) {
      if (mine === number) write(status, error.message);
    }
    page.schedule();
  };

  const showAnswer = ({ question, labels, before, after, change }) => {
    const count = store.off.length;
    const heads = count === 1 ? "1 head" : `${count} heads`;
    write(
      status,
      count
        ? `${heads} off: ${percent(change)} of the probability moves to other answers.`
        : "All heads on. Choose heads above to switch them off.",
    );
    const rows = labels.map((label, i) => [
      make("bdi", {}, visible(label)),
      bar(before[i], percent(before[i]), ".was"),
      bar(after[i], percent(after[i])),
    ]);
    const heads_ = [question, "all heads on", count ? `${heads} off` : "now"];
    result.replaceChildren(table(`The model's answer: ${question}`, heads_, rows));
  };

  const importance = async () => {
    if (measuring) return;
    measuring = true;
    try {
      const tell = (done, of) =>
        write(measured, `Switched off ${done} of ${of} heads …`);
      const late = (says) => write(measured, says);
      const answer = await store.wire.ask({ kind: "importance" }, late, tell);
      for (const part of store.about.parts) {
        const found = answer.importance[part.name];
        if (found) part.figures = { ...part.figures, importance: found };
      }
      write(
        measured,
        "The fuller a head's colour, the more it changes. Sort by importance above.",
      );
    } catch (error) {
      write(measured, error.message);
    }
    measuring = false;
    page.schedule();
  };
  return { element, draw };
}

/** The logit lens: what the model would say if it ended at each layer. */
export function createLens(page) {
  const { store } = page;
  const { element, body } = folded("Logit lens: the answer, layer by layer", () =>
    draw(),
  );
  const status = make("p.hint", { role: "status" });
  const box = make("div.scrolls");
  body.append(status, box);
  const { parts } = store.about;
  const predicting = parts.find(({ name }) => name === "decoder") ?? parts[0];
  let asked;

  /** The chosen token where the model predicts; null: where its question is asked. */
  const place = () => {
    const { token, side } = store.selection;
    const own = store.part === predicting;
    return own || (store.part.name === "cross" && side === "query") ? token : null;
  };

  const draw = async () => {
    const at = place();
    if (!element.open || asked === at) return;
    asked = at;
    try {
      const late = (says) => asked === at && write(status, says);
      const { rows } = await store.wire.ask({ kind: "lens", token: at }, late);
      if (asked === at) show(rows, at);
    } catch (error) {
      box.replaceChildren();
      if (asked === at) write(status, error.message);
    }
  };

  const show = (rows, at) => {
    const { query_tokens: tokens } = predicting;
    const where = at === null ? "the place that is asked for" : placed(tokens, at);
    write(status, `Read at ${where}; choose another token above.`);
    const cells = rows.map(({ layer, labels, probabilities }) => [
      layer,
      ...labels.map((label, i) =>
        make(
          "span",
          {},
          make("bdi", {}, visible(label, 14)),
          ` ${percent(probabilities[i])}`,
        ),
      ),
    ]);
    const heads = ["after", ...rows[0].labels.map((_, i) => `${i + 1}.`)];
    box.replaceChildren(table("Likeliest answers after each layer", heads, cells));
  };
  return { element, draw };
}
