# The guardian of one box: sh -eu guard.sh, in a mount namespace of its own, standard input a pipe
# that ends when the test does. From the environment: BOX_NAME, BOX_CACHE, BOX_BASE, BOX_SEED,
# BOX_BOOT (nspawn or unshare), BOX_PTY (yes: pid 1 gets a console); "$@" is pid 1 for unshare.

# Everything that the box writes is on this tmpfs, which nobody else sees.
here=$BOX_CACHE/mnt
mount -t tmpfs -o mode=755 box "$here"
cd "$here"
mkdir cgroup2 cgroup1 base up work root
mount --bind "$BOX_BASE" base
mount -t overlay -o lowerdir=base,upperdir=up,workdir=work box root
# A link that is there is replaced: followed, an absolute one would lead out of the tree.
cp -a --no-preserve=ownership --remove-destination "$BOX_SEED/." root/
rm -rf "$BOX_SEED"

# A control group of its own, in the hierarchies that an init writes to: two boxes must not meet.
# The machine's own mount is bound, since a new one could change its options.
mount_of() { # type, option
    while read -r _ where type options _; do
        case $type:,$options, in "$1:"*",$2,"*) echo "$where"; return ;; esac
    done < /proc/self/mounts
}
v2=$(mount_of cgroup2 rw)
v1=$(mount_of cgroup name=systemd)
if [ -n "$v2" ]; then mount --bind "$v2" cgroup2; else mount -t cgroup2 cgroup2 cgroup2; fi
groups=cgroup2/$BOX_NAME
if [ -n "$v1" ]; then
    mount --bind "$v1" cgroup1
    groups="$groups cgroup1/$BOX_NAME"
fi
for group in $groups; do
    mkdir "$group" "$group/box"
    echo $$ > "$group/box/cgroup.procs"
done

exec 3<&0
setpriv --bounding-set=-sys_time,-sys_module --inh-caps=-sys_time,-sys_module \
    unshare --pid --fork --kill-child=KILL --mount-proc \
    sh -euc "$BOX_STAGE" "$BOX_BOOT" "$@" 3<&- &
outermost=$!

# Until the box ends by itself, or the test lets go of the pipe, however it ends.
{ while read -r _ <&3; do :; done; kill -KILL "$outermost"; } 2> /dev/null &
watcher=$!
# Nobody may be left to read what is said from here on.
trap '' PIPE
wait "$outermost" 2> /dev/null || echo "guardian: the box ended with status $?" || true
exec > /dev/null 2>&1
kill "$watcher" 2> /dev/null || true

for group in $groups; do
    echo $$ > "${group%/*}/cgroup.procs"
    tries=100
    while [ -d "$group" ] && [ "$tries" -gt 0 ]; do
        find "$group" -depth -type d -exec rmdir {} + 2> /dev/null || sleep 0.05
        tries=$((tries - 1))
    done
done
