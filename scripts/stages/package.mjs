/** Stages about the package as it is published: sources, types, what npm would ship. */
import { inRoot } from '../lib/paths.mjs';
import { cargoDeny } from '../parts/cargo-tools.mjs';
import { check, checkNode, execute, StageFailure } from './outcome.mjs';

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

/** Advisory databases are on the open internet only; where one can't be had, that is said and not counted. */
async function advisories({ note }) {
  const sources = [
    [
      'npm audit',
      'npm',
      ['audit', '--omit=dev', '--audit-level=moderate', '--audit=true'],
      /audit endpoint returned an error|ENOTFOUND|ECONNREFUSED/,
    ],
    [
      'RustSec',
      await cargoDeny(),
      ['--locked', '--color', 'never', 'check', '--hide-inclusion-graph', 'advisories'],
      /failed to fetch advisory database/,
    ],
  ];
  let passed = 0;
  for (const [name, command, args, unreachable] of sources) {
    const { code, output } = await execute(command, args);
    if (code === 0) {
      passed += 1;
    } else if (unreachable.test(output)) {
      note(`${name}: not checked, its advisories can't be fetched here`);
    } else {
      throw new StageFailure(`${name} knows of vulnerabilities`, output, { passed, failed: 1 });
    }
  }
  return { passed, failed: 0 };
}
