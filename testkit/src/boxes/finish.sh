# Run by chroot(8) in a new tree; $1 is the kind of box.
kind=$1
rm -f /etc/hostname
echo '127.0.0.1 localhost box' > /etc/hosts

# Two people, and a key that lets anyone of the box log in as anyone of it.
useradd --create-home --shell /bin/bash --uid 1000 alice
useradd --create-home --shell /bin/bash --uid 1001 bob
install -d -m 700 /root/.ssh
ssh-keygen -q -t ed25519 -N '' -C box -f /root/.ssh/id_ed25519
cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys
for user in alice bob; do
    cp -r /root/.ssh "/home/$user/.ssh"
    chown -R "$user:$user" "/home/$user/.ssh"
done
ls /etc/ssh/ssh_host_*_key > /dev/null || ssh-keygen -A

# There is no hardware: no virtual terminals, one console.
if [ -f /etc/inittab ]; then
    sed -i -e '/getty/d' /etc/inittab
    echo 'co:2345:respawn:/sbin/agetty --noclear --keep-baud console 115200,38400,9600 linux' \
        >> /etc/inittab
fi

# redis is started by hand where a test wants it; timers of the package tools would only disturb.
case $kind in
systemd*)
    systemctl disable redis-server.service
    systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
        e2scrub_all.timer fstrim.timer
    ;;
openrc) rc-update del redis-server default || true ;;
sysv) update-rc.d redis-server disable ;;
esac

# The kernel's log belongs to the machine.
sed -i -e '/imklog/d' /etc/rsyslog.conf
