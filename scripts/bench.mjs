// `npm run bench`: installs the pinned peers and builds the sink, both once, then runs benches/node.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { peersFolder, peersInstalled, repositoryFolder } from '../benches/node/lib/peers.mjs';
import { RUST_SINK } from '../benches/node/lib/sink.mjs';

if (!peersInstalled()) {
  console.error('installing the pinned peers (once) …');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: peersFolder, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`npm ci failed in ${peersFolder}: the peers are needed for a comparison`);
    process.exit(1);
  }
}

if (!existsSync(RUST_SINK)) {
  console.error('building the sink (once, some minutes) …');
  const { status } = spawnSync('cargo', ['build', '--release', '--locked', '--example', 'sink'], { cwd: repositoryFolder, stdio: 'inherit' });
  // Without it the Node sink is used, which says so.
  if (status !== 0) console.error('!! the sink could not be built');
}

const main = fileURLToPath(new URL('../benches/node/main.mjs', import.meta.url));
process.exit(spawnSync(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1);
