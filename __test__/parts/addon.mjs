/** Where the addon of this checkout lies: for tests that speak to it without the package between. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of the .node file that was built for this platform. */
export function addonPath() {
  const folder = new URL('../../npm/', import.meta.url);
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(`${process.platform}-${process.arch}`))
    .map(({ name }) => fileURLToPath(new URL(`${name}/observability-ts.${name}.node`, folder)))
    .filter((file) => existsSync(file));
  if (files.length !== 1) {
    throw new Error(`expected one addon for ${process.platform}-${process.arch} in npm/, found ${files.length}: run npm run build`);
  }
  return files[0];
}
