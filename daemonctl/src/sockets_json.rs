//! Sockets in JSON, for `files` and `ports`.

use present::json::Object;
use present::{Value, Why};
use process::sockets::{Endpoint, Queue, Socket, UnixName};

/// One socket.
pub fn socket(socket: &Socket) -> Object {
    let mut object = Object::new();
    object.put("protocol", socket.protocol.to_string());
    object.put("state", socket.state.to_string());
    object.put("listening", socket.is_listening());
    object.put_object("local", endpoint(&socket.local));
    match &socket.remote {
        Some(remote) => object.put_object("remote", endpoint(remote)),
        None => object.put("remote", Value::Missing(Why::NotApplicable)),
    };
    object.put("inode", socket.inode);
    object.put("uid", Value::or_missing(socket.uid, Why::Unknown));
    queue(&socket.queue, &mut object);
    object
}

/// One end.
fn endpoint(end: &Endpoint) -> Object {
    let mut object = Object::new();
    match end {
        Endpoint::Ip(ip) => {
            object.put("address", ip.address.to_string()).put("port", u32::from(ip.port));
            object.put("dual_stack", ip.dual_stack);
        }
        Endpoint::Unix(UnixName::Path(path)) => {
            object.put("path", Value::raw(&**path));
        }
        Endpoint::Unix(UnixName::Abstract(name)) => {
            object.put("abstract", Value::raw(&**name));
        }
        Endpoint::Unix(UnixName::Unnamed) => {
            object.put("unnamed", true);
        }
    }
    object
}

fn queue(queue: &Queue, object: &mut Object) {
    match *queue {
        Queue::Data { recv_bytes, send_bytes } => {
            object.put("receive_queue_bytes", recv_bytes).put("send_queue_bytes", send_bytes);
        }
        Queue::Accept { waiting, limit } => {
            object.put("accept_waiting", waiting);
            object.put("accept_limit", Value::or_missing(limit, Why::NotPermitted));
        }
        Queue::Unknown => {}
    }
}
