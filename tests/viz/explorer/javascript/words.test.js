import { stepped } from "/src/page.js";
import { ramp, rgb } from "/src/paint.js";
import { counted, exact, gaze, percent, placed, visible } from "/src/words.js";
import { equal, test } from "/tests/expect.js";

test("what the eye does not see gets a name", () => {
  equal(
    [" the", "\u0120the", "\u2581the"].map((t) => visible(t)),
    Array(3).fill("␣the"),
  );
  equal(
    ["\n", "\t", "\u200b", "\u202e", "\u2028", ""].map((t) => visible(t)),
    ["↵", "⇥", "U+200B", "U+202E", "U+2028", "(empty)"],
  );
});

test("long tokens are cut by letters, never within one", () => {
  equal(visible("x".repeat(10000)), `${"x".repeat(23)}…`);
  equal(visible("😀".repeat(5), 3), "😀😀…");
  equal(visible("x".repeat(24)), "x".repeat(24));
});

test("ordinary letters of any script stay as they are", () => {
  for (const word of ["Żółć", "日本語", "עברית", "naïve", "[CLS]"]) {
    equal(visible(word), word);
  }
});

test("numbers are said as a reader expects", () => {
  equal([0, 0.001, 0.684, 1].map(percent), ["0%", "<1%", "68%", "100%"]);
  equal([exact(0.12345), exact(0.12345, true)], ["0.1235", "≈ 0.12"]);
  equal([counted(1, "line"), counted(50306, "line")], ["1 line", "50,306 lines"]);
});

test("a gaze is a sentence in both directions, and says when there is none", () => {
  const it = placed(["the", "it"], 1);
  equal(it, "'it' (1)");
  equal(gaze(it, [["'the' (0)", 0.68]], "query"), "'it' (1) looks at 'the' (0) 68%.");
  equal(
    gaze(it, [["'the' (0)", 0.3]], "key"),
    "'it' (1) is looked at by 'the' (0) 30%.",
  );
  equal(gaze(it, [], "query"), "'it' (1): nothing shown reaches the threshold.");
});

test("arrow keys step and stop at the ends; other keys do nothing", () => {
  const go = (key, now, more = {}) => stepped({ key, ...more }, now, 10, { width: 4 });
  equal([go("ArrowRight", 0), go("ArrowDown", 0), go("ArrowUp", 2)], [1, 4, 0]);
  equal([go("End", 3), go("Home", 3), go("ArrowRight", 9)], [9, 0, 9]);
  equal([go("x", 1), go("ArrowDown", 1, { shiftKey: true })], [null, null]);
  equal(stepped({ key: "ArrowDown" }, -1, 10), 0);
});

test("among tabs the first comes after the last", () => {
  const go = (key, now) => stepped({ key }, now, 5, { around: true });
  equal([go("ArrowRight", 4), go("ArrowLeft", 0), go("ArrowLeft", 2)], [0, 4, 1]);
  equal([go("End", 4), go("Home", 0)], [4, 0]);
});

test("a ramp begins and ends with its colours", () => {
  equal(rgb("#0a5fb4"), [10, 95, 180]);
  const table = ramp([rgb("#000000"), rgb("#808080"), rgb("#ffffff")], (x) => x);
  equal([table[0] >>> 0, table[255] >>> 0], [0xff000000, 0xffffffff]);
});
