#!/usr/bin/env bash
# Runs the tests of what needs BPF LSM under Debian 12's own kernel, in a virtual machine that QEMU emulates (TCG: no KVM is needed,
# nor root). The kernel comes from apt by its package name and is kept in build/vm. Prints the guest's test output; exits with 0 if
# all tests ran and passed, with 1 if one failed, with 2 if there is no result within the time or a test skipped itself.
#   usage: scripts/vm/test_lsm.sh [build directory [test…]]
#   VIGIE_VM_BOOT_LINE  more of the kernel's boot line; with "lsm=lockdown" no BPF LSM program runs, and every test must skip
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$(realpath "${1:-build/dev}")
tests=("${@:2}")
[ ${#tests[@]} -gt 0 ] || tests=(write_guard_contract_test write_guard_root_test agent_write_guard_root_test)
readonly boot_line=${VIGIE_VM_BOOT_LINE:-}
readonly boot_seconds=900  # three minutes on a busy machine
readonly programs=(tests/write_actor bin/vigie-agent bin/vigie-inspector)
readonly data=(/usr/share/misc/magic.mgc /etc/passwd /etc/group /etc/nsswitch.conf)
readonly folders=(/usr/lib/x86_64-linux-gnu/gconv)
readonly tools=(/usr/sbin/mkfs.vfat)
readonly modules=(loop vfat nls_ascii nls_cp437 nls_iso8859-1)

fail() { echo "test_lsm: $*" >&2; exit 2; }
for tool in qemu-system-x86_64 busybox cpio modprobe; do
  PATH=$PATH:/usr/sbin command -v "$tool" > /dev/null || fail "$tool is missing: run scripts/setup.sh vm as root"
done
for name in "${tests[@]/#/tests/}" "${programs[@]}"; do
  [ -x "$build/$name" ] || fail "$build/$name is missing: cmake --build $build --target ${tests[*]} vigie-agent vigie-inspector"
done

work=$(mktemp -d)
guest=
trap '[ -z "$guest" ] || kill "$guest" 2> /dev/null || true; rm -rf "$work"' EXIT
trap 'exit 2' INT TERM

# The package that linux-image-amd64 stands for today.
package=$(apt-cache depends linux-image-amd64 | awk '$1 == "Depends:" { print $2; exit }')
[ -n "$package" ] || fail "apt does not know linux-image-amd64"
kernels=build/vm/$package
if [ ! -e "$kernels/done" ]; then
  mkdir -p "$kernels"
  (cd "$work" && apt-get download -q -o APT::Sandbox::User=root "$package" > /dev/null) || fail "apt cannot download $package"
  dpkg-deb -x "$work"/linux-image-*.deb "$kernels"
  touch "$kernels/done"
fi
release=$(basename "$kernels"/lib/modules/*)

root=$work/root
mkdir -p "$root"/{bin,dev,proc,sys,tmp,modules}
cp "$(command -v busybox)" "$root/bin/"
for name in sh mount umount sleep insmod poweroff; do ln -s busybox "$root/bin/$name"; done

# The programs, and the shared libraries that they name.
add_program() {
  local library
  install -D "$1" "$root$2"
  for library in $(ldd "$1" | grep -o '/[^ )]*' | sort -u); do
    [ -e "$root$library" ] || install -D "$library" "$root$library"
  done
}
for name in "${tests[@]/#/tests/}" "${programs[@]}"; do
  add_program "$build/$name" "/vigie/$name"
  strip "$root/vigie/$name"
done
for file in "${data[@]}"; do install -D -m 644 "$file" "$root$file"; done
for folder in "${folders[@]}"; do mkdir -p "$root$folder" && cp -r "$folder/." "$root$folder"; done
for tool in "${tools[@]}"; do add_program "$tool" "$tool"; done

PATH=$PATH:/usr/sbin depmod -b "$kernels" "$release"
number=100
for module in "${modules[@]}"; do
  for file in $(PATH=$PATH:/usr/sbin modprobe -d "$kernels" -S "$release" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'); do
    compgen -G "$root/modules/*-$(basename "$file")" > /dev/null || cp "$file" "$root/modules/$((number++))-$(basename "$file")"
  done
done

cat > "$root/init" << INIT
#!/bin/sh
mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t tmpfs tmp /tmp
mount -t securityfs security /sys/kernel/security
mount -t cgroup2 groups /sys/fs/cgroup
for module in /modules/*; do insmod \$module; done
/bin/busybox ip link set lo up
echo "kernel \$(/bin/busybox uname -r), security modules \$(/bin/busybox cat /sys/kernel/security/lsm)"
status=0
for test in ${tests[*]}; do
  VIGIE_BIN_DIR=/vigie/bin /vigie/tests/\$test --gtest_color=no || status=1
done
echo "guest: status \$status after \$(/bin/busybox cut -d' ' -f1 /proc/uptime) s"
poweroff -f
INIT
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) > "$work/initrd"

echo "test_lsm: $package in QEMU (TCG), at most $boot_seconds s"
started=$SECONDS
nice -n 10 timeout "$boot_seconds" qemu-system-x86_64 -accel tcg -M q35 -cpu max -smp 1 -m 1024 \
  -nodefaults -no-user-config -display none -no-reboot -serial stdio -monitor none \
  -kernel "$kernels/boot/vmlinuz-$release" -initrd "$work/initrd" \
  -append "console=ttyS0 quiet panic=-1 $boot_line" < /dev/null > "$work/serial" 2>&1 &
guest=$!
tail -f -n +1 --pid="$guest" "$work/serial" 2> /dev/null | sed -u 's|\r||' &
screen=$!
wait "$guest" || true
wait "$screen" || true
tr -d '\r' < "$work/serial" > "$work/console"

passed=$(grep -c '^\[       OK \]' "$work/console" || true)
skipped=$(grep -c '^\[  SKIPPED \] .* ms)' "$work/console" || true)
failed=$(grep -c '^\[  FAILED  \] .* ms)' "$work/console" || true)
echo "test_lsm: $(date +%F), kernel $release: $passed of $((passed + skipped + failed)) tests passed, $skipped skipped, $((SECONDS - started)) s"
grep -q '^guest: status ' "$work/console" || fail "the guest said nothing of its result"
[ "$skipped" -eq 0 ] || fail "tests skipped themselves: nothing may be missing there"
grep -q '^guest: status 0 ' "$work/console"
