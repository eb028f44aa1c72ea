/** The kinds of our spans: OpenTelemetry's `SpanKind`, whose values are only in the API's code. */
import type { SpanKind } from '@opentelemetry/api';

export const KIND_SERVER: SpanKind.SERVER = 1;
export const KIND_CLIENT: SpanKind.CLIENT = 2;
export const KIND_PRODUCER: SpanKind.PRODUCER = 3;
export const KIND_CONSUMER: SpanKind.CONSUMER = 4;
