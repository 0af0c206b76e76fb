#!/bin/bash
# First process of a machine of its own: makes its root from this machine's or another one, read through an overlay, and becomes systemd.
# Arguments: the machine's folder, the root to read, and for a machine with /opt/headgate the installation and the node_modules.
set -euo pipefail
machine=$1 base=$2 installation=${3-} modules=${4-}
root=$machine/root
mount --make-rprivate /
mount -t overlay -o "lowerdir=$base,upperdir=$machine/upper,workdir=$machine/work" overlay "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 cgroups "$root/sys/fs/cgroup" 2>/dev/null || true
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"

# The kernel is everybody's: its settings are read-only here, and its boot id is our own, so that this machine can be rebooted.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
cat /proc/sys/kernel/random/uuid > "$machine/boot-id"
mount --bind "$machine/boot-id" "$root/proc/sys/kernel/random/boot_id"
[ ! -e "$root/proc/sysrq-trigger" ] || mount --bind /dev/null "$root/proc/sysrq-trigger"

mount -t tmpfs -o mode=755 devices "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for number in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${number%:*}" "$root/dev/${number#*:}"; done
touch "$root/dev/console"
mount --bind /dev/null "$root/dev/console"
mount -t tmpfs -o mode=755 run "$root/run"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"

# ProtectProc= gives a unit a /proc of its own, in which the id of the kernel's boot would show. By a generator, so that it stands where
# nobody's drop-ins do.
cp "$machine/boot-id" "$root/run/boot-id"
mkdir -p "$root/etc/systemd/system-generators"
cat > "$root/etc/systemd/system-generators/rig" << 'END'
#!/bin/sh
for unit in /etc/systemd/system/headgate-*.service /usr/lib/systemd/system/headgate-*.service; do
  # What sees no /proc/sys has no place for it.
  if [ ! -f "$unit" ] || grep -q '^ProcSubset=pid' "$unit"; then continue; fi
  mkdir -p "$1/${unit##*/}.d"
  printf '[Service]\nBindReadOnlyPaths=/run/boot-id:/proc/sys/kernel/random/boot_id\n' > "$1/${unit##*/}.d/rig.conf"
done
END
chmod 0755 "$root/etc/systemd/system-generators/rig"

if [ -n "$installation" ]; then
  mkdir -p "$root/opt/headgate/node_modules"
  for part in bin dist scripts systemd package.json; do cp -a "$installation/$part" "$root/opt/headgate/"; done
  mount --bind "$modules" "$root/opt/headgate/node_modules"
fi

# Nothing that this machine runs may start in there: no service of its own, and nothing that wants hardware.
if [ ! -e "$machine/prepared" ]; then
  units=$root/etc/systemd/system
  for wants in "$units"/*.wants "$units"/*.requires; do [ ! -d "$wants" ] || rm -r "$wants"; done
  for unit in systemd-{udevd,udev-trigger,timesyncd,networkd,resolved,logind,sysctl,modules-load,remount-fs,random-seed,hwdb-update}.service \
    systemd-udevd-{control,kernel}.socket systemd-ask-password-{console,wall}.path proc-sys-fs-binfmt_misc.automount \
    {sys-kernel-debug,sys-kernel-tracing,sys-kernel-config,sys-fs-fuse-connections,dev-hugepages,dev-mqueue}.mount systemd-tmpfiles-clean.timer; do
    ln -sf /dev/null "$units/$unit"
  done
  tr -d - < "$machine/boot-id" > "$root/etc/machine-id"
  : > "$root/etc/fstab"
  mkdir -p "$root/etc/systemd/journald.conf.d" "$root/var/log/journal"
  printf '[Journal]\nStorage=persistent\nReadKMsg=no\n' > "$root/etc/systemd/journald.conf.d/rig.conf"
  rm -rf "$root/etc/headgate" "$root/var/lib/headgate"
  touch "$machine/prepared"
fi

ip link set lo up 2>/dev/null || true
hostname headgate-rig
cd "$root"
mkdir -p .old
pivot_root . .old
umount -l /.old
# As every machine that boots has it: credentials reach a unit by a mount that is made outside of it.
mount --make-rshared /
# The clock, the power and the modules belong to the machine outside.
exec setpriv --bounding-set -sys_time,-sys_boot,-sys_module,-syslog,-sys_rawio env -i container=rig PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=basic.target --show-status=false --log-target=journal < /dev/null
