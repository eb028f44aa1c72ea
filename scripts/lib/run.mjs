/** Runs the tools that build parts. */
import { spawn } from 'node:child_process';

/** Output kept for the error message when a command fails, in characters. */
const KEPT_OUTPUT = 20_000;

/** Runs a command to its end and returns what it printed; rejects, with the end of its output, when it fails. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-KEPT_OUTPUT);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.once('error', (error) => {
      reject(error.code === 'ENOENT' ? new Error(`\`${command}\` is not installed, or not in PATH.`) : error);
    });
    child.once('close', (code, signal) => {
      if (code === 0) {
        resolve(output);
      } else {
        reject(new Error(`\`${[command, ...args].join(' ')}\` failed (${signal ?? `exit code ${code}`}):\n${output}`));
      }
    });
  });
}

/** Runs npm. */
export function npm(args, options) {
  // npm is a batch file on Windows, which only a shell can start; our arguments hold nothing that a shell would read differently.
  return run('npm', args, { ...options, shell: process.platform === 'win32' });
}
