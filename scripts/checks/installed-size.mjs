/** Installs the package as a service would, from its tarballs, and checks what that costs on disk. */
import '../lib/require-node.cjs';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { packMain, packPlatform } from '../lib/pack.mjs';
import { inRoot } from '../lib/paths.mjs';
import { hostPlatform } from '../lib/platform.mjs';
import { main, Problem } from '../lib/problem.mjs';
import { npm, run } from '../lib/run.mjs';

/** Bytes in node_modules/, with @opentelemetry/api. */
const MAX_BYTES = 10 * 1000 * 1000;

/** Packages in node_modules/, with @opentelemetry/api. */
const MAX_PACKAGES = 8;

/** A service of five lines. */
const USE = `
import { trace } from '@opentelemetry/api';
import { initTracing } from '@manifest-cyber/observability-ts';
const tracing = await initTracing({ serviceName: 'installed', exporter: { type: 'memory' } });
trace.getTracer('installed').startSpan('span').end();
await tracing.forceFlush();
const { exported } = tracing.stats();
if (exported !== 1) throw new Error('the installed package exported ' + exported + ' spans, not 1');
await tracing.shutdown();
console.log('works');
`;

/** Adds up the files of a node_modules folder and counts its packages, nested ones included. */
function measure(modules) {
  let bytes = 0;
  let packages = 0;
  for (const entry of readdirSync(modules, { recursive: true, encoding: 'utf8' })) {
    const path = join(modules, entry);
    const status = lstatSync(path);
    if (status.isFile()) {
      bytes += status.size;
    }
    packages += isPackage(modules, path) ? 1 : 0;
  }
  return { bytes, packages };
}

/** Whether a path is the package.json of an installed package, and not one deeper inside it. */
function isPackage(modules, path) {
  const folder = join('node_modules', relative(modules, dirname(path)))
    .split(sep)
    .join('/');
  return basename(path) === 'package.json' && /(^|\/)node_modules\/(@[^/]+\/)?[^/@]+$/.test(folder);
}

await main(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'observability-ts-size-'));
  try {
    const platform = hostPlatform();
    const tarballs = [await packPlatform(folder, platform), await packMain(folder, [platform])];
    const { version } = JSON.parse(readFileSync(inRoot('node_modules', '@opentelemetry', 'api', 'package.json'), 'utf8'));
    const service = join(folder, 'service');
    mkdirSync(service);
    writeFileSync(join(service, 'package.json'), '{ "private": true }');
    await npm(['install', '--no-audit', '--no-fund', ...tarballs, `@opentelemetry/api@${version}`], { cwd: service });
    const { bytes, packages } = measure(join(service, 'node_modules'));
    console.log(`${(bytes / 1e6).toFixed(2)} MB in ${packages} packages (bars: ${MAX_BYTES / 1e6} MB, ${MAX_PACKAGES})`);
    if (bytes > MAX_BYTES || packages > MAX_PACKAGES) {
      throw new Problem('OBS_SIZE_ABOVE_BAR', 'the installed package is larger than promised.');
    }
    // Loaded from there it must find its addon and work, or the size of it says nothing.
    writeFileSync(join(service, 'use.mjs'), USE);
    console.log(await run(process.execPath, ['use.mjs'], { cwd: service }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
