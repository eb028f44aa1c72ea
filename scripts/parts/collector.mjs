/** The OpenTelemetry Collector, built from the Go module proxy with the official builder and only the components the tests use. */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from '../lib/run.mjs';
import { ensurePart } from './cache.mjs';

const VERSION = '0.158.0';

/** Raised when the list of components changes, so that machines that have an older build make a new one. */
const BUILD = 1;

const CORE = 'go.opentelemetry.io/collector';
const CONTRIB = 'github.com/open-telemetry/opentelemetry-collector-contrib';

const COMPONENTS = {
  receivers: [`${CORE}/receiver/otlpreceiver`],
  processors: [`${CORE}/processor/batchprocessor`],
  exporters: [
    `${CORE}/exporter/otlpexporter`,
    `${CORE}/exporter/otlphttpexporter`,
    `${CORE}/exporter/debugexporter`,
    `${CONTRIB}/exporter/fileexporter`,
  ],
  extensions: [`${CONTRIB}/extension/healthcheckextension`],
};

/** The path of the Collector's executable; the first call on a machine builds it, which takes two to four minutes on two cores. */
export async function collectorBinary() {
  const folder = await ensurePart('collector', `${VERSION}-${BUILD}`, build);
  return join(folder, 'collector');
}

async function build(folder) {
  const env = { ...process.env, GOFLAGS: `-p=${availableParallelism()}`, CGO_ENABLED: '0' };
  await run('go', ['install', `${CORE}/cmd/builder@v${VERSION}`], { cwd: folder, env: { ...env, GOBIN: folder } });
  writeFileSync(join(folder, 'builder.json'), manifest(folder));
  await run(join(folder, 'builder'), ['--config', join(folder, 'builder.json')], { cwd: folder, env });
  await run(join(folder, 'collector'), ['--version']);
}

/** The builder's configuration: YAML, of which JSON is a part. */
function manifest(folder) {
  const modules = (paths) => paths.map((path) => ({ gomod: `${path} v${VERSION}` }));
  return JSON.stringify({
    dist: { name: 'collector', description: 'Collector for the tests of observability-ts', version: VERSION, output_path: folder },
    ...Object.fromEntries(Object.entries(COMPONENTS).map(([kind, paths]) => [kind, modules(paths)])),
  });
}
