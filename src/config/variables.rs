//! The environment variables that are read: the only place that spells their names, but for those that the JS side reads.

macro_rules! variables {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $text;)*

        /// Every variable that is read, in the order of docs/configuration.md.
        pub const ALL: &[&str] = &[$($text),*];
    };
}

variables! {
    /// `true`: nothing is recorded.
    OTEL_SDK_DISABLED = "OTEL_SDK_DISABLED";
    /// What of our own messages is shown.
    OTEL_LOG_LEVEL = "OTEL_LOG_LEVEL";
    /// Formats of context, in their order.
    OTEL_PROPAGATORS = "OTEL_PROPAGATORS";
    /// The head sampler.
    OTEL_TRACES_SAMPLER = "OTEL_TRACES_SAMPLER";
    /// Its ratio.
    OTEL_TRACES_SAMPLER_ARG = "OTEL_TRACES_SAMPLER_ARG";

    /// `service.name`.
    OTEL_SERVICE_NAME = "OTEL_SERVICE_NAME";
    /// Attributes of the resource, `key=value` with commas between.
    OTEL_RESOURCE_ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES";
    /// `service.name`, when nothing else names it.
    SERVICE_NAME = "SERVICE_NAME";
    /// The environment (production, staging…), when nothing else names it.
    ENV = "ENV";
    /// `service.version`, when nothing else names it.
    VERSION = "VERSION";

    /// `otlp`, `console` or `none`.
    OTEL_TRACES_EXPORTER = "OTEL_TRACES_EXPORTER";
    /// Where traces go.
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    /// Where everything goes.
    OTEL_EXPORTER_OTLP_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
    /// How traces are sent.
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL";
    /// How everything is sent.
    OTEL_EXPORTER_OTLP_PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL";
    /// Headers of requests with traces.
    OTEL_EXPORTER_OTLP_TRACES_HEADERS = "OTEL_EXPORTER_OTLP_TRACES_HEADERS";
    /// Headers of every request.
    OTEL_EXPORTER_OTLP_HEADERS = "OTEL_EXPORTER_OTLP_HEADERS";
    /// Compression of traces.
    OTEL_EXPORTER_OTLP_TRACES_COMPRESSION = "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION";
    /// Compression of everything.
    OTEL_EXPORTER_OTLP_COMPRESSION = "OTEL_EXPORTER_OTLP_COMPRESSION";
    /// The time an attempt to send traces may take.
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT = "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT";
    /// The time an attempt to send anything may take.
    OTEL_EXPORTER_OTLP_TIMEOUT = "OTEL_EXPORTER_OTLP_TIMEOUT";
    /// Certificate authorities to trust, for traces.
    OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE = "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE";
    /// Certificate authorities to trust.
    OTEL_EXPORTER_OTLP_CERTIFICATE = "OTEL_EXPORTER_OTLP_CERTIFICATE";
    /// The client's certificate, for traces.
    OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE = "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE";
    /// The client's certificate.
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE = "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE";
    /// The client's key, for traces.
    OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY = "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY";
    /// The client's key.
    OTEL_EXPORTER_OTLP_CLIENT_KEY = "OTEL_EXPORTER_OTLP_CLIENT_KEY";
    /// Whether gRPC for traces goes without TLS where the endpoint has no scheme.
    OTEL_EXPORTER_OTLP_TRACES_INSECURE = "OTEL_EXPORTER_OTLP_TRACES_INSECURE";
    /// Whether gRPC goes without TLS where the endpoint has no scheme.
    OTEL_EXPORTER_OTLP_INSECURE = "OTEL_EXPORTER_OTLP_INSECURE";
    /// The proxy of `https` endpoints.
    HTTPS_PROXY = "HTTPS_PROXY";
    /// The same; it wins, as it does for curl.
    HTTPS_PROXY_LOWER = "https_proxy";
    /// The proxy of `http` endpoints.
    HTTP_PROXY = "HTTP_PROXY";
    /// The same; it wins, as it does for curl.
    HTTP_PROXY_LOWER = "http_proxy";
    /// Hosts that are reached without a proxy.
    NO_PROXY = "NO_PROXY";
    /// The same; it wins, as it does for curl.
    NO_PROXY_LOWER = "no_proxy";

    /// How long a span waits for its batch to fill.
    OTEL_BSP_SCHEDULE_DELAY = "OTEL_BSP_SCHEDULE_DELAY";
    /// Spans of a batch.
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE";
    /// Spans that wait.
    OTEL_BSP_MAX_QUEUE_SIZE = "OTEL_BSP_MAX_QUEUE_SIZE";
    /// The time all attempts for one batch may take.
    OTEL_BSP_EXPORT_TIMEOUT = "OTEL_BSP_EXPORT_TIMEOUT";
    /// Encoded bytes that wait.
    OBS_QUEUE_MAX_BYTES = "OBS_QUEUE_MAX_BYTES";
    /// The time that flushing at exit may take.
    OBS_EXIT_TIMEOUT = "OBS_EXIT_TIMEOUT";

    /// Attributes of a span, an event or a link.
    OTEL_ATTRIBUTE_COUNT_LIMIT = "OTEL_ATTRIBUTE_COUNT_LIMIT";
    /// Attributes of a span.
    OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT = "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT";
    /// Attributes of an event.
    OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT = "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT";
    /// Attributes of a link.
    OTEL_LINK_ATTRIBUTE_COUNT_LIMIT = "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT";
    /// The length of a string value.
    OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT = "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT";
    /// The same, of spans.
    OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT = "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT";
    /// Events of a span.
    OTEL_SPAN_EVENT_COUNT_LIMIT = "OTEL_SPAN_EVENT_COUNT_LIMIT";
    /// Links of a span.
    OTEL_SPAN_LINK_COUNT_LIMIT = "OTEL_SPAN_LINK_COUNT_LIMIT";

    /// Set in every ECS task: where its metadata are, with the task's id in the path.
    ECS_CONTAINER_METADATA_URI_V4 = "ECS_CONTAINER_METADATA_URI_V4";
    /// `AWS_ECS_FARGATE` or `AWS_ECS_EC2`.
    AWS_EXECUTION_ENV = "AWS_EXECUTION_ENV";
    /// The region.
    AWS_REGION = "AWS_REGION";
    /// The region, when the other is not set.
    AWS_DEFAULT_REGION = "AWS_DEFAULT_REGION";
    /// Set in every pod.
    KUBERNETES_SERVICE_HOST = "KUBERNETES_SERVICE_HOST";
    /// The pod's name, unless one of the two below says it.
    HOSTNAME = "HOSTNAME";
    /// The pod's name, from the downward API.
    K8S_POD_NAME = "K8S_POD_NAME";
    /// The same under its other usual name.
    POD_NAME = "POD_NAME";
    /// The pod's uid, from the downward API.
    K8S_POD_UID = "K8S_POD_UID";
    /// The same under its other usual name.
    POD_UID = "POD_UID";
    /// The pod's namespace, from the downward API.
    K8S_NAMESPACE_NAME = "K8S_NAMESPACE_NAME";
    /// The same under its other usual name.
    K8S_NAMESPACE = "K8S_NAMESPACE";
    /// The same under its other usual name.
    POD_NAMESPACE = "POD_NAMESPACE";
    /// The node's name, from the downward API.
    K8S_NODE_NAME = "K8S_NODE_NAME";
    /// The same under its other usual name.
    NODE_NAME = "NODE_NAME";
    /// The name of the container in its pod.
    K8S_CONTAINER_NAME = "K8S_CONTAINER_NAME";
    /// The name of the deployment.
    K8S_DEPLOYMENT_NAME = "K8S_DEPLOYMENT_NAME";
    /// The name of the cluster.
    K8S_CLUSTER_NAME = "K8S_CLUSTER_NAME";
}

/// The variables that the JS side alone reads.
pub const JS_SIDE: &[&str] = &["OTEL_NODE_ENABLED_INSTRUMENTATIONS", "OTEL_NODE_DISABLED_INSTRUMENTATIONS"];
