#include "platform/linux/bpf/bpf_network_guard.h"

#include <limits.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>

#include "platform/linux/descriptor_io.h"
#include "platform/linux/proc_text.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kStatLimit = 16 << 10;
constexpr std::string_view kPipePrefix = "pipe:[";

std::string FolderOf(std::int32_t pid) {
  return "/proc/" + std::to_string(pid);
}

// The process that has this pid now, if it is the one that is meant.
Result<ProcessId> Identify(ProcessId process) {
  const Error ended{ErrorCode::kNotFound, "process " + std::to_string(process.pid) + " has ended"};
  const auto text = ReadHead(FolderOf(process.pid) + "/stat", kStatLimit);
  const auto stat = text ? ParseProcessStat(*text) : std::nullopt;
  if (!stat || (process.start_time != 0 && process.start_time != stat->start_time)) return ended;
  return ProcessId{process.pid, stat->start_time};
}

std::optional<std::uint64_t> OutputPipeOf(std::int32_t pid) {
  std::array<char, PATH_MAX> buffer;
  const ssize_t size = ::readlink((FolderOf(pid) + "/fd/1").c_str(), buffer.data(), buffer.size());
  if (size < 0) return std::nullopt;
  std::string_view target(buffer.data(), static_cast<std::size_t>(size));
  if (!target.starts_with(kPipePrefix)) return std::nullopt;
  target.remove_prefix(kPipePrefix.size());
  std::uint64_t inode = 0;
  const auto [end, failure] = std::from_chars(target.data(), target.data() + target.size(), inode);
  return failure == std::errc() ? std::optional(inode) : std::nullopt;
}

}  // namespace

std::optional<Error> BpfNetworkGuard::WhyNot(const KernelPrograms& programs) {
  return programs.WhyNot({"on_fork", "on_exec", "on_exit", "on_connect4", "on_connect6"});
}

Result<void> BpfNetworkGuard::Watch(ProcessId process, CarrierMode mode) {
  const auto living = Identify(process);
  if (!living) return living.error();
  auto watched = programs_->Watch(*living, mode, OutputPipeOf(living->pid));
  if (!watched) return watched;
  // If it ended before the kernel knew it, nobody else would take it off the list.
  if (const auto again = Identify(*living); again) return {};
  programs_->Release(*living);
  return Error{ErrorCode::kNotFound, "process " + std::to_string(living->pid) + " has ended"};
}

Result<void> BpfNetworkGuard::WatchPipe(std::uint64_t pipe_inode, CarrierMode mode) {
  return programs_->WatchPipe(pipe_inode, mode);
}

Result<void> BpfNetworkGuard::AllowDestinations(const std::vector<AddressRange>& ranges) {
  return programs_->AllowDestinations(ranges);
}

std::vector<std::string> BpfNetworkGuard::degradations() const {
  return programs_->LossesOf({
      {"on_sendmsg4", "datagrams over IPv4 are stopped without EPERM"},
      {"on_sendmsg6", "datagrams over IPv6 are stopped without EPERM"},
      {"on_socket",
       "sockets that carriers open to accept connections or to send raw packets are known by their first "
       "packet only"},
      {"on_egress",
       "bytes, server names, raw packets and connections made before the process read customer data are "
       "neither seen nor stopped"},
      {"on_state", "the end of TCP connections is not told"},
      {"on_release", "the end of UDP and raw sockets is not told"},
      {"find_readers", "who reads from a carrier's pipe already is not watched"},
      {"mark_sockets", "sockets that a process has before it becomes a carrier are known by their next packet only"},
      {"find_pipes", "watched pipes stay on the list until it is full"},
  });
}

}  // namespace vigie::platform
