/** Each code of a warning or an error is in a table of the documents, with its meaning or the way out, and no other is. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Also names of variables. One that is put together in the source, or whose end is the user's, ends with an underscore. */
const CODE = /\bOBS_[A-Z0-9_]+/g;

const inSource = codesIn(['src', 'src-ts'], /\.(rs|ts)$/, (text) => text);
const inDemo = codesIn(['examples', 'scripts'], /\.[cm]?js$/, (text) => text);
/** Of codes in the first column of a table, of variables in the second. */
const inTables = codesIn(['docs'], /\.md$/, (text) => [...text.matchAll(/^\|[^|]*\|[^|]*/gm)].join('\n'));

test('each code of the source is documented', () => {
  assert.deepEqual(
    [...inSource].filter((code) => !has(inTables, code)),
    [],
  );
});

test('each documented code is one of the source', () => {
  const known = new Set([...inSource, ...inDemo]);
  assert.deepEqual(
    [...inTables].filter((code) => !known.has(code) && ![...known].some((start) => start.endsWith('_') && code.startsWith(start))),
    [],
  );
});

function has(codes, code) {
  return code.endsWith('_') ? [...codes].some((whole) => whole.startsWith(code)) : codes.has(code);
}

function codesIn(folders, pattern, partOf) {
  const files = folders.flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).map((file) => `${root}${folder}/${file}`),
  );
  const texts = files.filter((file) => pattern.test(file)).map((file) => partOf(readFileSync(file, 'utf8')));
  return new Set(texts.flatMap((text) => text.match(CODE) ?? []));
}
