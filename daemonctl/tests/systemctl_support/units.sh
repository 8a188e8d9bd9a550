# Units that misbehave in one way each, and one that sets much.
cd /etc/systemd/system
unit() { name=$1; shift; printf '%s\n' "$@" >"$name"; }
unit bad.service '[Service]' 'ExecStart=/bin/false' 'Type=oneshot'
unit sigkill.service '[Service]' 'ExecStart=/bin/sh -c "kill -9 $$$$"' 'Type=oneshot'
unit bad-type.service '[Service]' 'Type=nonsense'
unit bad2.service '[Service]' 'ExecStart=/bin/sh -c "kill -9 $$$$"' 'Type=oneshot'
unit dep.service '[Unit]' 'Requires=bad.service' 'After=bad.service' '[Service]' 'ExecStart=/bin/sleep 100'
unit slow.service '[Service]' 'Type=oneshot' 'ExecStart=/bin/sleep 0.3'
unit cond.service '[Unit]' 'ConditionPathExists=/nope' 'ConditionPathExists=|!/etc' '[Service]' 'ExecStart=/bin/true'
unit assert.service '[Unit]' 'AssertPathExists=/nope' '[Service]' 'ExecStart=/bin/true'
unit wants-cond.service '[Unit]' 'Wants=cond.service assert.service' '[Service]' 'ExecStart=/bin/sleep 1000'
unit once.service '[Service]' 'ExecStart=/bin/sleep 0.3'
unit tpl@.service '[Service]' 'ExecStart=/bin/sleep 1000' '[Install]' 'WantedBy=multi-user.target'
unit exit2.service '[Service]' 'Type=oneshot' 'ExecStart=/bin/sh -c "exit 2"'
unit notify-timeout.service '[Service]' 'Type=notify' 'TimeoutStartSec=500ms' 'ExecStart=/bin/sleep 10'
unit nosuchbin.service '[Service]' 'ExecStart=/bin/nosuchbin'
unit noinstall.service '[Service]' 'ExecStart=/bin/sleep 10'
unit lim.service '[Unit]' 'StartLimitBurst=2' '[Service]' 'Type=oneshot' 'ExecStart=/bin/false'
unit linked.file '[Service]' 'ExecStart=/bin/sleep 1000' '[Install]' 'WantedBy=multi-user.target'
mv linked.file /opt/linked.service
unit odd.service '[Unit]' 'Description=Odd' 'Documentation=man:odd(8) https://odd.example/' \
    '[Service]' 'ExecStartPre=-/bin/false' 'ExecStart=/bin/sleep 1000' 'ExecStop=/bin/true' \
    'Environment="A=b c" D=$e' 'EnvironmentFile=-/etc/default/odd' 'SuccessExitStatus=3 TERM' \
    'IPAddressAllow=10.0.0.0/8 ::1' 'SystemCallFilter=@system-service' 'RestrictNamespaces=net ipc' \
    'BindPaths=/etc:/mnt' 'TemporaryFileSystem=/opt/odd:ro' 'DeviceAllow=/dev/null rw' \
    'CPUAffinity=0' 'LogExtraFields=ODD=1' 'CapabilityBoundingSet=CAP_CHOWN CAP_KILL' 'Nice=5' \
    'RestrictAddressFamilies=AF_UNIX' 'CPUWeight=50' 'UMask=077' 'RuntimeMaxSec=1h' 'User=alice' \
    'StandardInputText=hello' 'StandardInput=data' 'SocketBindDeny=tcp:80' 'StateDirectory=odd:odder'
unit odd.socket '[Socket]' 'ListenStream=/run/odd.sock' 'ListenDatagram=127.0.0.1:9' 'ListenFIFO=/run/odd.fifo' 'Service=tpl@odd.service'
unit odd.timer '[Timer]' 'OnCalendar=yearly' 'OnBootSec=1y' 'Unit=odd.service'
mkdir -p odd.service.d
unit odd.service.d/10-more.conf '[Service]' 'LimitNOFILE=100:200' 'TasksMax=50'
unit odd.service.d/20-none.conf '# nothing'
ln -sf /dev/null masked-one.service
unit changed.service '[Service]' 'ExecStart=/bin/sleep 1000'
