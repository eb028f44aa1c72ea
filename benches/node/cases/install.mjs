// Size on disk and number of packages of an installation. Ours is packed as it would be published, with the platform's package and its
// dependency; the peers are counted from their pinned folder. Runs in the parent: nothing is started.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { weigh } from '../lib/installed.mjs';
import { ownFolder, peersFolder } from '../lib/peers.mjs';

export const title = 'installation';
export const contenders = ['ours', 'opentelemetry', 'node-sdk', 'datadog'];
export const rounds = 1;
export const figures = [
  { key: 'megabytes', title: 'installed size, with `@opentelemetry/api`', unit: 'MB', limit: { atMost: 10, aim: 6 } },
  { key: 'packages', title: 'packages installed', unit: '', limit: { atMost: 8, aim: 4 } },
];

const INSTRUMENTATIONS = ['@opentelemetry/instrumentation-http', '@opentelemetry/instrumentation-express'];
const PEERS = {
  opentelemetry: [
    '@opentelemetry/api',
    '@opentelemetry/sdk-trace-node',
    '@opentelemetry/sdk-trace',
    '@opentelemetry/exporter-trace-otlp-proto',
    ...INSTRUMENTATIONS,
  ],
  'node-sdk': ['@opentelemetry/api', '@opentelemetry/sdk-node', '@opentelemetry/exporter-trace-otlp-proto', ...INSTRUMENTATIONS],
  datadog: ['dd-trace'],
};

/** Bytes that `npm pack` would put into the package of a folder. */
function packed(folder) {
  const options = { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
  const report = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], options));
  const [{ unpackedSize, files }] = Array.isArray(report) ? report : Object.values(report);
  return { unpackedSize, hasAddon: files.some(({ path }) => path.endsWith('.node')) };
}

/** The package and the one platform package that npm would install beside it. */
function packedParts() {
  const platforms = readdirSync(join(ownFolder, 'npm')).filter((name) => name.startsWith(`${process.platform}-${process.arch}`));
  const built = platforms.map((name) => packed(join(ownFolder, 'npm', name))).find((part) => part.hasAddon);
  if (built === undefined) throw new Error('no platform package holds an addon: build it first (npm run build)');
  return [packed(ownFolder), built];
}

export function measureHere(contender) {
  if (contender === 'ours') {
    const api = weigh(['@opentelemetry/api'], ownFolder);
    const parts = packedParts();
    return { megabytes: (parts.reduce((sum, part) => sum + part.unpackedSize, 0) + api.bytes) / 1e6, packages: parts.length + api.packages };
  }
  const names = PEERS[contender].filter((name) => {
    try {
      weigh([name], peersFolder);
      return true;
    } catch {
      return false; // sdk-trace-node has no third generation, sdk-trace no place of its own in the second
    }
  });
  const { packages, bytes } = weigh(names, peersFolder);
  return { megabytes: bytes / 1e6, packages };
}
