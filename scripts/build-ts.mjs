/**
 * Builds dist/ from src-ts/:
 *
 *   index.cjs        the bundle: all of the package, and the only copy of its state
 *   <subpath>.cjs    picks some of the bundle's exports
 *   *.mjs            the same names for `import`, taken from the CommonJS file beside it, so that both share the state
 *   *.d.ts, *.d.mts  the types, all of them from index.d.ts at the root (see build-types.mjs)
 *   register.*       the program for --import and --require
 */
import './lib/require-node.cjs';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { exportedNames, registerEntry, rootEntry } from './lib/entries.mjs';
import { inRoot } from './lib/paths.mjs';
import { main } from './lib/problem.mjs';

const common = {
  absWorkingDir: inRoot(),
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  legalComments: 'none',
  // No comments and no indentation: V8 keeps the source for as long as the process runs, and in two bytes a character where one comment has a character beyond
  // Latin-1 (docs/adr/0003). Names stay, so that stacks can be read.
  minifyWhitespace: true,
  lineLimit: 160,
  logLevel: 'warning',
  write: false,
  // Whatever is not ours stays outside: @opentelemetry/api must be the service's own copy, and an optional peer is only loaded when it is there.
  packages: 'external',
};

async function buildPackage() {
  const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const entries = exportedNames();
  rmSync(inRoot('dist'), { recursive: true, force: true });
  mkdirSync(inRoot('dist'));
  const define = { __PACKAGE_VERSION__: JSON.stringify(version) };
  await bundle('index.cjs', { define, entryPoints: [rootEntry] });
  await bundle('register.cjs', { define, entryPoints: [registerEntry], plugins: [rootFromBundle] });
  write('register.mjs', "import './register.cjs';\n");
  write('register.d.ts', 'export {};\n');
  write('register.d.mts', 'export {};\n');
  for (const [name, { values, types }] of Object.entries(entries)) {
    write(`${name}.mjs`, `import own from './${name}.cjs';\nexport const { ${values.join(', ')} } = own;\n`);
    const names = [...values, ...types.map((type) => `type ${type}`)].join(', ');
    write(`${name}.d.mts`, `export { ${names} } from '../index.js';\n`);
    if (name !== 'index') {
      // One assignment per name: Node's lexer for named imports from CommonJS can't see through anything shorter.
      const exported = values.map((value) => `exports.${value} = root.${value};\n`).join('');
      write(`${name}.cjs`, `'use strict';\nconst root = require('./index.cjs');\n${exported}`);
      write(`${name}.d.ts`, `export { ${names} } from '../index.js';\n`);
    }
  }
}

async function bundle(name, options) {
  const { outputFiles } = await build({ ...common, ...options });
  write(name, withOwnNames(outputFiles[0].text));
}

/**
 * Gives classes their names back: one that speaks of itself is `var Name = class _Name` after esbuild, and `_Name` is what is read where one of its objects
 * is printed. `keepNames` would cost a call for each function at the start. Inside a class its own name means the class, as in the source.
 */
function withOwnNames(code) {
  return [...code.matchAll(/\bvar\s(\w+)=class\s(_\1)\b/g)].reduce((text, [, name, alias]) => {
    // No member of something (`x._Name`, but `..._Name`), and no text.
    const itself = new RegExp(`(?<![\\w$'"]|[^.]\\.)${alias}(?![\\w$'"])`, 'g');
    return text.replace(itself, name);
  }, code);
}

/** Makes an entry's imports of the root into a require of the bundle, so that no second copy of anything is bundled. */
const rootFromBundle = {
  name: 'root-from-bundle',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point') {
        return undefined;
      }
      if (path === './index' || path === './index.js') {
        return { path: './index.cjs', external: true };
      }
      return { errors: [{ text: `${importer} may only import './index', or part of the package would exist twice` }] };
    });
  },
};

function write(name, text) {
  writeFileSync(inRoot('dist', name), text);
}

await main(buildPackage);
