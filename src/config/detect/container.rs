//! Container and pod ids, as the kernel's files show them.

/// What a control group path or a mount tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Container {
    /// The id of the container.
    pub id: Option<String>,
    /// The id of the ECS task.
    pub ecs_task_id: Option<String>,
    /// The uid of the Kubernetes pod.
    pub pod_uid: Option<String>,
}

/// Reads /proc/self/cgroup and, where that says nothing (cgroup v2), /proc/self/mountinfo.
pub(super) fn detect(cgroup: &str, mountinfo: &str) -> Container {
    let mut container = Container::default();
    for line in cgroup.lines() {
        let path = line.splitn(3, ':').nth(2).unwrap_or_default();
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let id = segments.last().and_then(|segment| container_id(segment));
        if segments.first() == Some(&"ecs") && id.is_some() {
            container.ecs_task_id = container.ecs_task_id.or_else(|| segments.iter().rev().nth(1).map(|task| (*task).to_owned()));
        }
        container.id = container.id.or(id);
        container.pod_uid = container.pod_uid.or_else(|| segments.iter().find_map(|segment| pod_uid(segment)));
    }
    for line in mountinfo.lines() {
        let after = |marker: &str| line.split_once(marker).map(|(_, rest)| rest.split(['/', ' ']).next().unwrap_or_default());
        // Docker and Podman mount hostname, hosts and resolv.conf from the container's own directory. (containerd mounts them from the pod's
        // sandbox, whose id is another: that is not taken.)
        container.id = container.id.or_else(|| after("containers/").and_then(container_id));
        container.pod_uid = container.pod_uid.or_else(|| after("/kubelet/pods/").filter(|uid| is_uuid(uid)).map(str::to_owned));
    }
    container
}

/// The id in a path segment: `<64 hex>`, `docker-<64 hex>.scope`, `cri-containerd-<64 hex>.scope`, or Fargate's `<32 hex>-<digits>`.
fn container_id(segment: &str) -> Option<String> {
    let name = segment.strip_suffix(".scope").unwrap_or(segment);
    let id = name.rsplit('-').next().filter(|id| is_hex(id, 64));
    id.map(str::to_owned).or_else(|| fargate_task_id(name).map(|_| name.to_owned()))
}

/// The task's id in the id of a Fargate container, `<32 hex>-<digits>`.
pub(super) fn fargate_task_id(container_id: &str) -> Option<&str> {
    let (task, number) = container_id.split_once('-')?;
    (is_hex(task, 32) && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(task)
}

/// The uid in a path segment: `pod<uid>`, `kubepods-burstable-pod<uid with underscores>.slice`.
fn pod_uid(segment: &str) -> Option<String> {
    let (_, uid) = segment.strip_suffix(".slice").unwrap_or(segment).rsplit_once("pod")?;
    Some(uid.replace('_', "-")).filter(|uid| is_uuid(uid))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_uuid(text: &str) -> bool {
    let groups = [8, 4, 4, 4, 12];
    text.split('-').count() == groups.len() && text.split('-').zip(groups).all(|(group, length)| is_hex(group, length))
}
