/** The order of the addon's functions: what every service runs is in a section of its own (scripts/order-functions.mjs). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { addonPath, hostPlatform } from '../../scripts/lib/platform.mjs';

/** The sizes of an ELF file's sections, by name (ELF-64 object file format, 1.5.1, "Section header"). */
function sectionSizes(file) {
  const [headers, headerSize, count, names] = [
    Number(file.readBigUInt64LE(0x28)),
    file.readUInt16LE(0x3a),
    file.readUInt16LE(0x3c),
    file.readUInt16LE(0x3e),
  ];
  const header = (i) => file.subarray(headers + i * headerSize, headers + (i + 1) * headerSize);
  const strings = file.subarray(Number(header(names).readBigUInt64LE(0x18)));
  const nameOf = (at) => strings.toString('latin1', at, strings.indexOf(0, at));
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [nameOf(header(i).readUInt32LE(0)), Number(header(i).readBigUInt64LE(0x20))]));
}

const skip = process.platform !== 'linux' && 'the functions are ordered on Linux only';

test('the functions that every service runs lie side by side', { skip }, () => {
  const sizes = sectionSizes(readFileSync(addonPath(hostPlatform())));
  const share = sizes['.text.used'] / (sizes['.text.used'] + sizes['.text']);
  // A quarter of the code. Less means that the names in the list are not those of the functions any more: run scripts/order-functions.mjs.
  assert.ok(share > 0.15 && share < 0.5, `${share} of the code is in .text.used`);
});
