/** Randomness of the system's. */
import { loadAddon } from './addon';

/** Fills `bytes`; by the addon where there is one, because `node:crypto` takes 0.8 MiB and 1.6 ms to load (docs/adr/0004). */
export function randomFill(bytes: Uint8Array): void {
  const made = loadAddon()?.randomBytes(bytes.length);
  if (made === undefined || made === null) process.getBuiltinModule('node:crypto').randomFillSync(bytes);
  else bytes.set(made);
}

/** A random UUID (RFC 9562, version 4). */
export function randomUuid(): string {
  const bytes = Buffer.alloc(16);
  randomFill(bytes);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
