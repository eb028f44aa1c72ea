/** Each option that docs/configuration.md names is one that TypeScript knows. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const DOCUMENT = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
const CONFIG = fileURLToPath(new URL('./tsconfig.json', import.meta.url));
const FOLDER = fileURLToPath(new URL('.', import.meta.url));

test('every documented option compiles', () => {
  const names = documentedOptions();
  assert.ok(names.includes('exporter.tls.caFile') && names.includes('spool'), names.join(', '));
  assert.deepEqual(faultsOf(names), []);
  assert.equal(faultsOf(['queue.maxSpams']).length, 1, 'another name does not');
});

/** The first column of the tables of options, and the options of later versions. */
function documentedOptions() {
  const tables = DOCUMENT.split(/^(?=\| option \|)/m).slice(1);
  const rows = tables.flatMap((table) => table.slice(0, table.indexOf('\n\n')).split('\n').slice(2));
  const [later] = /^Accepted, and without effect[\s\S]*?\.\s/m.exec(DOCUMENT);
  return [...rows.map((row) => row.split('|')[1]), later].flatMap((text) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
}

/** What tsc says where each of these is given alone. */
function faultsOf(names) {
  const file = `${FOLDER}documented-options.ts`;
  const given = names.map((name) => name.split('.').reduceRight((inner, key) => `{ ${key}: ${inner} }`, 'null!'));
  const lines = given.map((value, i) => `export const option${i}: TracingOptions = ${value};`);
  const source = ["import type { TracingOptions } from '@manifest-cyber/observability-ts';", ...lines].join('\n');
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(CONFIG, ts.sys.readFile).config, ts.sys, FOLDER);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.readFile = (path) => (path === file ? source : readFile(path));
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
