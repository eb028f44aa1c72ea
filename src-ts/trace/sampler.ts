/** Head sampling: decided where a span starts, from what the Rust side resolved. */

/** The head sampler's settings, as `resolve` gives them. */
export interface SamplerSettings {
  /** A root is kept when the exclusive-or of its trace id's words, as unsigned number, is below this: 2^32 keeps all, 0 none. */
  upperBound: number;
  /** Whether a parent's decision wins. */
  parentBased: boolean;
}

/** Keeps every span. */
export const ALWAYS_ON: SamplerSettings = { upperBound: 2 ** 32, parentBased: true };

/** Whether a trace id falls into the share that is kept: the decision of OpenTelemetry JS' TraceIdRatioBasedSampler. */
export function keepsTrace(sampler: SamplerSettings, trace0: number, trace1: number, trace2: number, trace3: number): boolean {
  return (trace0 ^ trace1 ^ trace2 ^ trace3) >>> 0 < sampler.upperBound;
}
