// The parent's end of the programs in Rust that go with the benchmarks (benches/sink, benches/load): lines in, lines out. `npm run bench` builds them.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const TARGET = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../target', import.meta.url));

/** The names of their examples in Cargo.toml. */
export const PROGRAMS = ['sink', 'load'];

/** Where cargo puts a program. */
const placeOf = (name) => `${TARGET}/release/examples/${name}${process.platform === 'win32' ? '.exe' : ''}`;

/** Whether a program was built. */
export const isBuilt = (name) => existsSync(placeOf(name));

/** Starts a program: `answer()` waits for its next line, `ask(line)` writes one first, `end()` lets it go. */
export function startProgram(name, args) {
  if (!isBuilt(name)) throw new Error(`${placeOf(name)} is not built: cargo build --release --example ${name}`);
  const child = spawn(placeOf(name), args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { done, value } = await lines.next();
    if (done) throw new Error(`${name} ended`);
    return value;
  };
  return {
    answer,
    ask: (line) => {
      child.stdin.write(`${line}\n`);
      return answer();
    },
    end: () => child.stdin.end(),
  };
}
