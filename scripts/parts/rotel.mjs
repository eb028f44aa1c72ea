/** rotel, a collector written in Rust, from PyPI: a second implementation of OTLP's receiving side. */
import { join } from 'node:path';
import { run } from '../lib/run.mjs';
import { ensurePart } from './cache.mjs';

const VERSION = '0.0.1a15';

/** The path of rotel's executable, which its Python package carries. */
export async function rotelBinary() {
  const folder = await ensurePart('rotel', VERSION, (unfinished) =>
    run('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', unfinished, `rotel==${VERSION}`]),
  );
  return join(folder, 'rotel', 'rotel-agent');
}
