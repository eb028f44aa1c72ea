/**
 * Packs what npm publishes, the package and the platform packages whose addon is built here, into a folder:
 *
 *   npm run pack:all [folder]        default: .tmp/pack
 */
import './lib/require-node.cjs';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { packMain, packPlatform } from './lib/pack.mjs';
import { scratch } from './lib/paths.mjs';
import { builtPlatforms } from './lib/platform.mjs';
import { main } from './lib/problem.mjs';

await main(async () => {
  const folder = resolve(process.argv[2] ?? `${scratch}/pack`);
  mkdirSync(folder, { recursive: true });
  const platforms = builtPlatforms();
  console.log(await packMain(folder, platforms));
  for (const platform of platforms) {
    console.log(await packPlatform(folder, platform));
  }
});
