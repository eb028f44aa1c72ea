/** Stages that run the package's tests, __test__/**.test.mjs, on each supported version of Node. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
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

/** Names of the folders of tests. */
export const testFolders = () =>
  readdirSync(inRoot('__test__'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

/** Whether a word of the command line is the path of a test file, or of a folder of them. */
export const isTestPath = (word) => word.endsWith('.test.mjs') || testFolders().some((folder) => resolve(word) === inRoot('__test__', folder));

/** Test files in the folders, or of the paths, that were asked for; all of them when none were. */
function testFiles(filters) {
  const files = readdirSync(inRoot('__test__'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.mjs') && !file.includes('node_modules'))
    .map((file) => join('__test__', file).split(sep).join('/'))
    .filter((file) => file !== '__test__/layering.test.mjs')
    .sort();
  const paths = filters.map((filter) => (testFolders().includes(filter) ? `__test__/${filter}` : relative(root, filter).split(sep).join('/')));
  const chosen = filters.length === 0 ? files : files.filter((file) => paths.some((path) => file === path || file.startsWith(`${path}/`)));
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
  const report = readFileSync(tap, 'utf8');
  const count = countTap(report);
  const failed = count('fail') + count('cancelled');
  if (code !== 0 || failed > 0) {
    throw new StageFailure(['package tests failed', ...endings(report)].join('; '), output, { passed: count('pass'), failed: Math.max(failed, 1) });
  }
  const empty = filesWithoutTests(report, files);
  if (count('tests') === 0 || empty.length > 0) {
    throw new StageFailure(`no test ran in ${(empty.length > 0 ? empty : files).join(', ')}`, output, { passed: 0, failed: 1 });
  }
  const left = count('skipped') + count('todo');
  if (strict && left > 0) {
    throw new StageFailure(`${left} tests are skipped or to do; CI leaves nothing out`, output, { passed: count('pass'), failed: left });
  }
  return { passed: count('pass'), failed: 0 };
}

/** Files that Node reports as a test themselves, which passed: there is none in them. */
function filesWithoutTests(report, files) {
  const paths = new Set([...report.matchAll(/^ok \d+ - (.+\.test\.mjs)$/gm)].map(([, path]) => resolve(root, path)));
  return files.filter((file) => paths.has(inRoot(file)));
}

/** How the processes of files ended that failed: of one whose tests all passed, Node's readable report says no more than that it failed. */
function endings(report) {
  const failed = report.matchAll(/^not ok \d+ - (.+\.test\.mjs)$(?:\n {2}.*)*?\n {2}exitCode: (.+)\n {2}signal: (.+)$/gm);
  return [...failed].map(([, file, code, signal]) => `${file} ended with ${signal === '~' ? `exit code ${code}` : signal}`);
}

/** Reads the totals at the end of a TAP report. */
function countTap(report) {
  return (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(report)?.[1] ?? 0);
}
