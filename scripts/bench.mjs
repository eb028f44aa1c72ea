// `npm run bench`: installs the pinned peers and builds what is needed beside them, both once, then runs benches/node.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { peersFolder, peersInstalled, repositoryFolder } from '../benches/node/lib/peers.mjs';
import { isBuilt, PROGRAMS } from '../benches/node/lib/rust-process.mjs';

if (!peersInstalled()) {
  console.error('installing the pinned peers (once) …');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: peersFolder, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`npm ci failed in ${peersFolder}: the peers are needed for a comparison`);
    process.exit(1);
  }
}

if (!PROGRAMS.every(isBuilt)) {
  console.error(`building ${PROGRAMS.join(' and ')} (once, some minutes) …`);
  const examples = PROGRAMS.flatMap((name) => ['--example', name]);
  const { status } = spawnSync('cargo', ['build', '--release', '--locked', ...examples], { cwd: repositoryFolder, stdio: 'inherit' });
  // Without the sink the Node sink is used, which says so; the case that needs the load does, too.
  if (status !== 0) console.error('!! they could not be built');
}

const main = fileURLToPath(new URL('../benches/node/main.mjs', import.meta.url));
process.exit(spawnSync(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1);
