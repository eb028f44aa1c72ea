// Size on disk and number of packages of an installation. Ours is packed as it would be published and counted with its dependency; the
// peers are counted from their pinned folder. Runs in the parent: nothing is started.
import { execFileSync } from 'node:child_process';
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

function packed() {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ownFolder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const report = JSON.parse(output);
  const [{ unpackedSize, files }] = Array.isArray(report) ? report : Object.values(report);
  if (!files.some(({ path }) => path.endsWith('.node'))) throw new Error('the packed package holds no addon: build it first');
  return unpackedSize;
}

export function measureHere(contender) {
  if (contender === 'ours') {
    const api = weigh(['@opentelemetry/api'], ownFolder);
    return { megabytes: (packed() + api.bytes) / 1e6, packages: 1 + api.packages };
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
