/**
 * Builds the native addon and puts it where the loader of a development checkout looks: npm/<platform>/observability-ts.<platform>.node.
 *
 *   node scripts/build-addon.mjs [--debug] [--platform linux-x64-musl]
 *
 * The default is the release profile, for this machine. Another platform needs its Rust target and a linker for it installed.
 */
import './lib/require-node.cjs';
import { spawnSync } from 'node:child_process';
import { copyFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inRoot, root } from './lib/paths.mjs';
import { addonPath, hostPlatform, libraryName, targets } from './lib/platform.mjs';
import { main, Problem } from './lib/problem.mjs';
import { checkRust } from './lib/rust.mjs';

await main(async () => {
  const { values } = parseArgs({ options: { debug: { type: 'boolean', default: false }, platform: { type: 'string', default: hostPlatform() } } });
  const destination = addonPath(values.platform);
  checkRust();
  const crossing = values.platform !== hostPlatform();
  const args = ['build', '--lib', '--locked', '--features', 'binding'];
  if (!values.debug) {
    args.push('--release');
  }
  if (crossing) {
    args.push('--target', targets[values.platform]);
  }
  const { status } = spawnSync('cargo', args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    throw new Problem('OBS_BUILD_RUST_FAILED', `\`cargo ${args.join(' ')}\` failed; its messages are above.`);
  }
  const targetFolder = process.env.CARGO_TARGET_DIR || inRoot('target');
  const built = join(targetFolder, ...(crossing ? [targets[values.platform]] : []), values.debug ? 'debug' : 'release', libraryName(values.platform));
  // By rename: a process that has the old file mapped must not see it change under its feet.
  copyFileSync(built, `${destination}.new`);
  renameSync(`${destination}.new`, destination);
});
