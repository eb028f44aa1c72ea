/**
 * Writes src/binding/functions.ld, by which the linker puts the functions that every service runs side by side. The system maps a program's file in pieces of
 * 64 KiB; strewn over all of it, the fifth that is run had most of it in memory (docs/adr/0003).
 *
 *   node scripts/order-functions.mjs          needs valgrind, on Linux; some three minutes
 *
 * What is run is found by running it: `order/training.mjs` under callgrind. Anew after larger changes; a list that is out of date costs memory, nothing else.
 */
import './lib/require-node.cjs';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressesRun, CALLGRIND, functionsOf, patternsOf } from './lib/callgrind.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { addonPath, hostPlatform } from './lib/platform.mjs';
import { main } from './lib/problem.mjs';
import { run } from './lib/run.mjs';

const TRAINING = inRoot('scripts', 'order', 'training.mjs');
const LIST = inRoot('src', 'binding', 'functions.ld');
/** The ways to send, in the order in which their functions come: what the second one needs more is out of the way of the first. */
const WAYS = ['otlp-http', 'otlp-grpc'];

const build = (env) => run(process.execPath, [inRoot('scripts', 'build-addon.mjs')], { cwd: root, env: { ...process.env, ...env } });

/** The addresses of the addon's instructions that a service runs. */
async function trained(exporter, folder) {
  const out = join(folder, 'callgrind.out');
  await run('valgrind', ['-q', ...CALLGRIND, `--callgrind-out-file=${out}`, process.execPath, TRAINING, JSON.stringify(exporter)], { cwd: root });
  return addressesRun(readFileSync(out, 'latin1'), addonPath(hostPlatform()));
}

/** What makes the linker follow the list, in addition to its own script. */
const script = (patterns) => `/* Made by scripts/order-functions.mjs: the functions that every service runs, side by side. Do not edit. */
SECTIONS
{
  .text.used :
  {
    *(.text.startup .text.startup.*)
${patterns.map((pattern) => `    *(${pattern})\n`).join('')}  }
}
INSERT BEFORE .text;
`;

await main(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'observability-ts-order-'));
  try {
    console.log('building an addon in no order …');
    const map = join(folder, 'functions.map');
    await build({ OBS_FUNCTION_MAP: map });
    const functions = functionsOf(readFileSync(map, 'utf8'));
    const receiver = createRequire(import.meta.url)(root).startReceiver({ grpcPort: 0, httpPort: 0 });
    const endpoints = { 'otlp-http': receiver.httpEndpoint, 'otlp-grpc': receiver.grpcEndpoint };
    const patterns = new Set();
    for (const type of WAYS) {
      console.log(`running a service that sends by ${type} …`);
      receiver.clear();
      const addresses = await trained({ type, endpoint: endpoints[type] }, folder);
      if (receiver.traces().length === 0) throw new Error(`nothing arrived by ${type}, so not all of it was run`);
      for (const pattern of patternsOf(functions, addresses).sort()) patterns.add(pattern);
    }
    receiver.stop();
    writeFileSync(LIST, script([...patterns]));
    console.log(`${patterns.size} of ${functions.length} functions; building the addon by the list …`);
    await build({});
  } finally {
    rmSync(folder, { recursive: true });
  }
});
