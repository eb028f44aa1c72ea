/** Runs a program of a test in a Node of its own: tracing is one per process, and how a process ends is part of what is tested. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The longest a program may run, in milliseconds. */
const LIMIT_MILLIS = 60_000;

/**
 * Runs a module to its end with `input` as the JSON in its first argument, and Node with `flags`. Resolves with the exit code, the signal, and what it printed;
 * `answer` is its standard output parsed as JSON.
 */
export async function runProgram(url, input, { env = {}, flags = [] } = {}) {
  const child = spawn(process.execPath, [...flags, fileURLToPath(url), JSON.stringify(input)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MILLIS);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  const [code, signal] = await once(child, 'close');
  clearTimeout(limit);
  return {
    code,
    signal,
    stdout,
    stderr,
    get answer() {
      if (code !== 0) {
        throw new Error(`the program ended with ${signal ?? code}:\n${stderr}`);
      }
      return JSON.parse(stdout);
    },
  };
}

/** The input of the program that runs: called inside it. */
export const programInput = () => JSON.parse(process.argv[2]);
