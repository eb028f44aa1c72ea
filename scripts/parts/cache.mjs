/**
 * Where the real parts that the tests run against are kept: built or fetched once per machine, in one folder per part and version.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How long a second process waits for the one that is already building the same part, in milliseconds. The slowest part takes about three minutes. */
const BUILD_WAIT_MILLIS = 20 * 60_000;

/** `$XDG_CACHE_HOME/observability-ts`, or `~/.cache/observability-ts`. */
export function cacheRoot() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'observability-ts');
}

/**
 * The folder of a part, made by `build(folder)` if this machine does not have it yet.
 *
 * `build` works in a folder beside the final one, which is renamed when it is done: a build that was interrupted leaves nothing that looks finished.
 * Two processes that want the same part build it once; the second one waits.
 */
export async function ensurePart(name, version, build) {
  const folder = join(cacheRoot(), `${name}-${version}`);
  if (existsSync(folder)) {
    return folder;
  }
  mkdirSync(cacheRoot(), { recursive: true });
  const release = await acquireLock(`${folder}.lock`);
  try {
    if (existsSync(folder)) {
      return folder;
    }
    const unfinished = `${folder}.${randomBytes(4).toString('hex')}.tmp`;
    mkdirSync(unfinished);
    try {
      await build(unfinished);
      renameSync(unfinished, folder);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
    return folder;
  } finally {
    release();
  }
}

/** Takes the lock file, waiting for its owner; a lock whose owner is no longer running is taken over. */
async function acquireLock(path) {
  const deadline = Date.now() + BUILD_WAIT_MILLIS;
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw error;
      }
    }
    if (!ownerRuns(path)) {
      rmSync(path, { force: true });
      continue;
    }
    if (Date.now() > deadline) {
      throw new Error(`Another process has been building this part for too long. If none is running, delete ${path} and try again.`);
    }
    await delay(250);
  }
}

function ownerRuns(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    // The file is empty for an instant between its creation and the writing of the id: that owner is alive.
    if (pid > 0) {
      process.kill(pid, 0);
    }
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
