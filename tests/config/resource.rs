//! The resource: precedence, the variable's format, and what is detected.

use std::{fs, path::Path};

use observability_ts::config::{AttributeValue, ProcessFacts, Resolved, resolve};
use tempfile::TempDir;

use crate::{codes, facts, messages, resolved, text};

#[test]
fn the_service_is_named_by_the_strongest_source() {
    let all = [
        ("SERVICE_NAME", "plan"),
        ("VERSION", "1"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.name=attributes,service.version=2,service.namespace=shop"),
        ("OTEL_SERVICE_NAME", "variable"),
    ];
    assert_eq!(text(&resolved("{}", &all[..2]), "service.name"), Some("plan"));
    assert_eq!(text(&resolved("{}", &all[..3]), "service.name"), Some("attributes"));
    let found = resolved("{}", &all);
    assert_eq!((text(&found, "service.name"), text(&found, "service.version")), (Some("variable"), Some("2")));
    assert_eq!(text(&found, "service.namespace"), Some("shop"));
    let found = resolved(r#"{"resource":{"service.name":"resource"}}"#, &all);
    assert_eq!(text(&found, "service.name"), Some("resource"), "options win over variables");
    let found = resolved(r#"{"serviceName":"option","serviceVersion":"3","resource":{"service.name":"resource"}}"#, &all);
    assert_eq!((text(&found, "service.name"), text(&found, "service.version")), (Some("option"), Some("3")));
    let names = found.settings.resource.attributes.iter().filter(|(key, _)| key == "service.name").count();
    assert_eq!(names, 1, "each key once");
}

#[test]
fn the_environment_fills_both_of_its_keys() {
    type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], Option<&'a str>, Option<&'a str>);
    let rows: &[Row] = &[
        ("nothing said, nothing claimed", "{}", &[], None, None),
        ("the plan's variable", "{}", &[("ENV", "staging")], Some("staging"), Some("staging")),
        ("a shell's start-up file", "{}", &[("ENV", "/root/.ashrc")], None, None),
        ("the plan's attribute", "{}", &[("OTEL_RESOURCE_ATTRIBUTES", "environment=a"), ("ENV", "b")], Some("a"), Some("a")),
        ("the old attribute", "{}", &[("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=a")], Some("a"), Some("a")),
        ("both", "{}", &[("OTEL_RESOURCE_ATTRIBUTES", "environment=a,deployment.environment.name=b")], Some("b"), Some("a")),
        ("option", r#"{"environment":"o"}"#, &[("OTEL_RESOURCE_ATTRIBUTES", "environment=a"), ("ENV", "b")], Some("o"), Some("o")),
    ];
    for (reason, options, environment, semantic, plan) in rows {
        let found = resolved(options, environment);
        assert_eq!((text(&found, "deployment.environment.name"), text(&found, "environment")), (*semantic, *plan), "{reason}");
    }
}

#[test]
fn the_variable_is_decoded_or_discarded_as_a_whole() {
    let found = resolved("{}", &[("OTEL_RESOURCE_ATTRIBUTES", " a = x%20y , b=%2C%3D%25,, c=1=2,d%2Ee=%C3%A9,")]);
    assert!(codes(&found).is_empty(), "{:?}", found.warnings);
    for (key, value) in [("a", "x y"), ("b", ",=%"), ("c", "1=2"), ("d.e", "é")] {
        assert_eq!(text(&found, key), Some(value), "{key}");
    }
    for bad in ["a=1,b", "a=1,=2", "a=1,b=100%", "a=1,b=%zz", "a=1,b=%ff", "a=1,b=%2"] {
        let found = resolved("{}", &[("OTEL_RESOURCE_ATTRIBUTES", bad)]);
        assert_eq!((codes(&found).as_slice(), text(&found, "a")), (&["OBS_RESOURCE_INVALID"][..], None), "{bad}");
        assert!(messages(&found).contains("entry 2"), "{bad}: {}", messages(&found));
    }
}

#[test]
fn options_carry_every_type_and_refuse_the_rest() {
    let found = resolved(
        r#"{"resource":{"s":"x","b":true,"i":7,"f":1.5,"sa":["x","y"],"ba":[true],"ia":[1,2],"fa":[1,2.5],"none":null,"o":{},"m":[1,"x"],"":"x"}}"#,
        &[],
    );
    let get = |key: &str| found.settings.resource.attributes.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone());
    let rows = [
        ("s", Some(AttributeValue::Str("x".into()))),
        ("b", Some(AttributeValue::Bool(true))),
        ("i", Some(AttributeValue::I64(7))),
        ("f", Some(AttributeValue::F64(1.5))),
        ("sa", Some(AttributeValue::StrArray(vec!["x".into(), "y".into()]))),
        ("ba", Some(AttributeValue::BoolArray(vec![true]))),
        ("ia", Some(AttributeValue::I64Array(vec![1, 2]))),
        ("fa", Some(AttributeValue::F64Array(vec![1.0, 2.5]))),
        ("none", None),
        ("o", None),
        ("m", None),
        ("", None),
    ];
    for (key, expected) in rows {
        assert_eq!(get(key), expected, "{key:?}");
    }
    assert_eq!(codes(&found), ["OBS_RESOURCE_INVALID"; 3]);
}

#[test]
fn the_process_and_host_are_described() {
    let root = system(&[
        ("etc/machine-id", "5a1b2c3d\n"),
        ("etc/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID='12'\nID=debian\n"),
    ]);
    let facts: ProcessFacts = serde_json::from_str(
        r#"{"pid":42,"argv":["/usr/bin/node","/app/server.js","--port=3000","--api-token=hunter2","--password","hunter2","mongodb://u:hunter2@db/x?k=hunter2"],
            "execArgv":["--import","x"],"execPath":"/usr/bin/node","nodeVersion":"20.19.0","platform":"linux","arch":"x64","hostname":"box",
            "osRelease":"6.1.0","username":"app","instanceId":"6ba7b810-9dad-41d1-80b4-00c04fd430c8","unknownFact":1}"#,
    )
    .expect("facts in JavaScript's spelling");
    let found = resolve("{}", &[], &ProcessFacts { system_root: Some(root.path().into()), ..facts });
    let rows = [
        ("service.instance.id", "6ba7b810-9dad-41d1-80b4-00c04fd430c8"),
        ("telemetry.sdk.name", "@manifest-cyber/observability-ts"),
        ("telemetry.sdk.language", "nodejs"),
        ("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
        ("process.executable.name", "node"),
        ("process.executable.path", "/usr/bin/node"),
        ("process.command", "/app/server.js"),
        ("process.runtime.name", "nodejs"),
        ("process.runtime.version", "20.19.0"),
        ("process.runtime.description", "Node.js"),
        ("process.owner", "app"),
        ("host.name", "box"),
        ("host.arch", "amd64"),
        ("host.id", "5a1b2c3d"),
        ("os.type", "linux"),
        ("os.name", "Debian GNU/Linux"),
        ("os.version", "12"),
        ("os.description", "Debian GNU/Linux 12 (bookworm)"),
    ];
    for (key, value) in rows {
        assert_eq!(text(&found, key), Some(value), "{key}");
    }
    let arguments = ["/usr/bin/node", "--import", "x", "/app/server.js", "--port=3000", "--api-token=***", "--password", "***", "mongodb://***@db/x"];
    let expected = AttributeValue::StrArray(arguments.map(str::to_owned).to_vec());
    assert!(found.settings.resource.attributes.contains(&("process.command_args".into(), expected)), "{:?}", found.settings.resource);
    assert!(found.settings.resource.attributes.contains(&("process.pid".into(), AttributeValue::I64(42))));
}

#[test]
fn code_and_secrets_on_the_command_line_are_not_told() {
    let rows: &[(&[&str], &[&str])] = &[
        (&["-e", "login('hunter2')"], &["-e", "***"]),
        (&["--print", "login('hunter2')"], &["--print", "***"]),
        (&["--eval=login('hunter2')"], &["--eval=***"]),
        (&["--print=login('hunter2')"], &["--print=***"]),
        (&["--import", "data:text/javascript,login('hunter2')"], &["--import", "***"]),
        (&["--import=data:text/javascript,login('hunter2')"], &["--import=***"]),
        (&["--pass", "hunter2", "--pwd=hunter2", "--passphrase=hunter2"], &["--pass", "***", "--pwd=***", "--passphrase=***"]),
        (&["--db-creds=hunter2", "--COOKIE", "hunter2", "JWT=hunter2"], &["--db-creds=***", "--COOKIE", "***", "JWT=***"]),
        (&["--token", "--port=1"], &["--token", "--port=1"]),
        (&["--uri=mongodb://joe:hunter2@h/db?w=1"], &["--uri=mongodb://***@h/db"]),
        (&["mongodb://joe:hunter2/@h/db"], &["mongodb://***@h/db"]),
        // A password that was not encoded, or a query with an @ in it.
        (&["--uri=mongodb://joe:hunter2#x@h/db"], &["--uri=mongodb://***"]),
        (&["mongodb://joe:hunter2?@h/db"], &["mongodb://***"]),
        (&["https://h/?hunter2@h"], &["https://***"]),
        (&["mongodb://joe:pass-hunter2=@h/db"], &["mongodb://***@h/db"]),
        (&["https://h/p?key=hunter2"], &["https://h/p"]),
        (&["--hosts=a,b", "x=y"], &["--hosts=a,b", "x=y"]),
    ];
    for (given, expected) in rows {
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let facts = ProcessFacts { argv: own(&["node"]), exec_argv: own(given), ..facts() };
        let attributes = resolve("{}", &[], &facts).settings.resource.attributes;
        let told = attributes.into_iter().find_map(|(key, value)| (key == "process.command_args").then_some(value));
        assert_eq!(told, Some(AttributeValue::StrArray([own(&["node"]), own(expected)].concat())), "{given:?}");
    }
}

const TASK: &str = "cd189a933e5849daa93386466019ab50";
const CONTAINER: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const POD: &str = "11223344-5566-7788-99aa-bbccddeeff00";

#[test]
fn ecs_is_known_by_its_environment() {
    let uri = format!("http://169.254.170.2/v4/{TASK}-2495160603");
    let fargate = [("ECS_CONTAINER_METADATA_URI_V4", uri.as_str()), ("AWS_EXECUTION_ENV", "AWS_ECS_FARGATE"), ("AWS_REGION", "eu-west-1")];
    let found = resolved("{}", &fargate);
    let rows = [
        ("cloud.provider", "aws"),
        ("cloud.platform", "aws_ecs"),
        ("cloud.region", "eu-west-1"),
        ("aws.ecs.launchtype", "fargate"),
        ("aws.ecs.task.id", TASK),
        ("container.id", &format!("{TASK}-2495160603")),
    ];
    for (key, value) in rows {
        assert_eq!(text(&found, key), Some(value), "{key}");
    }
    let root = system(&[("proc/self/cgroup", &format!("9:cpu:/ecs/{TASK}/{CONTAINER}\n"))]);
    let uri = "http://169.254.170.2/v4/0915a6f8-12ab-4c3d-9e8f-0123456789ab";
    let found = on(&root, &[("ECS_CONTAINER_METADATA_URI_V4", uri), ("AWS_EXECUTION_ENV", "AWS_ECS_EC2"), ("AWS_DEFAULT_REGION", "us-east-1")]);
    assert_eq!((text(&found, "aws.ecs.task.id"), text(&found, "container.id")), (Some(TASK), Some(CONTAINER)));
    assert_eq!((text(&found, "aws.ecs.launchtype"), text(&found, "cloud.region")), (Some("ec2"), Some("us-east-1")));
    assert_eq!(text(&resolved("{}", &fargate[1..]), "cloud.provider"), None, "not ECS, not claimed");
}

#[test]
fn kubernetes_is_known_by_its_environment() {
    let root = system(&[
        ("proc/self/cgroup", "0::/\n"),
        ("proc/self/mountinfo", &format!("1 2 8:1 /var/lib/kubelet/pods/{POD}/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw\n")),
        ("var/run/secrets/kubernetes.io/serviceaccount/namespace", "shop"),
    ]);
    let host = ("KUBERNETES_SERVICE_HOST", "10.0.0.1");
    let found = on(&root, &[host, ("HOSTNAME", "api-7d4b-x2x"), ("NODE_NAME", "node-3"), ("K8S_CLUSTER_NAME", "on-prem")]);
    let rows = [
        ("k8s.pod.name", Some("api-7d4b-x2x")),
        ("k8s.pod.uid", Some(POD)),
        ("k8s.namespace.name", Some("shop")),
        ("k8s.node.name", Some("node-3")),
        ("k8s.cluster.name", Some("on-prem")),
        ("k8s.deployment.name", None),
        ("container.id", None),
    ];
    for (key, value) in rows {
        assert_eq!(text(&found, key), value, "{key}");
    }
    let told = [
        host,
        ("HOSTNAME", "h"),
        ("POD_NAME", "p"),
        ("POD_UID", "u"),
        ("POD_NAMESPACE", "n"),
        ("K8S_CONTAINER_NAME", "c"),
        ("K8S_DEPLOYMENT_NAME", "d"),
    ];
    let found = on(&root, &told);
    for (key, value) in [("name", "p"), ("uid", "u")] {
        assert_eq!(text(&found, &format!("k8s.pod.{key}")), Some(value), "the downward API wins");
    }
    assert_eq!((text(&found, "k8s.namespace.name"), text(&found, "k8s.container.name")), (Some("n"), Some("c")));
    assert_eq!(text(&on(&root, &told[1..]), "k8s.pod.name"), None, "not Kubernetes, not claimed");
}

#[test]
fn containers_are_found_in_control_groups_and_mounts() {
    let uid = POD.replace('-', "_");
    let docker = format!("12:pids:/docker/{CONTAINER}\n11:cpu:/docker/{CONTAINER}\n");
    let containerd = format!("0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{uid}.slice/cri-containerd-{CONTAINER}.scope\n");
    let old_pod = format!("1:name=systemd:/kubepods/besteffort/pod{POD}/{CONTAINER}\n");
    let mount = format!("1 2 8:1 /var/lib/docker/containers/{CONTAINER}/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n");
    let sandbox = format!("1 2 8:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/{CONTAINER}/hostname /etc/hostname rw - ext4 x rw\n");
    type Row<'a> = (&'a str, &'a str, &'a str, Option<&'a str>, Option<&'a str>);
    let rows: &[Row] = &[
        ("Docker, version 1", &docker, "", Some(CONTAINER), None),
        ("systemd and containerd", &containerd, "", Some(CONTAINER), Some(POD)),
        ("Kubernetes, version 1", &old_pod, "", Some(CONTAINER), Some(POD)),
        ("Docker, version 2", "0::/\n", &mount, Some(CONTAINER), None),
        ("a sandbox is no container", "0::/\n", &sandbox, None, None),
        ("a service of systemd", "0::/system.slice/ssh.service\n", "", None, None),
        ("nonsense", "::::\n\n///\n:pod", "containers/", None, None),
    ];
    for (reason, cgroup, mountinfo, id, pod) in rows {
        let root = system(&[("proc/self/cgroup", cgroup), ("proc/self/mountinfo", mountinfo)]);
        let found = on(&root, &[("KUBERNETES_SERVICE_HOST", "x")]);
        assert_eq!((text(&found, "container.id"), text(&found, "k8s.pod.uid")), (*id, *pod), "{reason}");
    }
}

fn on(root: &TempDir, environment: &[(&str, &str)]) -> Resolved {
    let environment: Vec<_> = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    resolve("{}", &environment, &ProcessFacts { system_root: Some(root.path().into()), ..facts() })
}

/// A directory with the given files, to be looked at instead of the machine's own.
fn system(files: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().expect("a directory for the test");
    for (path, content) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a directory for the file");
        fs::write(path, content).expect("a file for the test");
    }
    root
}
