/** Stages about the package as it is published: sources, types, what npm would ship. */
import { inRoot } from '../lib/paths.mjs';
import { check, checkNode, execute } from './outcome.mjs';

const bin = (name) => inRoot('node_modules', '.bin', name);
const script = (name) => inRoot('scripts', name);

export const packageStages = [
  {
    name: 'biome',
    groups: ['lint'],
    title: 'Biome: format and lint',
    run: () => check(bin('biome'), ['ci', '--colors=off', '--error-on-warnings', '.']),
  },
  { name: 'tsc', groups: ['lint', 'types'], title: 'TypeScript, strict', run: () => check(bin('tsc'), ['--project', '.']) },
  { name: 'types', groups: ['lint'], title: 'index.d.ts is in step with src-ts', run: () => checkNode([script('build-types.mjs'), '--check']) },
  { name: 'addon', groups: ['build'], title: 'the release addon', run: () => checkNode([script('build-addon.mjs')]) },
  { name: 'dist', groups: ['build'], title: 'dist/', run: () => checkNode([script('build-ts.mjs')]) },
  { name: 'publint', groups: ['package'], needs: ['dist'], title: 'publint', run: () => check(bin('publint'), ['run', '--strict', '--pack', 'npm']) },
  { name: 'attw', groups: ['package'], needs: ['dist'], title: 'are the types wrong', run: () => checkNode([script('checks/published-types.mjs')]) },
  {
    name: 'size',
    groups: ['package'],
    needs: ['addon', 'dist'],
    title: 'installed size and packages',
    run: () => checkNode([script('checks/installed-size.mjs')]),
  },
  { name: 'advisories', groups: ['package'], title: 'known vulnerabilities', run: advisories },
];

/** Advisory databases are on the open internet only; where they can't be had, that is said and not counted. */
async function advisories({ note }) {
  const { code, output } = await execute('npm', ['audit', '--omit=dev', '--audit-level=moderate', '--audit=true']);
  if (code !== 0 && /audit endpoint returned an error|ENOTFOUND|ECONNREFUSED/.test(output)) {
    note('npm audit: not checked, because the registry does not answer audits here');
    return { passed: 0, failed: 0 };
  }
  return check('npm', ['audit', '--omit=dev', '--audit-level=moderate', '--audit=true']);
}
