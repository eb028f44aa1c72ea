/** The processes of the demo. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Problem } from '../../scripts/lib/problem.mjs';
import { until } from '../../scripts/parts/until.mjs';

/** How long the API may take to answer its first health check, and a service to end. */
const START_MILLIS = 15_000;
const END_MILLIS = 5_000;

/** Starts the API and the job; what they log is printed beside their names. */
export function startServices({ paint, environment }) {
  const url = `http://127.0.0.1:${environment.PORT}`;
  const register = ['--import', '@manifest-cyber/observability-ts/register'];
  const api = start('api', [], environment, paint);
  const job = start('job', register, { ...environment, OTEL_SERVICE_NAME: 'job-sbom-process', ENV: 'demo' }, paint);
  return {
    url,
    /** Resolves when the API answers. */
    async ready() {
      const answered = () => {
        for (const service of [api, job]) service.check();
        return answers(`${url}/health`);
      };
      await until('the API', answered, { timeoutMillis: START_MILLIS }).catch((error) => {
        throw error instanceof Problem ? error : new Problem('OBS_DEMO_START_TIMEOUT', `the API did not answer within ${START_MILLIS / 1000} s.`);
      });
      console.log(`  manifest-api      ${url}, process ${api.pid}`);
      console.log(`  job-sbom-process  process ${job.pid}`);
    },
    /** Whether one of them said that spans were lost. */
    lostSpans: () => api.lostSpans() || job.lostSpans(),
    /** Ends both, as a deployment would: by SIGTERM. */
    stop: () => Promise.all([api.stop(), job.stop()]),
  };
}

function start(name, flags, environment, paint) {
  const file = fileURLToPath(new URL(`../${name}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [...flags, file], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  createInterface({ input: child.stdout }).on('line', (line) => console.log(`  ${paint.dim(name)}  ${readable(line, paint)}`));
  let lost = false;
  createInterface({ input: child.stderr }).on('line', (line) => {
    lost ||= line.startsWith('[OBS_SPANS_LOST]');
    console.log(`  ${paint.dim(name)}  ${paint.red(line)}`);
  });
  return {
    pid: child.pid,
    lostSpans: () => lost,
    check() {
      if (hasEnded()) throw new Problem('OBS_DEMO_SERVICE_ENDED', `examples/${name}.mjs ended at once; its messages are above.`);
    },
    async stop() {
      if (!hasEnded()) child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), END_MILLIS);
      await ended;
      clearTimeout(force);
    },
  };
}

/** A line of examples/logger.mjs for people. */
function readable(line, paint) {
  try {
    const { level, message, trace_id: traceId } = JSON.parse(line);
    const shown = level === 'warn' ? paint.yellow(level) : level;
    return `${shown}  ${message}  ${paint.dim(`trace ${traceId.slice(0, 8)}…`)}`;
  } catch {
    return line;
  }
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
