/** The little that the unit tests need: tests by name, and comparisons that explain. */

export const tests = new Map();

/** Register a test; a thrown error fails it. */
export function test(name, body) {
  if (tests.has(name)) throw new Error(`two tests are called ${name}`);
  tests.set(name, body);
}

/** Equal as JSON, typed arrays as lists. */
export function equal(found, expected) {
  const plain = (value) =>
    JSON.stringify(value, (_, v) => (ArrayBuffer.isView(v) ? Array.from(v) : v));
  if (plain(found) !== plain(expected)) {
    throw new Error(`expected ${plain(expected)}, found ${plain(found)}`);
  }
}

/** Lists of numbers that differ by no more than `by`. */
export function close(found, expected, by = 1e-6) {
  const pairs = Array.from(expected, (value, i) => [found[i], value]);
  const far = pairs.some(([a, b]) => !(Math.abs(a - b) <= by));
  if (far || found.length !== expected.length) {
    throw new Error(`expected about ${expected}, found ${Array.from(found)}`);
  }
}

/** Run all tests; names with null or with what went wrong. */
export async function runAll() {
  const report = {};
  for (const [name, body] of tests) {
    try {
      await body();
      report[name] = null;
    } catch (error) {
      report[name] = `${error}`;
    }
  }
  return report;
}
