/** The rooms of src-ts/ and the doors between them, as tests/layering.rs is for the Rust side. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The folders of src-ts/, lowest first: each may import those before it. Files in src-ts/ itself stand above them all. */
const LAYERS = [
  'native',
  'arena',
  'trace',
  'propagation',
  'http',
  'express',
  'messaging',
  'mongodb',
  'automatic',
  'receiver',
  'setup',
  'logging',
  'testing',
];

/** The only folder that may load native code. */
const NATIVE = 'native';

/** Ways to load native code: only a CommonJS `require` or `process.dlopen` can. */
const NATIVE_LOADING = /\.node['"`]|\bdlopen\b|\bcreateRequire\b/;

/** A file longer than this is two rooms. Generated files are left out. */
const MAX_LINES = 400;

test('a folder imports only folders below it', () => {
  const doors = [];
  for (const file of sources()) {
    const from = folderOf(file);
    assert.ok(from === '' || LAYERS.includes(from), `src-ts/${from} is not in the list of layers`);
    for (const target of importsOf(file)) {
      const to = folderOf(target);
      if (from !== '' && to !== from && (to === '' || LAYERS.indexOf(to) > LAYERS.indexOf(from))) {
        doors.push(`${file}: ${from} must not import ${target}`);
      }
    }
  }
  assert.deepEqual(doors, []);
});

test('no file is loaded by way of itself', () => {
  const circles = [];
  const done = new Set();
  const visit = (file, path) => {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    } else if (!done.has(file)) {
      for (const target of importsOf(file, { loaded: true })) {
        visit(target, [...path, file]);
      }
      done.add(file);
    }
  };
  for (const file of sources()) {
    visit(file, []);
  }
  assert.deepEqual(circles, []);
});

test('only src-ts/native loads native code', () => {
  const loaders = sources().filter((file) => folderOf(file) !== NATIVE && NATIVE_LOADING.test(readFileSync(join(root, file), 'utf8')));
  assert.deepEqual(loaders, []);
});

test('nothing is typed any', () => {
  const places = sources().filter((file) => /:\s*any\b|\bas any\b|<any>/.test(readFileSync(join(root, file), 'utf8')));
  assert.deepEqual(places, []);
});

test('files are no longer than one room', () => {
  const files = ['src-ts', 'scripts', 'examples', 'benches/node'].flatMap((folder) => filesBelow(folder, /\.(ts|mjs|cjs)$/));
  const long = files
    .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
    .filter(({ text }) => !text.slice(0, text.indexOf('\n')).includes('@generated') && text.split('\n').length - 1 > MAX_LINES)
    .map(({ file }) => file);
  assert.deepEqual(long, []);
});

test('every package of this repository has the same version', () => {
  const version = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).version;
  const [, crate] = /^version = "(.+)"$/m.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8'));
  const versions = readdirSync(join(root, 'npm')).map((platform) => version(`npm/${platform}/package.json`));
  assert.deepEqual(new Set([version('package.json'), crate, ...versions]), new Set([crate]));
});

test('every dependency has its reason in CONTRIBUTING.md', () => {
  const reasons = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const named = new Set(reasons.match(/[@\w/-]+/g));
  const tables = readFileSync(join(root, 'Cargo.toml'), 'utf8').split(/^(?=\[)/m);
  const crates = tables.filter((table) => /^\[(dev-|build-)?dependencies\]/.test(table)).flatMap((table) => table.match(/^[\w-]+(?= = )/gm));
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const unexplained = [...crates, ...Object.keys(dependencies), ...Object.keys(devDependencies)].filter((name) => !named.has(name));
  assert.deepEqual(unexplained, []);
});

function sources() {
  return filesBelow('src-ts', /\.ts$/);
}

function filesBelow(folder, pattern) {
  if (!existsSync(join(root, folder))) {
    return [];
  }
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file.split(sep).join('/')}`)
    .filter((file) => pattern.test(file) && !file.includes('/node_modules/'))
    .sort();
}

/** The folder of src-ts/ that a file lies in; empty for files in src-ts/ itself. */
function folderOf(file) {
  const [, folder, rest] = file.split('/');
  return rest === undefined ? '' : folder;
}

/** The files of src-ts/ that a file imports; only those that are loaded for it at run time when `loaded` is set. */
function importsOf(file, { loaded = false } = {}) {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest);
  return source.statements
    .filter(
      (statement) => (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) && statement.moduleSpecifier?.text.startsWith('.'),
    )
    .filter((statement) => !(loaded && isErased(statement)))
    .map(({ moduleSpecifier: { text } }) => {
      const base = join(dirname(file), text).split(sep).join('/');
      const path = [`${base}.ts`, `${base}/index.ts`].find((candidate) => existsSync(join(root, candidate)));
      assert.ok(path, `${file} imports ${text}, which does not exist`);
      return path;
    });
}

/** Whether an import or a re-export is of types alone, so that nothing is left of it at run time. */
function isErased({ importClause, exportClause, isTypeOnly = importClause?.isTypeOnly }) {
  const bindings = importClause?.name ? undefined : (importClause?.namedBindings ?? exportClause);
  return isTypeOnly || bindings?.elements?.every((element) => element.isTypeOnly) || false;
}
