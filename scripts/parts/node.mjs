/** Other versions of Node, from the npm packages that carry its executable. */
import { readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { npm, run } from '../lib/run.mjs';
import { ensurePart } from './cache.mjs';

/** The releases that stand for each supported major version. */
const RELEASES = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' };

/** Supported major versions, oldest first. */
export const nodeVersions = Object.keys(RELEASES).map(Number);

/** The executable of a major version: this process's own when it is of that version. */
export async function nodeBinary(major) {
  if (Number(process.versions.node.split('.')[0]) === major) {
    return process.execPath;
  }
  const release = RELEASES[major];
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = await ensurePart('node', release, async (unfinished) => {
    await npm(['pack', '--silent', `${name}@${release}`], { cwd: unfinished });
    const archive = readdirSync(unfinished).find((file) => file.endsWith('.tgz'));
    await run('tar', ['-xzf', archive], { cwd: unfinished });
    await rename(join(unfinished, 'package', 'bin', executable), join(unfinished, executable));
    await rm(join(unfinished, 'package'), { recursive: true });
    await rm(join(unfinished, archive));
  });
  return join(folder, executable);
}
