#!/usr/bin/env bash
# Installs what building, testing and demonstrating Vigie needs on Debian 12, by package name; with the word bench also the
# peers that it is measured against, with vm what the tests in a virtual machine need. Idempotent: does nothing, and needs no root and no network, once everything is there.
set -euo pipefail

packages=(
  # compilers and tools
  g++ cmake ninja-build make pkg-config ccache mold
  # wire
  libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc
  # HTTP and figures
  libboost-dev prometheus-cpp-dev libcurl4-openssl-dev
  # store, log, command line, YAML, JSON
  libsqlite3-dev libjemalloc-dev libspdlog-dev libfmt-dev libcli11-dev libyaml-cpp-dev nlohmann-json3-dev
  # content and customers
  libhyperscan-dev libmagic-dev libarchive-dev libexpat1-dev zlib1g-dev libroaring-dev libutf8proc-dev
  libuchardet-dev libxml2-dev
  # documents that are converted by programs of their own (each is optional at run time)
  poppler-utils catdoc tesseract-ocr tesseract-ocr-fra
  # keys and sandbox
  libssl-dev libsodium-dev libseccomp-dev libudev-dev libsystemd-dev
  # programs for the kernel (each is optional: without them the agent is built without BPF)
  clang-14 llvm-14 libbpf-dev bpftool libelf-dev zlib1g-dev
  # the reference of the API
  python3-protobuf
  # tests and the demo's story
  libgtest-dev libgmock-dev e2fsprogs mount util-linux zip unzip curl python3 openssl
  # the ways out that tests try: programs that carry data away, and the servers that take it
  rsync wget socat ncat netcat-openbsd openssh-client openssh-server tnftp lftp rclone python3-pyftpdlib git mercurial subversion
  swaks mutt msmtp s-nail gnupg age p7zip-full xz-utils zstd sshfs bindfs scrot xvfb passwd
  bind9-dnsutils iputils-ping davfs2 cups-daemon cups-client obexftp xxd
  # the browser that the console's test drives
  chromium
  # file systems whose coverage a test prints
  xfsprogs btrfs-progs dosfstools exfatprogs
)

# The console's build takes any node from 18.18 on; Debian's, if there is none.
node_version=$(node --version 2>/dev/null | tr -d v || true)
oldest=$(printf '%s\n' 18.18 "${node_version:-0}" | sort -V | head -n 1)
if [ "$oldest" != 18.18 ] || ! command -v npm > /dev/null; then packages+=(nodejs npm); fi

[ "${1:-}" = vm ] && packages+=(qemu-system-x86 busybox-static cpio kmod dosfstools)
[ "${1:-}" = bench ] && packages+=(clamav clamav-daemon auditd linux-source-6.1 xz-utils git)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "setup: these packages are missing: ${missing[*]}" >&2
  echo "setup: run 'sudo scripts/setup.sh' once, then go on without root" >&2
  exit 1
fi
echo "setup: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends "${missing[@]}"
