/** rotel as the other end of an export. It passes on what it received, re-encoded by its own OTLP code, to a Collector that tests read. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepts, freePorts } from '../../scripts/parts/ports.mjs';
import { rotelBinary } from '../../scripts/parts/rotel.mjs';
import { startProcess } from '../../scripts/parts/service.mjs';

/** Starts rotel on free ports of 127.0.0.1, sending on to the Collector's gRPC port. */
export async function startRotel(collector) {
  const binary = await rotelBinary();
  const folder = mkdtempSync(join(tmpdir(), 'observability-ts-rotel-'));
  const [grpcPort, httpPort] = await freePorts(2);
  const settings = {
    '--otlp-grpc-endpoint': `127.0.0.1:${grpcPort}`,
    '--otlp-http-endpoint': `127.0.0.1:${httpPort}`,
    '--exporter': 'otlp',
    '--otlp-exporter-endpoint': `http://127.0.0.1:${collector.grpcPort}`,
    '--pid-file': join(folder, 'rotel.pid'),
    '--log-file': join(folder, 'rotel.log'),
  };
  const running = await startProcess(binary, ['start', '--disable-batching', ...Object.entries(settings).flat()], {
    ready: async () => (await accepts(grpcPort)) && (await accepts(httpPort)),
  });
  return {
    grpcPort,
    httpPort,
    /** Ends it and removes its files. */
    async close() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
