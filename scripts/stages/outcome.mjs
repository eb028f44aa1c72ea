/** How a stage of the test run executes a tool and what it reports. */
import { spawn } from 'node:child_process';
import { root } from '../lib/paths.mjs';

/** The longest that one command of a stage may take, in milliseconds; the longest one, a cold release build, takes about five minutes. */
const COMMAND_LIMIT_MILLIS = 15 * 60_000;

/** Configuration that a developer's shell may hold and that would change what the package does under test. */
const AMBIENT = /^(OTEL_|SERVICE_NAME$|ENV$|VERSION$|NODE_OPTIONS$|npm_(package|lifecycle)_)/;

/** The environment commands run in. */
export const cleanEnvironment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !AMBIENT.test(name)));

/** Raised when a command failed; carries what it printed. */
export class StageFailure extends Error {
  constructor(message, output = '', counts = { passed: 0, failed: 1 }) {
    super(message);
    this.output = output;
    this.counts = counts;
  }
}

/** Runs a command to its end. Resolves with its exit code and output, standard output and errors in the order they came. */
export function execute(command, args, { env = {}, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    // A group of its own, so that a command that hangs is ended with all that it started.
    const child = spawn(command, args, {
      cwd,
      env: { ...cleanEnvironment, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    const output = () => Buffer.concat(chunks).toString('utf8');
    const timer = setTimeout(() => {
      end(child);
      reject(new StageFailure(`\`${command} ${args.join(' ')}\` was still running after ${COMMAND_LIMIT_MILLIS / 60_000} minutes`, output()));
    }, COMMAND_LIMIT_MILLIS);
    running.add(child);
    child.once('error', (error) => {
      running.delete(child);
      clearTimeout(timer);
      reject(new StageFailure(`\`${command}\` could not be started: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      clearTimeout(timer);
      resolve({ code: code ?? 1, signal, output: output() });
    });
  });
}

/** A command that counts as one check: passed when it exits with 0. */
export async function check(command, args, options) {
  const { code, output } = await execute(command, args, options);
  if (code !== 0) {
    throw new StageFailure(`\`${[command, ...args].join(' ')}\` failed`, output);
  }
  return { passed: 1, failed: 0 };
}

/** A script of this repository, or an npm package's command, that counts as one check. */
export const checkNode = (args, options) => check(process.execPath, args, options);

const running = new Set();

function end(child) {
  try {
    if (process.platform === 'win32') {
      child.kill('SIGKILL');
    } else {
      process.kill(-child.pid, 'SIGKILL');
    }
  } catch (error) {
    if (error.code !== 'ESRCH') {
      throw error;
    }
  }
}

/** Ends the commands that still run, with all that they started: for when the test run itself is interrupted. */
export function endRunningCommands() {
  for (const child of running) {
    end(child);
  }
}
