//! Services as JSON (docs/json.md).

use host::{Details, Service};
use present::json::{self, Object};
use present::{Column, Value, Why};
use serde_json::{Value as Json, json};

use super::ServiceView;
use super::columns::{self, COLUMNS, Services};
use super::fill::need;

/// A service in a list: all that costs nothing more to find out, and the columns asked for.
pub fn listed(view: &ServiceView, shown: &[&'static Column<Services>]) -> Object {
    let mut columns: Vec<&'static Column<Services>> =
        COLUMNS.iter().filter(|column| costs_nothing(column)).collect();
    columns.extend(shown.iter().filter(|column| !costs_nothing(column)));
    of_columns(view, &columns)
}

/// What was not asked of a service is missing, and says so.
fn costs_nothing(column: &Column<Services>) -> bool {
    column.needs & !need::TOLD == 0
}

/// A single service with all that is known of it.
pub fn whole(view: &ServiceView) -> Object {
    let columns: Vec<&'static Column<Services>> = COLUMNS.iter().collect();
    let mut object = of_columns(view, &columns);
    sources(view, &mut object);
    let empty = Service::new("", host::ManagerKind::SysV);
    let service = view.service.as_ref().unwrap_or(&empty);
    object.put_json("pid_files", paths(&service.pid_files));
    match &service.details {
        Some(details) => put_details(details, &mut object),
        None => put_details(&Details::default(), &mut object),
    }
    let gaps = service.gaps.iter().map(
        |gap| json!({"field": gap.field.name(), "reason": gap.reason.word(), "detail": gap.detail}),
    );
    object.put_json("gaps", Json::Array(gaps.collect()));
    object
}

fn of_columns(view: &ServiceView, columns: &[&'static Column<Services>]) -> Object {
    let mut object = json::row(columns, view);
    let has_ports = columns.iter().any(|column| column.json == "listens");
    if let Some(ports) = columns::ports(view).filter(|_| has_ports) {
        let ports: Vec<Json> = ports
            .iter()
            .map(|port| json!({"protocol": port.protocol, "port": port.port, "local": port.local, "wildcard": port.wildcard}))
            .collect();
        object.put_json("listens", ports);
    }
    object
}

/// Who says what of the values that may come from one side or the other.
fn sources(view: &ServiceView, object: &mut Object) {
    object.put_json(
        "sources",
        json!({
            "state": view.state.source.word(),
            "main_pid": view.main_pid.map(|pid| pid.source.word()),
            "since": view.since_unix_seconds.map(|since| since.source.word()),
        }),
    );
}

fn put_details(details: &Details, object: &mut Object) {
    let text = |text: &Option<String>| Value::or_missing(text.clone(), Why::NotApplicable);
    object.put_json("documentation", json!(details.documentation));
    object.put_json("drop_ins", paths(&details.drop_ins));
    object.put_json("configuration", paths(&details.configuration));
    object.put_json("provides", json!(details.provides));
    object.put("status_text", text(&details.status_text));
    object.put("can_reload", Value::or_missing(details.can_reload, Why::Unknown));
    let commands = details.commands.iter().map(|command| {
        let description = Value::or_missing(command.description.clone(), Why::NotApplicable);
        let mut object = Object::new();
        object
            .put("name", command.name.as_str())
            .put("description", description)
            .put("only_started", command.only_started)
            .put("only_stopped", command.only_stopped);
        object.build()
    });
    object.put_json("commands", Json::Array(commands.collect()));
    object.put("needs_daemon_reload", details.needs_daemon_reload);
    object.put("restart_policy", text(&details.restart_policy));
    match &details.job {
        Some(job) => object.put_json("job", job_of(job).build()),
        None => object.put("job", Value::Missing(Why::NotApplicable)),
    };
    object.put("condition", text(&details.condition));
    object.put("disagreement", text(&details.disagreement));
    match &details.script_status {
        Some((output, exit_status)) => {
            object.put_json("script_status", json!({"exit_status": exit_status, "output": output}))
        }
        None => object.put("script_status", Value::Missing(Why::NotApplicable)),
    };
    let dependencies =
        details.dependencies.iter().map(|dependency| dependency_of(dependency).build());
    object.put_json("dependencies", Json::Array(dependencies.collect()));
}

/// A job of a manager.
pub fn job_of(job: &host::Job) -> Object {
    let mut object = Object::new();
    object
        .put("id", Value::or_missing(job.id, Why::NotApplicable))
        .put("name", job.name.as_str())
        .put("kind", job.kind.as_str())
        .put("state", job.state.as_str());
    object
}

/// A dependency of a service.
pub fn dependency_of(dependency: &host::Dependency) -> Object {
    let mut object = Object::new();
    object
        .put("relation", dependency.relation.word())
        .put("name", dependency.name.as_str())
        .put("resolved", Value::or_missing(dependency.resolved.clone(), Why::NotApplicable));
    object
}

fn paths(paths: &[std::path::PathBuf]) -> Json {
    paths.iter().map(|path| path.to_string_lossy().into_owned()).collect()
}
