/** A server process under control: started, waited for until it is ready, ended without leaving anything behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until.mjs';

/** Output kept for error messages, in characters. */
const KEPT_OUTPUT = 10_000;

/** How long a process may take to end by itself after SIGTERM, in milliseconds. */
const END_MILLIS = 10_000;

/** Options of Java for a server that starts sooner and takes less of the machine: it does not run long enough for the best code. */
export const LIGHT_JAVA = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m'];

/** Ends what was left running when this process goes, also by a failed assertion. */
const running = new Set();
const endRunning = () => {
  for (const child of running) {
    child.kill('SIGKILL');
  }
};
process.once('exit', endRunning);
// The test runner ends a file that takes too long by SIGTERM, of which `exit` does not tell.
const endBySignal = () => {
  endRunning();
  process.kill(process.pid, 'SIGTERM');
};
process.once('SIGTERM', endBySignal);

/** For a program that ends what it started by itself when a signal comes. */
export const leaveSignals = () => process.off('SIGTERM', endBySignal);

/** Starts a process and resolves once `ready()` does with something truthy. */
export async function startProcess(command, args, { ready, env = process.env, cwd, timeoutMillis }) {
  const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  const keep = (chunk) => {
    output = (output + chunk).slice(-KEPT_OUTPUT);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const ended = once(child, 'exit').then(([code]) => {
    running.delete(child);
    return code;
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const started = {
    pid: child.pid,
    /** What it printed last. */
    output: () => output,
    /** Ends it, by SIGTERM first. */
    async stop() {
      if (!hasEnded()) {
        child.kill('SIGTERM');
        const force = setTimeout(() => child.kill('SIGKILL'), END_MILLIS);
        await ended;
        clearTimeout(force);
      }
    },
    /** Ends it at once. */
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
  try {
    await until(
      `${command} to be ready`,
      async () => {
        if (hasEnded()) {
          throw new Error(`${command} ended at once (${child.signalCode ?? child.exitCode}):\n${output}`);
        }
        return ready();
      },
      { timeoutMillis, describe: () => `; it printed:\n${output}` },
    );
  } catch (error) {
    await started.stop();
    throw error;
  }
  return started;
}
