/** npm's packages of this checkout. Imports nothing that is not part of Node: it runs before they are there. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot, root } from './paths.mjs';
import { npm } from './run.mjs';

/** Runs `npm ci` when node_modules/ is missing or was made from another package-lock.json. */
export async function installPackages() {
  const stamp = inRoot('node_modules', '.installed-from');
  const lock = createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) {
    return;
  }
  await npm(['ci', '--no-audit', '--no-fund'], { cwd: root });
  writeFileSync(stamp, lock);
}
