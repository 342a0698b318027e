/** The token strip: the text itself, shaded by where one token looks. */

import { make, write } from "./page.js";
import { percent, visible } from "./words.js";

/** The strip of the side that is looked at. */
export function createStrip(page) {
  const { store } = page;
  const box = make("div.strip", { role: "listbox", tabindex: 0 });
  const hint = make("p.hint");
  const way = make("button.small", {
    onclick: () => {
      page.crossOver(store.selection.side === "query" ? "key" : "query");
    },
  });
  const element = make("div.pane", {}, make("div.row", {}, way, hint), box);
  let drawnFor = null;
  let spans = [];

  const build = (tokens) => {
    drawnFor = tokens;
    spans = tokens.map((token, index) =>
      make(
        "span.word",
        { role: "option", id: `${page.id}-strip-${index}`, "data-index": index },
        make("bdi", {}, visible(token)),
        make("small.share"),
        make("i.gauge"),
      ),
    );
    box.replaceChildren(...spans);
  };

  const draw = () => {
    const side = store.selection.side;
    const { tokens } = page.side(side);
    if (drawnFor !== tokens) build(tokens);
    const byQuery = side === "query";
    box.dataset.side = side;
    box.setAttribute("aria-label", byQuery ? "Text: who looks" : "Text: looked at");
    write(way, byQuery ? "Show who looks at a token" : "Show where a token looks");
    overlay();
  };

  const overlay = () => {
    const { side, token } = store.selection;
    const focus = store.hover ?? (token === null ? null : { side, index: token });
    const weights = store.gazeOf(focus);
    const other = page.side(side === "query" ? "key" : "query");
    // With two texts the shades lie on the other one, which is named below.
    const same = !store.part.key_tokens;
    const shown = same ? other.shown : null;
    const own = page.side(side).shown;
    spans.forEach((span, index) => {
      const weight = weights && shown?.[index] ? weights[index] : 0;
      span.style.setProperty("--shade", `${Math.round(Math.sqrt(weight) * 100)}%`);
      span.classList.toggle("xp-strong", weight > 0.4);
      span.classList.toggle("xp-focus", focus?.index === index);
      span.classList.toggle("xp-hidden", !own[index]);
      span.setAttribute("aria-selected", token === index);
      span.children[2].style.width = `${weight * 100}%`;
      write(span.children[1], weight >= 0.05 ? percent(weight) : "");
    });
    const active = token === null ? "" : `${page.id}-strip-${token}`;
    if (active) box.setAttribute("aria-activedescendant", active);
    else box.removeAttribute("aria-activedescendant");
    write(hint, same ? "" : "The other text's tokens stand in the table below.");
  };

  const reveal = (index) => {
    const span = spans[index];
    if (!span) return;
    const { offsetTop: start, offsetHeight: size } = span;
    if (start < box.scrollTop) box.scrollTop = start;
    const end = start + size - box.clientHeight;
    if (end > box.scrollTop) box.scrollTop = end;
  };

  page.pointAtTokens(box);
  box.addEventListener("keydown", (event) => page.walk(event, store.selection.side));
  return { element, draw, overlay, reveal };
}
