/** Cargo's subcommands that the checks use, from crates.io. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../lib/run.mjs';
import { ensurePart } from './cache.mjs';

/** cargo-deny: licences, bans and sources of the dependencies. */
export const cargoDeny = () => cargoTool('cargo-deny', '0.20.2');

/** cargo-fuzz: builds and runs the targets in fuzz/. */
export const cargoFuzz = () => cargoTool('cargo-fuzz', '0.13.2');

/** The tool's executable. Built without optimisation: it runs for a second, and building it fast is what counts. */
async function cargoTool(name, version) {
  const folder = await ensurePart(name, version, (unfinished) =>
    run('cargo', ['install', '--locked', '--debug', '--root', unfinished, '--target-dir', join(unfinished, 'target'), `${name}@${version}`]).then(
      () => rm(join(unfinished, 'target'), { recursive: true, force: true }),
    ),
  );
  return join(folder, 'bin', name);
}
