// What the pages add to the theme: explorers take the page's colours and their own
// height, code can be copied, what scrolls sideways can be reached by the keyboard.
"use strict";

const frames = () => [...document.querySelectorAll("iframe.course-explorer")];

function dress(frame) {
  // The frame's own script listens: pages opened as files may not reach into it.
  const theme = document.documentElement.dataset.theme;
  frame.contentWindow.postMessage({ courseTheme: theme }, "*");
}

addEventListener("message", (event) => {
  const frame = frames().find((one) => one.contentWindow === event.source);
  if (!frame || !event.data || !(event.data.courseHeight > 0)) return;
  if (event.data.courseStarts) dress(frame);
  frame.height = event.data.courseHeight;
});

function reach() {
  const scrolling = ".cell_output .output, .cell_output pre, .highlight pre, " +
    ".pst-scrollable-table-container, .course-formula, .bd-article table";
  for (const box of document.querySelectorAll(scrolling)) {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
  }
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const box = document.createElement("textarea"); // a plain http address has no other
  box.value = text;
  document.body.append(box);
  box.select();
  document.execCommand("copy");
  box.remove();
}

function offerCopy(box) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "course-copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await copy(box.querySelector("pre").textContent.replace(/\n$/, ""));
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  box.append(button);
}

function sayOpenedAsFile() {
  const results = document.querySelector(".bd-search-container #search-results");
  if (location.protocol !== "file:" || !results) return;
  const note = document.createElement("p");
  note.className = "course-note";
  note.textContent = "These pages were opened as files, so results show no excerpts. " +
    "A file server shows them: python -m http.server in this folder.";
  results.before(note);
}

addEventListener("DOMContentLoaded", () => {
  frames().forEach(dress); // those that were there before this script
  new MutationObserver(() => frames().forEach(dress))
    .observe(document.documentElement, { attributeFilter: ["data-theme"] });
  const code = [...document.querySelectorAll(".bd-article .highlight")];
  code.filter((box) => !box.closest(".cell_output")).forEach(offerCopy);
  sayOpenedAsFile();
  reach();
  addEventListener("resize", reach);
});
