/** Programs of tests, written where they are tested and run in a Node of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../../../scripts/parts/until.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const THREADS = new URL('../../parts/threads.mjs', import.meta.url).href;

/** The longest a program may run, in milliseconds. */
const LIMIT_MILLIS = 60_000;

/** Ended with the test's process, also after a failed assertion. */
const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** What programs start with. */
const IMPORTS = `
import * as observability from '@manifest-cyber/observability-ts';
import { setTimeout as delay } from 'node:timers/promises';
import { threadsNamed, wakesOf } from '${THREADS}';
const { getTracer, initTracing, withSpan } = observability;
const span = (name) => getTracer().startSpan(name).end();
const ready = () => console.log('ready');
`;

/** Starts tracing, unless the test wants to see how Node does without. */
const INIT = `
const tracing = process.env.UNTRACED ? undefined : await initTracing();
`;

/**
 * Starts a program. Its environment names the endpoint.
 *
 * @param {string} source
 * @param {object} [options]
 * @param {string} [options.before] what comes before tracing is started
 * @param {boolean} [options.untraced] runs it as if there were no tracing
 * @param {boolean} [options.init] whether tracing is started for it (default)
 * @param {'module' | 'commonjs'} [options.input] for `commonjs`, the source is all there is
 * @param {string[]} [options.flags] for Node
 * @param {string[]} [options.under] a command that runs the one that it is given as further arguments
 */
export function start(
  source,
  { endpoint = 'http://127.0.0.1:9', before = '', untraced = false, init = true, env = {}, flags = [], input = 'module', under = [] } = {},
) {
  const program = input === 'module' ? IMPORTS + before + (init ? INIT : '') + source : source;
  const [command, ...args] = [...under, process.execPath, ...flags, `--input-type=${input}`, '--eval', program];
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      ...(untraced ? { UNTRACED: '1' } : {}),
      ...env,
    },
  });
  running.add(child);
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MILLIS);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    clearTimeout(limit);
    running.delete(child);
    return { code, signal, stdout, stderr };
  });
  return {
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    send: (message) => child.send(message),
    /** Writes to its standard input, which stays open. */
    type: (text) => child.stdin.write(text),
    /** Resolves once the program has printed `word`. */
    printed: (word) => until(`the program to print ${word}`, () => stdout.includes(word), { describe: () => `; it printed:\n${stdout}\n${stderr}` }),
    /** Resolves with `code`, `signal`, `stdout` and `stderr` when it has ended. */
    ended,
  };
}

/** Runs a program to its end. */
export const run = (source, options) => start(source, options).ended;

/** The lines of ours, by code, in what a program wrote to standard error. */
export const codesIn = (stderr) => [...stderr.matchAll(/\[(OBS_[A-Z_]+)\]/g)].map(([, code]) => code);
