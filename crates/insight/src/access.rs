//! What a user may do with a path: modes, ACLs, capabilities (path_resolution(7), acl(5), capabilities(7)).
