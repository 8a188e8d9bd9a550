//! `/proc/PID/limits`, proc_pid_limits(5).
