/** The OpenTelemetry Collector as the other end of an export. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectorBinary } from '../../scripts/parts/collector.mjs';
import { freePorts } from '../../scripts/parts/ports.mjs';
import { startProcess } from '../../scripts/parts/service.mjs';
import { until } from '../../scripts/parts/until.mjs';
import { spansOfLines } from './otlp-json.mjs';

/**
 * Starts a Collector that receives OTLP over gRPC and HTTP on free ports of 127.0.0.1 and writes what arrives to a file.
 *
 * @param {object} [options]
 * @param {{ certificate: string, key: string }} [options.tls] paths of the server's certificate and key; without it, plain text
 * @param {string} [options.clientCa] path of the authority whose clients are let in; without it, any client is
 */
export async function startCollector({ tls, clientCa } = {}) {
  const binary = await collectorBinary();
  const folder = mkdtempSync(join(tmpdir(), 'observability-ts-collector-'));
  const output = join(folder, 'spans.jsonl');
  const [grpcPort, httpPort, healthPort] = await freePorts(3);
  const security = tls ? { tls: { cert_file: tls.certificate, key_file: tls.key, ...(clientCa ? { client_ca_file: clientCa } : {}) } } : {};
  const endpoint = (port) => ({ endpoint: `127.0.0.1:${port}`, ...security });
  const config = {
    receivers: { otlp: { protocols: { grpc: endpoint(grpcPort), http: endpoint(httpPort) } } },
    exporters: { file: { path: output, append: true, flush_interval: '20ms' } },
    extensions: { health_check: { endpoint: `127.0.0.1:${healthPort}` } },
    service: {
      extensions: ['health_check'],
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['otlp'], exporters: ['file'] } },
    },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));

  const start = () => startProcess(binary, ['--config', join(folder, 'config.json')], { ready: () => isHealthy(healthPort) });
  let running = await start();
  const readSpans = () => (existsSync(output) ? spansOfLines(readFileSync(output, 'utf8')) : []);

  return {
    grpcPort,
    httpPort,
    /** All spans that arrived so far, over restarts. */
    readSpans,
    /** Resolves with the spans once there are at least `count`. */
    waitForSpans: (count, timeoutMillis) =>
      until(`${count} spans at the Collector`, () => (readSpans().length >= count ? readSpans() : undefined), {
        timeoutMillis,
        describe: () => `; ${readSpans().length} arrived. It printed:\n${running.output()}`,
      }),
    /** Ends the process; the ports refuse connections from then on. */
    stop: () => running.stop(),
    /** Starts it again, on the same ports, after `stop`. */
    async restart() {
      await running.stop();
      running = await start();
    },
    /** Ends it and removes its files. */
    async close() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Asks the health check for its status, over a bare socket: a request by `fetch` or `node:http` would be traced where the test itself is, and its span would
 * arrive among those that the test looks for.
 */
function isHealthy(port) {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.once('error', () => resolve(false)).once('close', () => resolve(/^HTTP\/1\.\d 200 /.test(answer)));
  });
}
