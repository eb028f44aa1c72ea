//! `cloud.*`, `aws.ecs.*`, `k8s.*` and `container.id`.

use super::{
    SystemFiles,
    container::{self, Container, fargate_task_id},
};
use crate::config::{resource::Attributes, sources::Sources, variables as var};

pub(super) fn detect(attributes: &mut Attributes, files: &SystemFiles, sources: &Sources) {
    let container = container::detect(&files.read("proc/self/cgroup"), &files.read("proc/self/mountinfo"));
    if let Some(id) = &container.id {
        attributes.set_text("container.id", id.as_str());
    }
    if let Some(uri) = sources.variable(var::ECS_CONTAINER_METADATA_URI_V4) {
        ecs(attributes, sources, uri, &container);
    }
    if sources.variable(var::KUBERNETES_SERVICE_HOST).is_some() {
        kubernetes(attributes, files, sources, container);
    }
}

/// An ECS task. Its metadata endpoint is not asked: on Fargate the last segment of its URI is the container's id, which begins with the
/// task's; on EC2 the control group has both.
fn ecs(attributes: &mut Attributes, sources: &Sources, uri: &str, container: &Container) {
    attributes.set_text("cloud.provider", "aws");
    attributes.set_text("cloud.platform", "aws_ecs");
    attributes.set_text("cloud.region", first(sources, &[var::AWS_REGION, var::AWS_DEFAULT_REGION]));
    let launch_type = match sources.variable(var::AWS_EXECUTION_ENV) {
        Some("AWS_ECS_FARGATE") => "fargate",
        Some("AWS_ECS_EC2") => "ec2",
        _ => "",
    };
    attributes.set_text("aws.ecs.launchtype", launch_type);
    let last_segment = uri.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if let Some(task_id) = fargate_task_id(last_segment) {
        attributes.set_text("aws.ecs.task.id", task_id);
        attributes.set_text("container.id", last_segment);
    } else if let Some(task_id) = &container.ecs_task_id {
        attributes.set_text("aws.ecs.task.id", task_id.as_str());
    }
}

/// A pod: what the downward API was asked to put into variables, and what every pod has anyway.
fn kubernetes(attributes: &mut Attributes, files: &SystemFiles, sources: &Sources, container: Container) {
    attributes.set_text("k8s.pod.name", first(sources, &[var::K8S_POD_NAME, var::POD_NAME, var::HOSTNAME]));
    let uid = first(sources, &[var::K8S_POD_UID, var::POD_UID]);
    attributes.set_text("k8s.pod.uid", if uid.is_empty() { container.pod_uid.unwrap_or_default() } else { uid.to_owned() });
    let namespace = first(sources, &[var::K8S_NAMESPACE_NAME, var::K8S_NAMESPACE, var::POD_NAMESPACE]);
    let by_account = || files.read("var/run/secrets/kubernetes.io/serviceaccount/namespace").trim().to_owned();
    attributes.set_text("k8s.namespace.name", if namespace.is_empty() { by_account() } else { namespace.to_owned() });
    attributes.set_text("k8s.node.name", first(sources, &[var::K8S_NODE_NAME, var::NODE_NAME]));
    attributes.set_text("k8s.container.name", first(sources, &[var::K8S_CONTAINER_NAME]));
    attributes.set_text("k8s.deployment.name", first(sources, &[var::K8S_DEPLOYMENT_NAME]));
    attributes.set_text("k8s.cluster.name", first(sources, &[var::K8S_CLUSTER_NAME]));
}

fn first<'a>(sources: &Sources<'a>, names: &[&'static str]) -> &'a str {
    sources.first_variable(names).map_or("", |(_, value)| value)
}
