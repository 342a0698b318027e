/** What is said: names of tokens, numbers, sentences. Strings in, strings out. */

const NAMES = {
  " ": "␣",
  "\u0120": "␣",
  "\u2581": "␣",
  "\u010a": "↵",
  "\n": "↵",
  "\r": "␍",
  "\t": "⇥",
  "\u00a0": "⍽",
};
const UNSEEN = /[\p{C}\p{Z}\u0120\u010a\u2581\u115f\u1160\u2800\u3164\uffa0]/gu;

/** A token with names for what the eye does not see, cut to `most` letters. */
export function visible(token, most = 24) {
  if (!token) return "(empty)";
  const letters = Array.from(token.slice(0, 2 * most + 2));
  const shown = letters
    .slice(0, most + 1)
    .join("")
    .replace(UNSEEN, named);
  const cut = Array.from(shown);
  const whole = cut.length <= most && letters.length <= most;
  return whole ? shown : `${cut.slice(0, most - 1).join("")}…`;
}

function named(letter) {
  const code = letter.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
  return NAMES[letter] ?? `U+${code}`;
}

/** 0.684 as "68%"; what is there but small as "<1%". */
export function percent(weight) {
  if (weight > 0 && weight < 0.005) return "<1%";
  return `${Math.round(weight * 100)}%`;
}

/** A weight with its digits; "≈" before one that travelled in eight bits. */
export function exact(weight, rough = false) {
  return rough ? `≈ ${weight.toFixed(2)}` : weight.toFixed(4);
}

/** 50306 as "50,306"; without Intl, which takes 20 ms to wake. */
export function grouped(number) {
  return `${number}`.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "1 token", "2 tokens". */
export function counted(number, what) {
  return `${grouped(number)} ${what}${number === 1 ? "" : "s"}`;
}

/** "'it' (9)": a token and where it stands. */
export function placed(tokens, index) {
  return `'${visible(tokens[index])}' (${index})`;
}

/**
 * What a token looks at, or who looks at it, as a screen reader should say it.
 * @param {string} token as `placed` gives it.
 * @param {Array<[string, number]>} others tokens with their weights, strongest first.
 */
export function gaze(token, others, side) {
  const list = others.map(([name, weight]) => `${name} ${percent(weight)}`).join(", ");
  if (!list) return `${token}: nothing shown reaches the threshold.`;
  return side === "query"
    ? `${token} looks at ${list}.`
    : `${token} is looked at by ${list}.`;
}
