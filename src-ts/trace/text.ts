/** A name as text: anything but a string is shown as it converts, and what cannot convert is empty. */
export function textOf(name: unknown): string {
  if (typeof name === 'string') return name;
  try {
    return String(name);
  } catch {
    return '';
  }
}
