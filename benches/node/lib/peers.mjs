// Where the contenders' packages are, for the Node that runs.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);

/** The folder of peers for this Node: OpenTelemetry JS 3 and dd-trace 6 need 22.15, older ones get the newest that run there. */
export const generation = major > 22 || (major === 22 && minor >= 15) ? 'node22' : 'node20';
export const peersFolder = fileURLToPath(new URL(`../peers/${generation}/`, import.meta.url));
export const repositoryFolder = fileURLToPath(new URL('../../../', import.meta.url));

/** Loads a peer, or a file of one, by name. */
export const requirePeer = createRequire(`${peersFolder}package.json`);

/** The folder whose package.json resolves our package: the repository itself, or where BENCH_PACKAGE says it is installed. */
export const ownFolder = process.env.BENCH_PACKAGE ?? repositoryFolder;
export const requireOwn = createRequire(`${ownFolder}/package.json`);

/** True when all peers are installed. */
export function peersInstalled() {
  const { dependencies } = JSON.parse(readFileSync(`${peersFolder}package.json`, 'utf8'));
  return Object.keys(dependencies).every((name) => existsSync(`${peersFolder}node_modules/${name}/package.json`));
}
