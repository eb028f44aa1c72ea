/** What the package exports: the one list from which bundles, wrappers, declarations and the check of package.json are made. */
import { existsSync } from 'node:fs';
import ts from 'typescript';
import { inRoot } from './paths.mjs';
import { Problem } from './problem.mjs';

/**
 * Subpaths that pick some of the root's exports: each is a source file of re-exports, and every name in it is one of the root's as well.
 * So there is one bundle with the package's only copy of its state, whichever subpaths and module systems a service mixes.
 */
const subpaths = {
  tracing: 'src-ts/tracing.ts',
  express: 'src-ts/express/index.ts',
  messaging: 'src-ts/messaging/index.ts',
  logging: 'src-ts/logging/index.ts',
  testing: 'src-ts/testing/index.ts',
};

/** The root, of which index.d.ts and dist/index.cjs are made. */
export const rootEntry = 'src-ts/index.ts';

/** A program for `--import` and `--require`: it exports nothing and imports the root. */
export const registerEntry = 'src-ts/register.ts';

/** Entries by name (`index`, `tracing`, …) with the names each exports: values and types apart, sorted. */
export function exportedNames() {
  const files = { index: rootEntry, ...subpaths };
  const missing = [...Object.values(files), registerEntry].filter((file) => !existsSync(inRoot(file)));
  if (missing.length > 0) {
    throw new Problem('OBS_BUILD_ENTRY_MISSING', `${missing.join(', ')} not found; the list of entries is in scripts/lib/entries.mjs.`);
  }
  const paths = Object.values(files).map((file) => inRoot(file));
  const { config } = ts.readConfigFile(inRoot('tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, inRoot());
  const program = ts.createProgram(paths, options);
  const checker = program.getTypeChecker();
  const entries = Object.fromEntries(
    Object.entries(files).map(([name, file], index) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(paths[index]));
      if (!module) {
        throw new Problem('OBS_BUILD_ENTRY_EMPTY', `${file} exports nothing.`);
      }
      const values = [];
      const types = [];
      for (const symbol of checker.getExportsOfModule(module)) {
        (isValue(checker, symbol) ? values : types).push(symbol.name);
      }
      return [name, { file, values: values.sort(), types: types.sort() }];
    }),
  );
  for (const { file, values, types } of Object.values(entries)) {
    const strangers = [...values, ...types].filter((name) => !entries.index.values.includes(name) && !entries.index.types.includes(name));
    if (strangers.length > 0) {
      throw new Problem(
        'OBS_BUILD_EXPORT_NOT_IN_ROOT',
        `${file} exports ${strangers.join(', ')}, which ${rootEntry} does not; export it there, too.`,
      );
    }
  }
  return entries;
}

/** Whether a name exists at run time. `export type { SomeClass }` is a type, though the class is a value. */
function isValue(checker, symbol) {
  if (symbol.declarations?.some((declaration) => ts.isTypeOnlyImportOrExportDeclaration(declaration))) {
    return false;
  }
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return (target.flags & ts.SymbolFlags.Value) !== 0;
}
