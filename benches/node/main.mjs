// `npm run bench`: see docs/benchmarks.md for what is measured and how.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from './lib/machine.mjs';
import { HEADER, markdownTable, rowOf, summarise } from './lib/report.mjs';
import { runCase } from './lib/run.mjs';
import { startSink } from './lib/sink.mjs';

const CASES = [
  'spans',
  'spans-active',
  'unsampled',
  'propagation',
  'throughput',
  'express',
  'logger',
  'startup',
  'memory',
  'install',
  'event-loop',
  'amqp',
  'amqp-open',
  'mongodb',
  'unreachable',
];
const DEFAULT_ROUNDS = 5;
const RESULTS = new URL('../results/', import.meta.url);

const USAGE = `npm run bench -- [--case ${CASES.join(',')}]
  --rounds N          rounds of each case (default ${DEFAULT_ROUNDS}; more or fewer where a case says so)
  --contender a,b     only these
  --protocol P        how ours sends: otlp-http (default, as OpenTelemetry JS here) or otlp-grpc
  --set key=value     an option of the case, a number (requests=60000)
  --out FILE          where the raw results go (default benches/results/<date>-<cases>.json); --no-save for nowhere
  --quiet             only the table`;

const { values: flags } = parseArgs({
  options: {
    case: { type: 'string' },
    rounds: { type: 'string' },
    contender: { type: 'string' },
    protocol: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
    'no-save': { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function selectCases() {
  const names = flags.case?.split(',') ?? CASES;
  const unknown = names.filter((name) => !CASES.includes(name));
  if (unknown.length === 0) return names;
  console.error(`unknown case: ${unknown.join(', ')}\n${USAGE}`);
  process.exit(2);
}

function report(definition, round, contender, figures) {
  if (flags.quiet) return;
  const numbers = Object.entries(figures)
    .filter(([, value]) => typeof value === 'number')
    .map(([key, value]) => `${key} ${value.toFixed(3)}`);
  const note = figures.failure ?? figures.incomplete ?? '';
  console.error(`${definition.name} ${round + 1} ${contender.padEnd(14)} ${numbers.join('  ')} ${note && `!! ${note}`}`);
}

async function main() {
  if (flags.help) return console.log(USAGE);
  const names = selectCases();
  const overrides = Object.fromEntries(
    flags.set.map((pair) => pair.split('=')).map(([key, value]) => [key, Number.isNaN(Number(value)) ? value : Number(value)]),
  );
  const machine = describeMachine();
  const startedAt = new Date().toISOString();
  const sink = await startSink();
  const results = {};
  const rows = [];
  for (const name of names) {
    const module = await import(`./cases/${name}.mjs`);
    const contenders = flags.contender ? module.contenders.filter((contender) => flags.contender.split(',').includes(contender)) : module.contenders;
    const rounds = Number(flags.rounds ?? module.rounds ?? DEFAULT_ROUNDS);
    const options = { ...module.options, ...overrides, protocol: flags.protocol };
    const { samples, failures } = await runCase({ name, module }, { rounds, contenders, options, sink, report });
    const summary = Object.fromEntries(module.figures.map((figure) => [figure.key, summarise(figure, samples)]));
    results[name] = { title: module.title, rounds, options, summary, failures, samples };
    rows.push(...module.figures.map((figure) => rowOf(figure, samples)));
  }
  sink.stop();
  machine.sink = sink.title;

  const table = markdownTable(HEADER, rows);
  console.log(
    `${machine.cpu}, ${machine.cores} cores, ${machine.kernel}, Node ${machine.node}, load ${machine.loadAverage.join(' ')}, sink: ${machine.sink}`,
  );
  console.log(
    Object.entries(machine.packages)
      .map((entry) => entry.join(' '))
      .join(', '),
  );
  console.log(`\n${table}\n`);
  const incomplete = Object.entries(results).flatMap(([name, { samples }]) =>
    Object.entries(samples).flatMap(([contender, list]) =>
      list.filter((one) => one.incomplete).map((one) => `${name}, ${contender}: ${one.incomplete}`),
    ),
  );
  for (const line of new Set(incomplete)) console.log(`not complete: ${line}`);
  if (flags['no-save']) return;
  mkdirSync(RESULTS, { recursive: true });
  const file =
    flags.out ??
    fileURLToPath(
      new URL(`${startedAt.slice(0, 16).replaceAll(':', '')}-${flags.case ?? 'all'}-node${process.versions.node.split('.')[0]}.json`, RESULTS),
    );
  writeFileSync(file, `${JSON.stringify({ startedAt, endedAt: new Date().toISOString(), machine, results, table: table.split('\n') }, null, 1)}\n`);
  console.log(`raw results: ${file}`);
}

await main();
