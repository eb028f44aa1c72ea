/** Colours of a terminal, or none. */

/** Functions that wrap text in colours. */
export function painter(colour) {
  const style = (code) => (text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: style(1), dim: style(2), red: style(31), yellow: style(33) };
}
