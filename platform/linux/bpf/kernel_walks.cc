#include "platform/linux/bpf/kernel_walks.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>
#include <vigie_watch.skel.h>

#include <array>
#include <cerrno>

#include "platform/base/file_descriptor.h"
#include "platform/linux/bpf/records.h"

namespace vigie::platform {
namespace {

// A pipeline has a reader found in each round at least; longer ones are found by their next exec.
constexpr int kRounds = 32;

struct DestroyLink {
  void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};

// Runs the program over everything, or over the files of one process; says how many bytes it wrote.
std::size_t Walk(const bpf_program* program, std::int32_t pid) {
  bpf_iter_link_info whose = {};
  whose.task.pid = static_cast<std::uint32_t>(pid);
  bpf_iter_attach_opts options = {};
  options.sz = sizeof options;
  options.link_info = &whose;
  options.link_info_len = sizeof whose;
  std::unique_ptr<bpf_link, DestroyLink> link(bpf_program__attach_iter(program, pid != 0 ? &options : nullptr));
  // Before Linux 6.1 there is no walk over one process's files: the program itself passes the others over.
  if (!link) link.reset(bpf_program__attach_iter(program, nullptr));
  if (!link) return 0;
  const base::FileDescriptor walk(bpf_iter_create(bpf_link__fd(link.get())));
  std::size_t total = 0;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t count = ::read(walk.get(), buffer.data(), buffer.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count <= 0) return total;
    total += static_cast<std::size_t>(count);
  }
}

}  // namespace

void KernelWalks::MarkSockets(ProcessId process, CarrierMode mode) {
  WalkSockets(process, mode == CarrierMode::kDeny ? VIGIE_DENY : VIGIE_REPORT);
}

void KernelWalks::ReleaseSockets(ProcessId process) {
  WalkSockets(process, 0);
}

void KernelWalks::WalkSockets(ProcessId process, std::uint32_t mode) {
  const std::uint32_t first = 0;
  const vigie_walk walk{.pid = static_cast<std::uint32_t>(process.pid), .mode = mode, .start = process.start_time};
  bpf_map_update_elem(bpf_map__fd(skeleton_.maps.walks), &first, &walk, BPF_ANY);
  Walk(skeleton_.progs.mark_sockets, process.pid);
}

void KernelWalks::FindPipeReaders() {
  for (int round = 0; round < kRounds; ++round) {
    if (Walk(skeleton_.progs.find_readers, 0) == 0) return;
  }
}

std::uint32_t KernelWalks::FindPipes() {
  const std::uint32_t generation = skeleton_.bss->generation + 1;
  skeleton_.bss->generation = generation;
  Walk(skeleton_.progs.find_pipes, 0);
  return generation;
}

}  // namespace vigie::platform
