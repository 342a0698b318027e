// What the pages add to the theme: explorers take the page's colours and their own
// height; what scrolls sideways can be reached by the keyboard.
"use strict";

function dress(frame) {
  const inside = frame.contentDocument;
  if (!inside || !inside.body) return; // a page opened as a file is another origin
  const theme = document.documentElement.dataset.theme;
  inside.documentElement.dataset.theme = theme;
  inside.documentElement.style.colorScheme = theme;
  inside.body.style.cssText =
    "margin:0;overflow-y:hidden;background:" + (theme === "dark" ? "#111315" : "#fff");
  const title = inside.querySelector("h1");
  if (title) title.style.cssText =
    "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)";
}

function follow(frame) {
  const start = () => {
    const inside = frame.contentDocument;
    const main = inside && inside.querySelector("main");
    if (!main) return;
    dress(frame);
    new ResizeObserver(() => {
      frame.height = Math.ceil(main.getBoundingClientRect().height) + 8;
    }).observe(main);
  };
  frame.addEventListener("load", start);
  start();
}

function reach() {
  const scrolling = ".cell_output .output, .cell_output pre, .highlight pre, " +
    ".pst-scrollable-table-container, .course-formula, .bd-article table";
  for (const box of document.querySelectorAll(scrolling)) {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
  }
}

addEventListener("DOMContentLoaded", () => {
  const frames = [...document.querySelectorAll("iframe.course-explorer")];
  frames.forEach(follow);
  new MutationObserver(() => frames.forEach(dress))
    .observe(document.documentElement, { attributeFilter: ["data-theme"] });
  reach();
  addEventListener("resize", reach);
});
