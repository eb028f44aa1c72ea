/**
 * Makes a fresh clone ready: npm packages, the addon, dist/. Does only what is not done yet, so it is quick the second time.
 *
 *   npm run build [-- --debug]
 */
import './lib/require-node.cjs';
import { spawnSync } from 'node:child_process';
import { installPackages } from './lib/install.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { main, Problem } from './lib/problem.mjs';
import { checkRust } from './lib/rust.mjs';

await main(async () => {
  checkRust();
  await installPackages();
  script('build-addon.mjs', ...process.argv.slice(2));
  script('build-ts.mjs');
});

function script(name, ...args) {
  const { status } = spawnSync(process.execPath, [inRoot('scripts', name), ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    throw new Problem('OBS_BUILD_FAILED', `scripts/${name} failed; its message is above.`);
  }
}
