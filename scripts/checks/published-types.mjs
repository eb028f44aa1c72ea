/** Checks with `attw` that every way to import the published package finds types that match what it loads. */
import '../lib/require-node.cjs';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { packMain } from '../lib/pack.mjs';
import { inRoot, scratch } from '../lib/paths.mjs';
import { main } from '../lib/problem.mjs';
import { run } from '../lib/run.mjs';

await main(async () => {
  const folder = join(scratch, 'attw');
  mkdirSync(folder, { recursive: true });
  const tarball = await packMain(folder, []);
  // node16 profile: resolution from before `exports` existed can't see subpaths, and needs a Node that we do not support.
  console.log(await run(process.execPath, [inRoot('node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js'), '--profile', 'node16', tarball]));
});
