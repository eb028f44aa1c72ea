/** Stages that need only Rust. */
import { mkdirSync, readdirSync } from 'node:fs';
import { inRoot } from '../lib/paths.mjs';
import { cargoDeny, cargoFuzz } from '../parts/cargo-tools.mjs';
import { check, execute, StageFailure } from './outcome.mjs';

/** How long each fuzz target runs, in seconds: enough to notice a target that is broken. Longer runs are `cargo fuzz run <target>`. */
const FUZZ_SECONDS = 5;

const clippy = (...what) => check('cargo', ['clippy', '--locked', ...what, '--', '-D', 'warnings']);

export const rustStages = [
  { name: 'fmt', groups: ['rust', 'lint'], title: 'rustfmt', run: fmt },
  { name: 'clippy', groups: ['rust', 'lint'], title: 'clippy, the core alone', run: () => clippy('--all-targets') },
  { name: 'clippy-binding', groups: ['rust', 'lint'], title: 'clippy, with the Node binding', run: () => clippy('--lib', '--features', 'binding') },
  { name: 'cargo-test', groups: ['rust'], title: 'Rust unit, integration, property and doc tests', run: cargoTest },
  {
    name: 'rustdoc',
    groups: ['rust'],
    title: 'Rust documentation',
    run: () =>
      check('cargo', ['doc', '--locked', '--no-deps', '--document-private-items'], {
        env: { RUSTDOCFLAGS: '-D warnings -A rustdoc::private_intra_doc_links' },
      }),
  },
  { name: 'deny', groups: ['rust', 'lint'], title: 'cargo-deny: licences, bans, sources', run: deny },
  { name: 'fuzz', groups: ['rust'], title: `fuzz targets, ${FUZZ_SECONDS} s each`, run: fuzz },
];

async function fmt() {
  await check('cargo', ['fmt', '--check']);
  return check('cargo', ['fmt', '--check', '--manifest-path', 'fuzz/Cargo.toml']);
}

async function cargoTest({ strict }) {
  const { code, output } = await execute('cargo', ['test', '--locked', '--no-fail-fast']);
  let passed = 0;
  let failed = 0;
  let ignored = 0;
  for (const [, ...numbers] of output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm)) {
    passed += Number(numbers[0]);
    failed += Number(numbers[1]);
    ignored += Number(numbers[2]);
  }
  if (code !== 0) {
    throw new StageFailure('`cargo test` failed', output, { passed, failed: Math.max(failed, 1) });
  }
  if (strict && ignored > 0) {
    throw new StageFailure(`${ignored} Rust tests are ignored; CI leaves nothing out`, output, { passed, failed: ignored });
  }
  return { passed, failed };
}

async function deny() {
  return check(await cargoDeny(), ['--locked', '--color', 'never', 'check', '--hide-inclusion-graph', 'licenses', 'bans', 'sources']);
}

async function fuzz() {
  const tool = await cargoFuzz();
  const targets = readdirSync(inRoot('fuzz', 'fuzz_targets')).filter((file) => file.endsWith('.rs'));
  const counts = { passed: 0, failed: 0 };
  // The instrumentation is an unstable option of rustc; the stable compiler has it, behind this switch.
  const env = { RUSTC_BOOTSTRAP: '1', RUST_BACKTRACE: '0' };
  await check(tool, ['fuzz', 'build'], { env });
  for (const file of targets) {
    const name = file.slice(0, -'.rs'.length);
    // libFuzzer writes what it finds to the first folder, and only reads the others.
    const corpus = inRoot('fuzz', 'corpus', name);
    mkdirSync(corpus, { recursive: true });
    await check(
      tool,
      ['fuzz', 'run', name, corpus, inRoot('fuzz', 'seeds', name), '--', `-max_total_time=${FUZZ_SECONDS}`, '-rss_limit_mb=1024', '-timeout=5'],
      { env },
    );
    counts.passed += 1;
  }
  return counts;
}
