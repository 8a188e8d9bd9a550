//! The kinds of dependencies: one table gives names, inverses and what they do.

/// Declares the kinds in pairs: one row gives a kind, its inverse, their names (which are those of
/// the D-Bus properties too), and what the first does.
macro_rules! kinds {
    ($($forward:ident, $inverse:ident, $meaning:literal;)*) => {
        /// A kind of dependency, seen from one of the two units.
        ///
        /// Kinds come in pairs: `a Requires b` is the same fact as `b RequiredBy a`. The graph keeps
        /// the first of each pair ([`Dependency::is_stored`]) and finds the other by itself.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Dependency {
            $(
                #[doc = $meaning]
                $forward,
                #[doc = concat!("The inverse of `", stringify!($forward), "`.")]
                $inverse,
            )*
        }

        impl Dependency {
            /// All of them, each followed by its inverse.
            pub const ALL: &[Dependency] = &[$(Dependency::$forward, Dependency::$inverse,)*];

            /// The other side's name of the same fact.
            pub const fn inverse(self) -> Dependency {
                match self {
                    $(
                        Dependency::$forward => Dependency::$inverse,
                        Dependency::$inverse => Dependency::$forward,
                    )*
                }
            }

            /// Whether the graph keeps this one of the pair.
            pub const fn is_stored(self) -> bool {
                match self {
                    $(Dependency::$forward => true, Dependency::$inverse => false,)*
                }
            }

            /// Its name, as in unit files and of the D-Bus property.
            pub const fn name(self) -> &'static str {
                match self {
                    $(
                        Dependency::$forward => stringify!($forward),
                        Dependency::$inverse => stringify!($inverse),
                    )*
                }
            }

            /// What it does; of an inverse, what the other one does.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Dependency::$forward | Dependency::$inverse => $meaning,)*
                }
            }
        }
    };
}

// No pair for `References`: it is every edge that starts at a unit. No kind for
// `RequiresMountsFor=` and `WantsMountsFor=`: what they lead to are `Requires`, `Wants` and `After`.
kinds! {
    Requires, RequiredBy, "starting the first starts the second, and fails where that fails";
    Requisite, RequisiteOf, "the first starts only where the second runs already";
    Wants, WantedBy, "starting the first starts the second, which may fail";
    BindsTo, BoundBy, "as Requires, and the first stops as soon as the second is gone";
    PartOf, ConsistsOf, "stopping or restarting the second does the same to the first";
    Upholds, UpheldBy, "while the first runs the second is started again whenever it is down";
    Conflicts, ConflictedBy, "the two do not run at the same time";
    Before, After, "the first is started before the second and stopped after it";
    OnSuccess, OnSuccessOf, "the second is started when the first has ended well";
    OnFailure, OnFailureOf, "the second is started when the first has failed";
    Triggers, TriggeredBy, "the first starts the second when something happens";
    PropagatesReloadTo, ReloadPropagatedFrom, "reloading the first reloads the second";
    PropagatesStopTo, StopPropagatedFrom, "stopping the first stops the second";
    JoinsNamespaceOf, NamespaceJoinedBy, "the two share private folders and namespaces";
    InSlice, SliceOf, "the first lives in the control group of the second";
}

impl Dependency {
    /// What `systemctl list-dependencies` follows.
    pub const NEEDS: [Dependency; 6] = [
        Dependency::Requires,
        Dependency::Requisite,
        Dependency::Wants,
        Dependency::ConsistsOf,
        Dependency::BindsTo,
        Dependency::Upholds,
    ];

    /// The D-Bus property that shows it; empty where there is none.
    pub const fn bus(self) -> &'static str {
        match self {
            Dependency::InSlice => "Slice",
            // Shown as JoinsNamespaceOf: the two sides are alike.
            Dependency::NamespaceJoinedBy => "",
            other => other.name(),
        }
    }

    /// The kind of that name.
    pub fn of_name(name: &str) -> Option<Dependency> {
        Dependency::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Starting a unit starts those it has this dependency on, and fails without them.
    pub const fn pulls_start(self) -> bool {
        matches!(self, Dependency::Requires | Dependency::BindsTo)
    }

    /// Starting a unit starts those it has this dependency on, if they can be started.
    pub const fn pulls_start_if_possible(self) -> bool {
        matches!(self, Dependency::Wants | Dependency::Upholds)
    }

    /// Stopping a unit stops those it has this dependency on.
    pub const fn propagates_stop(self) -> bool {
        self.propagates_restart() || matches!(self, Dependency::PropagatesStopTo)
    }

    /// Restarting a unit restarts those it has this dependency on, if they run.
    pub const fn propagates_restart(self) -> bool {
        matches!(
            self,
            Dependency::RequiredBy
                | Dependency::RequisiteOf
                | Dependency::BoundBy
                | Dependency::ConsistsOf
        )
    }

    /// A target waits for those it has this dependency on.
    pub const fn orders_targets(self) -> bool {
        matches!(
            self,
            Dependency::Requires
                | Dependency::Requisite
                | Dependency::Wants
                | Dependency::BindsTo
                | Dependency::Upholds
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Dependency;

    #[test]
    fn pairs() {
        for (at, kind) in Dependency::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, at);
            assert_eq!(kind.inverse().inverse(), *kind);
            assert_ne!(kind.is_stored(), kind.inverse().is_stored());
            assert_eq!(Dependency::of_name(kind.name()), Some(*kind));
        }
        assert_eq!(Dependency::of_name("Needs"), None);
    }
}
