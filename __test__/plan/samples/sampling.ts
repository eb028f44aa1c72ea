import {
ParentBasedSampler,
TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';

const sampler = new ParentBasedSampler({
root: new TraceIdRatioBasedSampler(process.env.ENV === 'production' ? 0.1 : 1.0),
});
