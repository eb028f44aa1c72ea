/** Stages that run the package's tests, __test__/**.test.mjs, on each supported version of Node. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { inRoot, root, scratch } from '../lib/paths.mjs';
import { nodeBinary, nodeVersions } from '../parts/node.mjs';
import { execute, StageFailure } from './outcome.mjs';

/** The longest that one test may take, in milliseconds. */
const TEST_LIMIT_MILLIS = 120_000;

export const nodeStages = [
  {
    name: 'layering',
    groups: ['lint'],
    title: 'the folders of src-ts import only what they may',
    run: (context) => runTests(process.execPath, ['__test__/layering.test.mjs'], context),
  },
  ...nodeVersions.map((major) => ({
    name: `node@${major}`,
    groups: ['node'],
    needs: ['addon', 'dist'],
    title: `package tests on Node ${major}`,
    run: async (context) => runTests(await nodeBinary(major), testFiles(context.filters), context),
  })),
];

/** Names of the folders of tests, which select tests on the command line. */
export const testFolders = () =>
  readdirSync(inRoot('__test__'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

/** Test files in the folders, or of the paths, that were asked for; all of them when none were. */
function testFiles(filters) {
  const files = readdirSync(inRoot('__test__'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.mjs') && !file.includes('node_modules'))
    .map((file) => join('__test__', file).split(sep).join('/'))
    .filter((file) => file !== '__test__/layering.test.mjs')
    .sort();
  const chosen =
    filters.length === 0
      ? files
      : files.filter((file) => filters.some((filter) => file.startsWith(`__test__/${filter}/`) || file === relative(root, filter)));
  if (chosen.length === 0) {
    throw new StageFailure(`no test file matches ${filters.join(', ')}`);
  }
  return chosen;
}

async function runTests(node, files, { strict }) {
  mkdirSync(scratch, { recursive: true });
  const tap = join(scratch, `tests-${process.pid}.tap`);
  const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout', '--test-reporter=tap', `--test-reporter-destination=${tap}`];
  const { code, output } = await execute(node, ['--test', `--test-timeout=${TEST_LIMIT_MILLIS}`, ...reporters, ...files]);
  const count = countTap(readFileSync(tap, 'utf8'));
  const failed = count('fail') + count('cancelled');
  if (code !== 0 || failed > 0) {
    throw new StageFailure('package tests failed', output, { passed: count('pass'), failed: Math.max(failed, 1) });
  }
  const left = count('skipped') + count('todo');
  if (strict && left > 0) {
    throw new StageFailure(`${left} tests are skipped or to do; CI leaves nothing out`, output, { passed: count('pass'), failed: left });
  }
  return { passed: count('pass'), failed: 0 };
}

/** Reads the totals at the end of a TAP report. */
function countTap(report) {
  return (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(report)?.[1] ?? 0);
}
