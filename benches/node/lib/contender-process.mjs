// The parent's end of `child.mjs`.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('../child.mjs', import.meta.url));

/** Lines that a process printed. Node's own hint below a first warning is not the contender's. */
const linesOf = (output) => output.split('\n').filter((line) => line !== '' && !line.startsWith('(Use `node --trace-warnings')).length;

/** A contender that has been given its task and is not yet done with it. */
export class ContenderProcess {
  #child;
  #output = '';
  #ended;
  #waiting;
  #contender;

  constructor(task) {
    this.#contender = task.contender;
    const child = fork(CHILD, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: task.options.execArgv ?? [] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#output += text;
      });
    }
    this.#ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    this.#ended.then(
      (code) => this.#waiting?.reject(new Error(`${this.#contender}: ended with ${code}\n${this.#output}`)),
      (error) => this.#waiting?.reject(error),
    );
    child.on('message', (message) => {
      const { resolve, reject } = this.#waiting;
      this.#waiting = undefined;
      if (message.error) return reject(new Error(`${this.#contender}: ${message.error}\n${this.#output}`));
      // Up to here: what is said at the end of the process is no line of its running.
      resolve({ ...message, logLines: linesOf(this.#output) });
    });
  }

  get output() {
    return this.#output;
  }

  /** Sends a message and waits for the answer to it. */
  ask(message) {
    const answer = new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    this.#child.send(message);
    return answer;
  }

  /** Waits until it has ended by itself. */
  async end() {
    await this.#ended;
  }

  kill() {
    this.#child.kill();
  }
}
