/** Whether this machine can compile the Rust side. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inRoot, root } from './paths.mjs';
import { Problem } from './problem.mjs';

const WAY_OUT = 'Install it from https://rustup.rs, open a new shell and run this again.';

/** Throws a Problem when Rust is missing or older than Cargo.toml asks for. */
export function checkRust() {
  const wanted = /^rust-version = "([\d.]+)"/m.exec(readFileSync(inRoot('Cargo.toml'), 'utf8'))[1];
  const answer = spawnSync('cargo', ['--version'], { cwd: root, encoding: 'utf8' });
  if (answer.error || answer.status !== 0) {
    throw new Problem(
      'OBS_BUILD_RUST_MISSING',
      `cargo does not run (${answer.error?.message ?? answer.stderr.trim()}); Rust ${wanted} or newer is needed. ${WAY_OUT}`,
    );
  }
  const found = /(\d+)\.(\d+)/.exec(answer.stdout);
  const [major, minor] = wanted.split('.').map(Number);
  if (Number(found[1]) < major || (Number(found[1]) === major && Number(found[2]) < minor)) {
    throw new Problem(
      'OBS_BUILD_RUST_TOO_OLD',
      `this is Rust ${found[0]}; ${wanted} or newer is needed. Run \`rustup update stable\`, or install it anew. ${WAY_OUT}`,
    );
  }
}
