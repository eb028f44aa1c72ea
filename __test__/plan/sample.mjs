/**
 * Runs the code samples of the tracing plan as they are printed there (`samples/`), with what they do not say around them: the names that a sample uses and
 * does not define are given to it. Imports from logger-ts and job-common read as imports from this package. One line of `web-app.ts` is made
 * a comment, since it is a property without a value in print.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { transformSync } from 'esbuild';

const require = createRequire(import.meta.url);
const OWN = '@manifest-cyber/observability-ts';
const CARRIED = ['@manifest-cyber/logger-ts', '@manifest-cyber/job-common'];
const IMPORT = /^import [^;]+;$/gm;

/** The text of a sample. */
export const sampleText = (file) => readFileSync(new URL(`samples/${file}`, import.meta.url), 'utf8');

/**
 * Runs a sample inside a function of its own. `names` are what it finds around it, `results` the names of its variables to give back, `modules` what stands
 * for modules that it imports.
 */
export async function runSample(name, names = {}, { results = [], modules = {} } = {}) {
  const text = sampleText(`${name}.ts`);
  const imports = text.match(IMPORT) ?? [];
  const body = text.replace(IMPORT, '');
  const source = `${imports.join('\n')}
    export const run = async ({ ${Object.keys(names).join(', ')} }) => {
      ${body}
      return { ${results.join(', ')} };
    };`;
  const { code } = transformSync(source, { loader: 'ts', format: 'cjs', target: 'node20', sourcefile: `${name}.ts` });
  const module = { exports: {} };
  const load = (id) => modules[id] ?? require(CARRIED.includes(id) ? OWN : id);
  new Function('module', 'exports', 'require', code)(module, module.exports, load);
  return module.exports.run(names);
}
