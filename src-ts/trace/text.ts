/** A name as text: anything but a string is shown as it converts; what cannot convert, and a list, which may convert without end, is empty. */
export function textOf(name: unknown): string {
  if (typeof name === 'string') return name;
  try {
    return Array.isArray(name) || ArrayBuffer.isView(name) ? '' : String(name);
  } catch {
    return '';
  }
}
