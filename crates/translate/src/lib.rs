//! **How is it said elsewhere?** Room of the languages that services are defined in.
