#include "platform/fake/fake_network_guard.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMaxDestinations = 4096;
constexpr unsigned kAddressBits = 128;

bool Holds(const AddressRange& range, const IpAddress& address, std::uint16_t port) {
  if (range.port != 0 && range.port != port) return false;
  for (unsigned bit = 0; bit < range.prefix_bits; ++bit) {
    const unsigned mask = 0x80U >> bit % 8;
    if (((range.address[bit / 8] ^ address[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

// Whether the mode was none or a milder one before.
template <typename Key>
bool Raise(std::map<Key, CarrierMode>& modes, const Key& key, CarrierMode mode) {
  const auto [entry, is_new] = modes.try_emplace(key, mode);
  const bool stricter = entry->second < mode;
  if (stricter) entry->second = mode;
  return is_new || stricter;
}

}  // namespace

Result<void> FakeNetworkGuard::Start(NetworkHandler& handler) {
  const std::lock_guard lock(mutex_);
  if (state_.failure) return *state_.failure;
  if (state_.handler != nullptr || state_.stopped) {
    return Error{ErrorCode::kFailedPrecondition, "network guard: started already"};
  }
  state_.handler = &handler;
  return {};
}

void FakeNetworkGuard::Stop() {
  const std::lock_guard lock(mutex_);
  state_.handler = nullptr;
  state_.stopped = true;
}

Result<void> FakeNetworkGuard::Watch(ProcessId process, CarrierMode mode) {
  std::vector<PipeReader> readers;
  {
    const std::lock_guard lock(mutex_);
    if (state_.failure) return *state_.failure;
    Raise(state_.carriers, process, mode);
    readers = FollowPipes();
  }
  Tell(readers);
  return {};
}

void FakeNetworkGuard::Release(ProcessId process) {
  const std::lock_guard lock(mutex_);
  state_.carriers.erase(process);
}

Result<void> FakeNetworkGuard::WatchPipe(std::uint64_t pipe_inode, CarrierMode mode) {
  std::vector<PipeReader> readers;
  {
    const std::lock_guard lock(mutex_);
    if (state_.failure) return *state_.failure;
    Raise(state_.pipes, pipe_inode, mode);
    readers = FollowPipes();
  }
  Tell(readers);
  return {};
}

Result<void> FakeNetworkGuard::AllowDestinations(const std::vector<AddressRange>& ranges) {
  const std::lock_guard lock(mutex_);
  if (state_.failure) return *state_.failure;
  if (ranges.size() > kMaxDestinations) return Error{ErrorCode::kResourceExhausted, "allow destinations: too many"};
  if (std::ranges::any_of(ranges, [](const auto& range) { return range.prefix_bits > kAddressBits; })) {
    return Error{ErrorCode::kInvalidArgument, "allow destinations: a prefix has more than 128 bits"};
  }
  state_.allowed = ranges;
  return {};
}

SensorCounts FakeNetworkGuard::counts() const {
  const std::lock_guard lock(mutex_);
  return state_.counts;
}

std::vector<std::string> FakeNetworkGuard::degradations() const {
  const std::lock_guard lock(mutex_);
  return state_.degradations;
}

NetworkHandler* FakeNetworkGuard::Count() {
  if (state_.handler == nullptr) return nullptr;
  ++state_.counts.produced;
  ++state_.counts.delivered;
  return state_.handler;
}

std::vector<PipeReader> FakeNetworkGuard::FollowPipes() {
  std::vector<PipeReader> readers;
  for (bool again = true; again;) {
    again = false;
    for (const auto& [process, pipes] : state_.pipes_of) {
      const auto input = state_.pipes.find(pipes.input);
      if (input != state_.pipes.end() && Raise(state_.carriers, process, input->second)) {
        readers.push_back({process, pipes.input, input->second, std::chrono::system_clock::now()});
        again = true;
      }
      const auto carrier = state_.carriers.find(process);
      if (carrier == state_.carriers.end() || pipes.output == 0) continue;
      again = Raise(state_.pipes, pipes.output, carrier->second) || again;
    }
  }
  return readers;
}

void FakeNetworkGuard::Tell(const std::vector<PipeReader>& readers) {
  for (const auto& reader : readers) {
    NetworkHandler* handler = nullptr;
    {
      const std::lock_guard lock(mutex_);
      handler = Count();
    }
    if (handler != nullptr) handler->OnPipeReader(reader);
  }
}

void FakeNetworkGuard::Fork(ProcessId parent, ProcessId child) {
  const std::lock_guard lock(mutex_);
  const auto carrier = state_.carriers.find(parent);
  if (carrier != state_.carriers.end()) state_.carriers[child] = carrier->second;
}

void FakeNetworkGuard::Execute(ProcessId process, std::uint64_t input_pipe, std::uint64_t output_pipe) {
  std::vector<PipeReader> readers;
  {
    const std::lock_guard lock(mutex_);
    state_.pipes_of[process] = {input_pipe, output_pipe};
    readers = FollowPipes();
  }
  Tell(readers);
}

void FakeNetworkGuard::End(ProcessId process) {
  const std::lock_guard lock(mutex_);
  state_.carriers.erase(process);
  state_.pipes_of.erase(process);
}

bool FakeNetworkGuard::IsAllowed(const Sending& sending) const {
  return std::ranges::any_of(state_.allowed,
                             [&](const auto& range) { return Holds(range, sending.address, sending.port); });
}

bool FakeNetworkGuard::Connect(const Sending& sending) {
  ConnectionAttempt attempt;
  NetworkHandler* handler = nullptr;
  {
    const std::lock_guard lock(mutex_);
    const auto carrier = state_.carriers.find(sending.process);
    if (carrier == state_.carriers.end()) return true;
    attempt.allowed_destination = IsAllowed(sending);
    attempt.denied = carrier->second == CarrierMode::kDeny && !attempt.allowed_destination;
    if (!attempt.denied) attempt.connection = ++state_.connections;
    handler = Count();
  }
  attempt.process = sending.process;
  attempt.uid = sending.uid;
  attempt.transport = sending.transport;
  attempt.address = sending.address;
  attempt.port = sending.port;
  attempt.at = std::chrono::system_clock::now();
  if (handler != nullptr) handler->OnAttempt(attempt);
  return !attempt.denied;
}

void FakeNetworkGuard::EmitTraffic(const ConnectionTraffic& traffic) {
  NetworkHandler* handler = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (state_.carriers.contains(traffic.process)) handler = Count();
  }
  if (handler != nullptr) handler->OnTraffic(traffic);
}

void FakeNetworkGuard::EmitGap(std::string reason) {
  NetworkHandler* handler = nullptr;
  {
    const std::lock_guard lock(mutex_);
    handler = state_.handler;
    if (handler == nullptr) return;
    ++state_.counts.produced;
    ++state_.counts.lost;
  }
  handler->OnNetworkGap({std::move(reason), std::chrono::system_clock::now()});
}

std::optional<CarrierMode> FakeNetworkGuard::ModeOf(ProcessId process) const {
  const std::lock_guard lock(mutex_);
  const auto found = state_.carriers.find(process);
  return found == state_.carriers.end() ? std::nullopt : std::optional(found->second);
}

std::optional<CarrierMode> FakeNetworkGuard::ModeOfPipe(std::uint64_t pipe_inode) const {
  const std::lock_guard lock(mutex_);
  const auto found = state_.pipes.find(pipe_inode);
  return found == state_.pipes.end() ? std::nullopt : std::optional(found->second);
}

std::vector<AddressRange> FakeNetworkGuard::allowed() const {
  const std::lock_guard lock(mutex_);
  return state_.allowed;
}

void FakeNetworkGuard::FailWith(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  state_.failure = std::move(error);
}

void FakeNetworkGuard::SetDegradations(std::vector<std::string> degradations) {
  const std::lock_guard lock(mutex_);
  state_.degradations = std::move(degradations);
}

}  // namespace vigie::platform
