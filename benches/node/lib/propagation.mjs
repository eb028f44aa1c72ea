// Extract and inject through whatever is registered with `@opentelemetry/api`.

/** What the case `propagation` calls, for an OpenTelemetry tracer. */
export function openTelemetryPropagation({ api, tracer }) {
  const { propagation, trace, ROOT_CONTEXT } = api;
  return {
    extract: (headers) => propagation.extract(ROOT_CONTEXT, headers),
    spanIn: (context) => trace.setSpan(context, tracer.startSpan('call', {}, context)),
    inject(context) {
      const headers = {};
      propagation.inject(context, headers);
      return headers;
    },
  };
}
