/**
 * Rolls the public types of src-ts/ up into index.d.ts, which is committed so that a change of the public API shows in a review.
 *
 *   node scripts/build-types.mjs [--check]     --check changes nothing and fails when the file is not in step with the source
 */
import './lib/require-node.cjs';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { rootEntry } from './lib/entries.mjs';
import { inRoot } from './lib/paths.mjs';
import { main, Problem } from './lib/problem.mjs';

await main(async () => {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const bundle = await rollup({
    input: inRoot(rootEntry),
    // Only our own declarations are rolled up; those of @opentelemetry/api and of Node are named.
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !/^[a-z]:\\/i.test(id),
    plugins: [dts({ tsconfig: inRoot('tsconfig.json') })],
    onwarn(warning) {
      throw new Problem('OBS_BUILD_TYPES_WARNING', warning.message);
    },
  });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  const text = `// Made by \`npm run types\` from src-ts/. Do not edit.\n${output[0].code}`;
  const path = inRoot('index.d.ts');
  if (!values.check) {
    writeFileSync(path, text);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    throw new Problem('OBS_BUILD_TYPES_STALE', 'index.d.ts is not in step with src-ts/. Run `npm run types` and commit the result.');
  }
});
