/** The middle value (mean of the two middle ones). */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that a quarter of them lie below. */
export function lowerQuartile(values) {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.25,
  );
}

/** Half the distance between the quartiles, in percent of the median: how far a typical round lies from it. */
export function spreadPercent(values) {
  if (values.length < 2) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.abs(median(sorted));
  return middle === 0 ? 0 : ((quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2 / middle) * 100;
}

/** The value below which the share `q` of sorted values lies, between two of them in proportion. */
function quantile(sorted, q) {
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  return sorted[below] + (position - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}
