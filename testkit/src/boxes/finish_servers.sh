# Run by chroot(8) in a new tree with servers, after finish.sh; $1 is the kind of box.
kind=$1

# Each on a port of its own: nginx has 80.
sed -i -e 's/^Listen 80$/Listen 8080/' /etc/apache2/ports.conf
sed -i -e 's/\*:80>/*:8080>/' /etc/apache2/sites-available/000-default.conf
echo 'ServerName box' > /etc/apache2/conf-available/name.conf
a2enconf -q name
cat >> /etc/haproxy/haproxy.cfg << 'END'

frontend web
	bind :8000
	default_backend nginx

backend nginx
	server local 127.0.0.1:80 check
END

# A boot starts all of them.
all='nginx ssh cron rsyslog redis-server apache2 haproxy mariadb postgresql'
case $kind in
systemd*) for name in $all; do systemctl enable "$name.service"; done ;;
openrc) for name in $all; do rc-update add "$name" default; done ;;
sysv) for name in $all; do update-rc.d "$name" enable; done ;;
esac
