//! Lists a manager's services with three properties each, and says how long each step took.
//!
//! `list_units SOCKET` asks a manager itself, `list_units SOCKET NAME` a broker for NAME.

use std::time::{Duration, Instant};

use bus::{Address, BusError, Manager, Property};

fn main() -> Result<(), BusError> {
    let mut args = std::env::args().skip(1);
    let path = args.next().unwrap_or_else(|| "/run/systemd/private".to_owned());
    let address = match args.next() {
        Some(name) => Address::broker(path, name),
        None => Address::direct(path),
    };
    let start = Instant::now();
    let mut manager = Manager::connect(&address, Duration::from_secs(5))?;
    let connected = start.elapsed();
    let all = manager.all_units()?;
    let listed = start.elapsed();
    let services = manager.units(&[], &["*.service"])?;
    let matched = start.elapsed();
    let wanted: Vec<_> = services
        .iter()
        .flat_map(|unit| {
            [
                Property::of_service(&unit.path, "MainPID"),
                Property::of_service(&unit.path, "NRestarts"),
                Property::of_unit(&unit.path, "ActiveEnterTimestamp"),
            ]
        })
        .collect();
    let values = manager.properties(&wanted)?;
    let done = start.elapsed();
    for (property, value) in wanted.iter().zip(&values) {
        println!("{} {} {value:?}", property.path, property.name);
    }
    eprintln!(
        "connected {connected:?}, {} units {listed:?}, {} services {matched:?}, {} properties {done:?}",
        all.len(),
        services.len(),
        values.len()
    );
    Ok(())
}
