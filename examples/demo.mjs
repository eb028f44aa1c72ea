/**
 * The demo: an API, a queue and a job in processes of their own, traffic, and the traces that come of it. See `--help`.
 */
import '../scripts/lib/require-node.cjs';
import { main } from '../scripts/lib/problem.mjs';
import { readOptions } from './demo/options.mjs';
import { runDemo } from './demo/run.mjs';

await main(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options) await runDemo(options);
});
