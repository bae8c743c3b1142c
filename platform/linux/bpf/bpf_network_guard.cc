#include "platform/linux/bpf/bpf_network_guard.h"

#include "platform/linux/bpf/living_process.h"

namespace vigie::platform {

using base::Error;
using base::ErrorCode;
using base::Result;

std::optional<Error> BpfNetworkGuard::WhyNot(const KernelPrograms& programs) {
  return programs.WhyNot({"on_fork", "on_exec", "on_exit", "on_connect4", "on_connect6"});
}

Result<void> BpfNetworkGuard::Watch(ProcessId process, CarrierMode mode) {
  const auto living = IdentifyLiving(process);
  if (!living) return living.error();
  auto watched = programs_->Watch(*living, mode, OutputPipeOf(living->pid));
  if (!watched) return watched;
  // If it ended before the kernel knew it, nobody else would take it off the list.
  if (const auto again = IdentifyLiving(*living); again) return {};
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
