// From samples to the table: medians, what the harness costs taken off, ratios, bars.
import { median, spreadPercent } from './statistics.mjs';

const DATADOG = ['datadog', 'datadog-otel'];

/** A contender's figure by round; none where spans did not arrive: those were cheap, and such a sample says nothing. */
function valuesOf(samples, contender, key) {
  return (samples[contender] ?? []).map((figures) => (!figures.incomplete && typeof figures[key] === 'number' ? figures[key] : undefined));
}

/**
 * Per contender the median and its spread. What no tracing costs is taken off (`net`) or divided by (`over`) round by round, before the median: the
 * two ran side by side, and what slowed the machine down in one round slowed both.
 */
export function summarise(figure, samples) {
  const summary = {};
  const base = valuesOf(samples, 'none', figure.key);
  const related = base.some((value) => value !== undefined) && (figure.net || figure.over);
  for (const contender of Object.keys(samples)) {
    const gross = valuesOf(samples, contender, figure.key);
    const relate = (value, round) => {
      if (!related || contender === 'none') return value;
      if (base[round] === undefined) return undefined;
      return figure.net ? value - base[round] : value / base[round];
    };
    const values = gross.map((value, round) => (value === undefined ? undefined : relate(value, round))).filter((value) => value !== undefined);
    if (values.length === 0) continue;
    summary[contender] = {
      gross: median(gross.filter((value) => value !== undefined)),
      spreadPercent: spreadPercent(values),
      value: median(values),
      rounds: values.length,
    };
  }
  return summary;
}

/** The peer's value: of dd-trace's two ways the cheaper. */
function peerValue(summary, peer) {
  const names = peer === 'datadog' ? DATADOG : [peer];
  const values = names.map((name) => summary[name]?.value).filter((value) => value !== undefined);
  return values.length ? Math.min(...values) : undefined;
}

const number = (value) => {
  if (value === undefined) return '–';
  const size = Math.abs(value);
  return size >= 1000 ? Math.round(value).toLocaleString('en') : size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(3);
};
const fraction = (value) => (value >= 1 ? `${value}` : `1/${Math.round(1 / value)}`);
const share = (ours, peer) =>
  peer <= 0 ? '–' : ours <= 0 ? '< noise' : ours < peer ? `1/${(peer / ours).toFixed(1)}` : `${(ours / peer).toFixed(2)}×`;
const verdict = (reached, bar, aim) => (reached ? (aim ? 'aim' : 'bar') : 'MISSED') + (bar ? ` (${bar})` : '');

function judgement(figure, summary) {
  const ours = summary.ours?.value;
  if (ours === undefined) return '';
  const parts = [];
  for (const [peer, { atMost, aim }] of Object.entries(figure.bars ?? {})) {
    const value = peerValue(summary, peer);
    if (value === undefined) continue;
    parts.push(verdict(ours <= value * atMost, fraction(atMost), ours <= value * aim));
  }
  if (figure.limit) {
    const { atMost, atLeast, aim } = figure.limit;
    if (atMost !== undefined) parts.push(verdict(ours <= atMost, `≤ ${number(atMost)}`, ours <= aim));
    else parts.push(verdict(ours >= atLeast, `≥ ${number(atLeast)}`, ours >= aim));
  }
  return parts.join(', ');
}

/** One line of the table. */
export function rowOf(figure, samples) {
  const summary = summarise(figure, samples);
  const cell = (entry) => (entry === undefined ? '–' : `${number(entry.value)} ±${entry.spreadPercent.toFixed(0)} %`);
  const datadog = DATADOG.map((name) => summary[name])
    .filter(Boolean)
    .sort((a, b) => a.value - b.value)[0];
  const ours = summary.ours?.value;
  const ratio = (peer) => (ours === undefined || peer === undefined || figure.over ? '–' : share(ours, peer));
  const unit = figure.over ? '×' : figure.unit;
  return [
    figure.title + (unit ? `, ${unit}` : ''),
    cell(summary.ours),
    cell(summary.opentelemetry),
    cell(datadog),
    cell(summary.api),
    ratio(summary.opentelemetry?.value),
    ratio(datadog?.value),
    judgement(figure, summary),
  ];
}

export const HEADER = ['figure', 'ours', 'OpenTelemetry JS', 'dd-trace', 'API alone', 'ours / OTel', 'ours / dd', 'bar reached'];

/** A Markdown table with padded columns: readable in a terminal and in a page. */
export function markdownTable(header, rows) {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}
