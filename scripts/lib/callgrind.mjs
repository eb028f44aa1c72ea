/** Finds the functions that a program runs: the instructions by callgrind (https://valgrind.org/docs/manual/cl-format.html), what they are part of by a map of LLD's. */

/** Options of callgrind for {@link addressesRun}. */
export const CALLGRIND = ['--tool=callgrind', '--dump-instr=yes', '--compress-pos=no', '--compress-strings=no', '--smc-check=all-non-file'];

/** The addresses of the instructions of `file` that were run. */
export function addressesRun(text, file) {
  const addresses = new Set();
  let isFile = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('ob=')) isFile = line === `ob=${file}`;
    else if (isFile && line.startsWith('0x')) addresses.add(Number.parseInt(line, 16));
  }
  return addresses;
}

/** The functions of a map, each a section of its own: `{ name, start, end }`. */
export function functionsOf(map) {
  const section = /^ *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +\d+ +\S.*:\((\.text\.[^)]+)\)$/;
  return map.split('\n').flatMap((line) => {
    const [, start, size, name] = section.exec(line) ?? [];
    return name === undefined ? [] : [{ name, start: Number.parseInt(start, 16), end: Number.parseInt(start, 16) + Number.parseInt(size, 16) }];
  });
}

/**
 * Patterns of a linker script for those functions that have one of the addresses. Hashes, which change with each version of a crate or of Rust, are left open,
 * unless that would take in functions that are not run.
 */
export function patternsOf(functions, addresses) {
  const sorted = [...addresses].sort((a, b) => a - b);
  const isRun = ({ start, end }) => sorted[firstFrom(sorted, start)] < end;
  const run = functions.filter(isRun).map(({ name }) => name);
  const wide = new Set(functions.filter((one) => !isRun(one)).map(({ name }) => withoutHashes(name)));
  return run.map((name) => (wide.has(withoutHashes(name)) ? name : withoutHashes(name)).replaceAll('$', '?'));
}

/** The place of the first of sorted numbers that is not below `number`. */
function firstFrom(sorted, number) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

const withoutHashes = (name) =>
  name
    .replace(/17h[0-9a-f]{16}E.*$/, '17h*')
    .replaceAll(/Cs[0-9A-Za-z]{10,12}_/g, 'Cs*_')
    .replace(/\.llvm\.\d+$/, '.*');
