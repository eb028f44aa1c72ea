// `npm run bench`: installs the pinned peers once, then runs benches/node.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { peersFolder, peersInstalled } from '../benches/node/lib/peers.mjs';

if (!peersInstalled()) {
  console.error('installing the pinned peers (once) …');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: peersFolder, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`npm ci failed in ${peersFolder}: the peers are needed for a comparison`);
    process.exit(1);
  }
}

const main = fileURLToPath(new URL('../benches/node/main.mjs', import.meta.url));
process.exit(spawnSync(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1);
