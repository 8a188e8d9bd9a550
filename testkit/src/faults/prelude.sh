# What the scripts of the fault table can say; read by sh(1) in the box before each of them.
# INIT is systemd, openrc or sysv; SERVICE is the service's name there, or empty.

kept=/run/faults
mkdir -p "$kept/files"

# ---- the service manager

start() {
    case $INIT in
    systemd) systemctl start "$1" ;;
    openrc) rc-service "$1" start ;;
    sysv) service "$1" start ;;
    esac
}

stop() {
    case $INIT in
    systemd) systemctl stop "$1" ;;
    openrc) rc-service "$1" stop ;;
    sysv) service "$1" stop ;;
    esac
}

# As an administrator does it who wants to see whether it still starts. That it fails is the point.
again() {
    stop "$1" || true
    start "$1" || true
}

# The name of a service's main program as ps(1) shows it.
program_of() {
    case $1 in
    ssh) echo sshd ;;
    rsyslog) echo rsyslogd ;;
    mariadb) echo mariadbd ;;
    postgresql*) echo postgres ;;
    *) echo "$1" ;;
    esac
}

# Does it run?
up() {
    case $INIT:$1 in
    systemd:*) systemctl is-active --quiet "$1" ;;
    # start-stop-daemon(8) of Debian tells OpenRC nothing of what it started: its word is worth
    # nothing here.
    openrc:app* | openrc:db*) pgrep -F "/run/$1.pid" ;;
    sysv:app* | sysv:db*) service "$1" status ;;
    *) pgrep -x "$(program_of "$1")" ;;
    esac
}

# Does it not run? What fails needs a moment to end.
is_down() {
    for _ in 1 2 3 4 5 6 7 8; do
        up "$1" || return 0
        sleep 0.25
    done
    return 1
}

# Waits until its manager no longer tries: what is started again and again is active for a moment.
settled() {
    [ "$INIT" = systemd ] || return 0
    tries=80
    still=3
    while [ "$tries" -gt 0 ] && [ "$still" -gt 0 ]; do
        case $(systemctl show -p ActiveState --value "$1") in
        activating | deactivating | reloading) still=3 ;;
        failed) return ;;
        *) still=$((still - 1)) ;;
        esac
        sleep 0.1
        tries=$((tries - 1))
    done
}

# ---- changes that are taken back

# Keeps a copy of files and directories that a case changes. /etc needs none.
keep() {
    for path; do
        mkdir -p "$kept/files${path%/*}"
        cp -a "$path" "$kept/files$path"
        echo "$path" >> "$kept/list"
    done
}

# Away with it, until the case is over.
hide() {
    keep "$@"
    rm -rf "$@"
}

# A small file system on a directory, with what is in it: small DIR OPTIONS
small() {
    mkdir -p "$kept/small" "$1"
    cp -a "$1/." "$kept/small/"
    chmod --reference="$1" "$kept/small"
    chown --reference="$1" "$kept/small"
    mount -t tmpfs -o "$2" small "$1"
    cp -a "$kept/small/." "$1/"
    rm -rf "$kept/small"
    echo "$1" >> "$kept/mounts"
}

# Not one byte more fits there.
fill() {
    dd if=/dev/zero of="$1/archive.tar" bs=4k 2> /dev/null || true
    dd if=/dev/zero of="$1/archive.tar" bs=1 seek="$(stat -c %s "$1/archive.tar")" 2> /dev/null || true
}

# A program that runs until the case is over.
behind() {
    setsid "$@" < /dev/null > "$kept/behind.log" 2>&1 &
    echo $! >> "$kept/pids"
}

# python3 listens: hold PORT [ADDRESS]
hold() {
    behind python3 -c '
import socket, sys, time
family = socket.AF_INET6 if ":" in sys.argv[2] else socket.AF_INET
s = socket.socket(family)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[2], int(sys.argv[1])))
s.listen(5)
time.sleep(1000)' "$1" "${2:-0.0.0.0}"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        if ss -Hltn "sport = :$1" | grep -q .; then return; fi
        sleep 0.1
    done
    return 1
}

# ---- services of our own

# A file that can be run; its text is standard input.
program() {
    mkdir -p "${1%/*}"
    cat > "$1"
    chmod 755 "$1"
}

# A unit; its text is standard input.
unit() {
    cat > "/etc/systemd/system/$1.service"
    systemctl daemon-reload
}

# A drop-in of a unit; its text is standard input.
dropin() {
    mkdir -p "/etc/systemd/system/$1.service.d"
    cat > "/etc/systemd/system/$1.service.d/local.conf"
    systemctl daemon-reload
}

