/** Makes the tarballs that npm would publish. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inRoot } from './paths.mjs';
import { addonPath } from './platform.mjs';
import { Problem } from './problem.mjs';
import { npm } from './run.mjs';

/** What the published package.json leaves out: it is about this repository. */
const REPOSITORY_ONLY = ['scripts', 'devDependencies'];

/**
 * Packs the package itself into `folder` and returns the tarball's path.
 *
 * The dependencies on the platform packages are added here and not in the repository's package.json: `npm ci` of a fresh clone would look for
 * versions of them that are only published together with this one.
 */
export async function packMain(folder, platforms) {
  const manifest = readJson(inRoot('package.json'));
  for (const key of REPOSITORY_ONLY) {
    delete manifest[key];
  }
  manifest.optionalDependencies = Object.fromEntries(
    platforms.map((platform) => [readJson(inRoot('npm', platform, 'package.json')).name, manifest.version]),
  );
  return pack(folder, 'main', manifest, ['README.md', 'LICENSE', ...manifest.files]);
}

/** Packs the package of one platform, whose addon must be built, and returns the tarball's path. */
export async function packPlatform(folder, platform) {
  if (!existsSync(addonPath(platform))) {
    throw new Problem('OBS_PACK_ADDON_MISSING', `${addonPath(platform)} is not built; run \`node scripts/build-addon.mjs --platform ${platform}\`.`);
  }
  const manifest = readJson(inRoot('npm', platform, 'package.json'));
  const { version } = readJson(inRoot('package.json'));
  if (manifest.version !== version) {
    throw new Problem('OBS_PACK_VERSION', `npm/${platform}/package.json says ${manifest.version}, package.json says ${version}.`);
  }
  return pack(folder, platform, manifest, ['LICENSE', ...manifest.files.map((file) => join('npm', platform, file))]);
}

/** Stages the files, named from the root of the repository, flat beside the manifest; folders keep what is in them. */
async function pack(folder, name, manifest, files) {
  const stage = join(folder, name);
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of files) {
    cpSync(inRoot(file), join(stage, basename(file)), { recursive: true });
  }
  const [{ filename }] = JSON.parse(await npm(['pack', '--silent', '--json', '--pack-destination', folder], { cwd: stage }));
  return join(folder, filename);
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
