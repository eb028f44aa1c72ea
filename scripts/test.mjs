/**
 * Runs every check of this repository, from a fresh clone: it installs, builds and fetches what is missing first.
 *
 *   npm test                          everything, as CI does
 *   npm test -- rust                  a group of stages, or one stage, by name (`npm test -- --list` names them)
 *   npm test -- node@24 trace         the package tests of one folder of __test__/ on one version of Node
 *   npm test -- node@24 __test__/types             the same; for folders that are called like a stage or a group, which a bare name means
 *   npm test -- node@24 __test__/trace/x.test.mjs  the tests of one file
 *
 * Stops at the first stage that fails. The last line is `N passed, N failed`: tests, and each other check as one.
 */
import './lib/require-node.cjs';
import { installPackages } from './lib/install.mjs';
import { main, Problem } from './lib/problem.mjs';
import { checkRust } from './lib/rust.mjs';
import { isTestPath, nodeStages, testFolders } from './stages/node.mjs';
import { endRunningCommands, StageFailure } from './stages/outcome.mjs';
import { packageStages } from './stages/package.mjs';
import { rustStages } from './stages/rust.mjs';

const stages = inOrder([...rustStages, ...packageStages, ...nodeStages]);

/** Quick answers first; what takes longest last. */
function inOrder(all) {
  const order = [
    'fmt',
    'biome',
    'tsc',
    'layering',
    'clippy',
    'clippy-binding',
    'cargo-test',
    'rustdoc',
    'deny',
    'types',
    'addon',
    'dist',
    'publint',
    'attw',
    'size',
    'advisories',
  ];
  const named = order.map((name) => all.find((stage) => stage.name === name));
  const rest = all.filter((stage) => !order.includes(stage.name));
  return [...named, ...rest.filter((stage) => stage.name !== 'fuzz'), ...rest.filter((stage) => stage.name === 'fuzz')];
}

/** The stages, and the filters for package tests, that the command line asks for. */
function select(words) {
  const known = new Set(stages.flatMap((stage) => [stage.name, ...stage.groups]));
  const folders = testFolders().map((folder) => (known.has(folder) ? `__test__/${folder}` : folder));
  const wanted = words.filter((word) => known.has(word));
  const filters = words.filter((word) => !known.has(word));
  const unknown = filters.filter((word) => !folders.includes(word) && !isTestPath(word));
  if (unknown.length > 0) {
    throw new Problem(
      'OBS_TEST_STAGE_UNKNOWN',
      `there is no stage, group or test folder ${unknown.join(', ')}. Known: ${[...known, ...folders].join(' ')}`,
    );
  }
  if (words.length === 0) {
    return { selected: stages, filters };
  }
  const takesFilters = wanted.some((name) => name === 'node' || name.startsWith('node@'));
  const names = filters.length > 0 && !takesFilters ? [...wanted, 'node'] : wanted;
  const chosen = stages.filter((stage) => names.some((name) => stage.name === name || stage.groups.includes(name)));
  const needed = new Set(chosen.flatMap((stage) => stage.needs ?? []));
  return { selected: stages.filter((stage) => chosen.includes(stage) || needed.has(stage.name)), filters };
}

async function runStages() {
  const words = process.argv.slice(2);
  if (words.includes('--list')) {
    for (const { name, groups, title } of stages) {
      console.log(`${name.padEnd(16)}${groups.join(' ').padEnd(14)}${title}`);
    }
    return;
  }
  const { selected, filters } = select(words);
  checkRust();
  await timed('packages', 'npm packages', '', installPackages);
  const notes = [];
  const context = { filters, strict: Boolean(process.env.CI), note: (text) => notes.push(text) };
  let passed = 0;
  let failed = 0;
  for (const [index, stage] of selected.entries()) {
    const counts = await timed(stage.name, stage.title, `${index + 1}/${selected.length}`, () => stage.run(context));
    passed += counts.passed;
    failed += counts.failed;
    if (failed > 0) {
      process.exitCode = 1;
      break;
    }
  }
  for (const note of notes) {
    console.log(`note: ${note}`);
  }
  console.log(`${passed} passed, ${failed} failed`);
}

/** Runs a stage, prints how it went and how long it took, and returns its counts. */
async function timed(name, title, position, body) {
  process.stdout.write(`${position.padStart(5)} ${name.padEnd(16)}${title} … `);
  const start = process.hrtime.bigint();
  const seconds = () => `${(Number(process.hrtime.bigint() - start) / 1e9).toFixed(1)} s`;
  try {
    const counts = (await body()) ?? { passed: 1, failed: 0 };
    const summary = counts.passed > 1 ? `${counts.passed} passed` : 'ok';
    console.log(`${counts.passed === 0 ? 'nothing to check' : summary}, ${seconds()}`);
    return counts;
  } catch (error) {
    console.log(`FAILED, ${seconds()}`);
    if (!(error instanceof StageFailure)) {
      console.error(error);
      return { passed: 0, failed: 1 };
    }
    console.error(`${error.output}\n${name}: ${error.message}. To run it again: npm test -- ${name}`);
    return error.counts;
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    endRunningCommands();
    process.exit(1);
  });
}
await main(runStages);
