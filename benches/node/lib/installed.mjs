// What an installation weighs: the packages that a set of names pulls in, found as Node finds them, and the bytes of their files.
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

function folderBytes(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? folderBytes(path) : statSync(path).size;
  }
  return bytes;
}

function find(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (folder === dirname(folder)) return undefined;
  }
}

/** Packages and bytes reached from `names`, as installed below `folder`; optional packages count when they are there. */
export function weigh(names, folder) {
  const seen = new Map();
  const visit = (name, from, optional) => {
    const path = find(name, from);
    if (path === undefined) {
      if (optional) return;
      throw new Error(`${name} is not installed below ${folder}`);
    }
    if (seen.has(path)) return;
    seen.set(path, folderBytes(path));
    const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      visit(dependency, path, manifest.optionalDependencies?.[dependency] !== undefined);
    }
    for (const dependency of Object.keys(manifest.optionalDependencies ?? {})) visit(dependency, path, true);
    for (const dependency of Object.keys(manifest.peerDependencies ?? {})) {
      visit(dependency, path, manifest.peerDependenciesMeta?.[dependency]?.optional === true);
    }
  };
  for (const name of names) visit(name, folder, false);
  return { packages: seen.size, bytes: [...seen.values()].reduce((sum, bytes) => sum + bytes, 0) };
}
