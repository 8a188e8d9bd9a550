# The outermost process of one box, in process and mount namespaces that die with it; $0 is how to
# boot, "$@" is pid 1 for unshare. The current directory has the box's tree in root/.

if [ "$0" = nspawn ]; then
    export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
    # nspawn is not the namespace's pid 1: it does not wait for children that are not its own.
    systemd-nspawn --quiet --directory=root --machine="$BOX_NAME" --hostname=box --register=no \
        --keep-unit --private-network --drop-capability=CAP_SYS_TIME,CAP_SYS_MODULE \
        --resolv-conf=off --timezone=off --link-journal=no --boot
    exit
fi

cd root
mount --make-rprivate /
mount -t tmpfs -o mode=755 run run
mount -t tmpfs -o mode=1777 tmp tmp
mount -t tmpfs -o mode=755 dev dev
mkdir dev/pts dev/shm dev/mqueue
mount -t tmpfs -o mode=1777 shm dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for link in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${link%:*}" "dev/${link#*:}"; done
for node in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod -m 666 "dev/${node%:*}" c 1 "${node#*:}"
done
mknod -m 666 dev/tty c 5 0
touch dev/console

# In the namespaces of the box; it becomes pid 1. /proc/sys and /sys are the machine's.
inner='
    hostname box
    # Lazily: who waits for the box to come up may be looking into it just now.
    umount -l /proc
    mount -t proc proc /proc
    mount --bind /proc/sys /proc/sys
    mount -o remount,ro,bind /proc/sys
    mount --bind /dev/null /proc/kmsg
    mount -t sysfs -o ro sysfs /sys
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    ip link set lo up
    cd /
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        HOME=/root TERM=linux "$@"
'
spaces='--mount --uts --ipc --net --cgroup --pid --fork --kill-child=KILL'
if [ "$BOX_PTY" = yes ]; then
    # script(1) holds the master side of the console and copies what it shows.
    outer='
        tty=$(tty)
        mount --bind "$tty" /dev/console
        exec unshare '$spaces' sh -euc "$BOX_INNER" inner "$BOX_INIT"
    '
    export BOX_INNER="$inner" BOX_INIT="$1" BOX_OUTER="$outer"
    mkfifo run/silence
    set -- sh -euc 'exec 3<> /run/silence; rm /run/silence
        exec script --quiet --flush --return --command "sh -euc \"\$BOX_OUTER\"" /dev/null <&3 3<&-'
else
    set -- unshare $spaces sh -euc "$inner" inner "$@"
fi

# umount(8) reads /proc.
mount -t proc proc proc
pivot_root . mnt
exec chroot . sh -euc 'umount -l /mnt; exec "$@"' pivoted "$@"