# An init script that is enabled; its text is standard input.
script() {
    program "/etc/init.d/$1"
    case $INIT in
    openrc)
        rc-update add "$1" default
        rc-update --update
        ;;
    sysv) update-rc.d "$1" defaults ;;
    esac
}

# A service that runs a program in the foreground, enabled: app NAME "PROGRAM ARGUMENTS" [USER
# [DIRECTORY]]. Where the manager keeps no log, LOGGED=1 sends what it writes to /var/log/NAME.log;
# otherwise that is lost, as is usual there.
app() {
    command=${2%% *}
    arguments=
    [ "$command" = "$2" ] || arguments=${2#* }
    if [ -n "${LOGGED:-}" ] && [ "$INIT" != systemd ]; then
        arguments="-c \"exec $2 >> /var/log/$1.log 2>&1\""
        command=/bin/sh
        touch "/var/log/$1.log"
        ${3:+chown "$3" "/var/log/$1.log"}
    fi
    "app_on_$INIT" "$@"
}

app_on_systemd() {
    unit "$1" << END
[Unit]
Description=the program $2
[Service]
ExecStart=$2
${3:+User=$3}
${4:+WorkingDirectory=$4}
[Install]
WantedBy=multi-user.target
END
    systemctl enable "$1"
}

app_on_openrc() {
    script "$1" << END
#!/sbin/openrc-run
description="the program $2"
command="$command"
command_args='$arguments'
command_background=true
pidfile="/run/$1.pid"
${3:+command_user="$3"}
${4:+directory="$4"}
END
}

app_on_sysv() {
    script "$1" << END
#!/bin/sh
### BEGIN INIT INFO
# Provides:          $1
# Required-Start:    \$remote_fs \$syslog
# Required-Stop:     \$remote_fs \$syslog
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: the program $2
### END INIT INFO
. /lib/lsb/init-functions
DAEMON=$command
PIDFILE=/run/$1.pid
case "\$1" in
start)
    log_daemon_msg "Starting" "$1"
    start-stop-daemon --start --quiet --background --make-pidfile --pidfile \$PIDFILE \\
        ${3:+--chuid $3} ${4:+--chdir $4} --exec \$DAEMON -- $arguments
    log_end_msg \$?
    ;;
stop)
    log_daemon_msg "Stopping" "$1"
    start-stop-daemon --stop --quiet --oknodo --retry 3 --pidfile \$PIDFILE --remove-pidfile
    log_end_msg \$?
    ;;
restart) \$0 stop; \$0 start ;;
status) status_of_proc -p \$PIDFILE \$DAEMON $1 ;;
esac
END
}

# ---- before the first case, and after each

save() {
    mkdir -p /saved
    cp -a /etc /saved/
}

clear_away() {
    if [ -f "$kept/pids" ]; then
        while read -r pid; do kill -KILL "$pid" 2> /dev/null || true; done < "$kept/pids"
    fi
    for name in app app2 db $SERVICE; do
        case $INIT in
        systemd)
            systemctl unmask "$name" || true
            systemctl thaw "$name" || true
            ;;
        *) [ -e "/etc/init.d/$name" ] || continue ;;
        esac
        stop "$name" || true
        pkill -KILL -x "$(program_of "$name")" || true
    done > /dev/null 2>&1
    pkill -KILL -f /usr/local/bin/ || true
    pkill -KILL -f /opt/ || true
    if [ -f "$kept/mounts" ]; then
        tac "$kept/mounts" | while read -r mount; do umount -l "$mount" || true; done
    fi
    if [ -f "$kept/list" ]; then
        tac "$kept/list" | while read -r path; do
            rm -rf "$path"
            mv "$kept/files$path" "$path"
        done
    fi
    rsync -a --delete /saved/etc/ /etc/
    rm -rf "$kept" /usr/local/bin/* /srv/* /opt/* /run/app* /run/db.pid /var/log/app* /var/log/db.log
    if [ "$INIT" = systemd ]; then
        systemctl daemon-reload
        systemctl reset-failed
    fi
    [ "$INIT" != openrc ] || rm -rf /run/openrc/*/app /run/openrc/*/app2 /run/openrc/*/db
    [ -n "$SERVICE" ] || return 0
    start "$SERVICE" || true
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        if up "$SERVICE" > /dev/null; then return; fi
        sleep 0.3
    done
    echo "$SERVICE does not run any more"
    return 1
}
