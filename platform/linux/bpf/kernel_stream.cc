#include "platform/linux/bpf/kernel_stream.h"

#include <bpf/libbpf.h>
#include <pthread.h>
#include <time.h>
#include <vigie_watch.skel.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr auto kInterval = std::chrono::milliseconds(50);
constexpr auto kLongestInterval = std::chrono::milliseconds(200);  // where nothing happens
constexpr auto kLastRecords = std::chrono::seconds(1);             // for what is being written while we stop

std::chrono::nanoseconds ReadClock(clockid_t clock) {
  timespec now = {};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::uint64_t CoalescedInKernel(vigie_count produced, const KernelMaps::Counts& counts) {
  if (produced == VIGIE_WRITES_PRODUCED) return counts[VIGIE_WRITES_COALESCED];
  return produced == VIGIE_NETWORK_PRODUCED ? counts[VIGIE_NETWORK_COALESCED] : 0;
}

bool IsOfProcesses(const KernelEvent& event) {
  return std::holds_alternative<ProcessForked>(event) || std::holds_alternative<ProcessExecuted>(event) ||
         std::holds_alternative<ProcessEnded>(event);
}

}  // namespace

void KernelStream::DestroyRing::operator()(ring_buffer* ring) const {
  ring_buffer__free(ring);
}

KernelStream::KernelStream(vigie_watch& skeleton, std::function<void()> housekeeping)
    : skeleton_(skeleton), maps_(skeleton), housekeeping_(std::move(housekeeping)) {
}

KernelStream::~KernelStream() {
  StopProcessEvents();
  StopNetworkEvents();
  StopWriteEvents();
  stop_.Give();
  if (thread_.joinable()) thread_.join();
}

Result<void> KernelStream::Listen(ProcessEventHandler& handler) {
  const Lock lock(mutex_);
  if (auto begun = Begin(processes_); !begun) return begun;
  process_handler_ = &handler;
  skeleton_.bss->tell_processes = 1;
  return {};
}

Result<void> KernelStream::Listen(NetworkHandler& handler) {
  const Lock lock(mutex_);
  if (auto begun = Begin(network_); !begun) return begun;
  network_handler_ = &handler;
  skeleton_.bss->tell_network = 1;
  return {};
}

Result<void> KernelStream::Listen(WriteHandler& handler) {
  const Lock lock(mutex_);
  if (auto begun = Begin(writes_); !begun) return begun;
  write_handler_ = &handler;
  return {};
}

Result<void> KernelStream::Begin(Flow& flow) {
  if (flow.started || flow.stopped) return Error{ErrorCode::kFailedPrecondition, "kernel events: started already"};
  if (!ring_) ring_.reset(ring_buffer__new(bpf_map__fd(skeleton_.maps.ring), OnRecord, this, nullptr));
  if (!ring_) return base::ErrnoError(errno, "map the ring buffer of kernel events");
  if (!thread_.joinable()) {
    thread_ = std::thread([this] { Run(); });
    ::pthread_setname_np(thread_.native_handle(), "vigie-kernel");
  }
  flow.started = true;
  return {};
}

void KernelStream::StopProcessEvents() {
  Lock lock(mutex_);
  skeleton_.bss->tell_processes = 0;
  End(processes_, lock);
  process_handler_ = nullptr;
}

void KernelStream::StopNetworkEvents() {
  Lock lock(mutex_);
  skeleton_.bss->tell_network = 0;
  End(network_, lock);
  network_handler_ = nullptr;
}

void KernelStream::StopWriteEvents() {
  Lock lock(mutex_);
  End(writes_, lock);
  write_handler_ = nullptr;
}

void KernelStream::End(Flow& flow, Lock& lock) {
  if (flow.started && !flow.stopped) {
    const auto all_told = [&] {
      const SensorCounts counts = CountsOf(flow);
      return counts.produced == counts.delivered + counts.coalesced + counts.lost;
    };
    consumed_.wait_for(lock, kLastRecords, all_told);
    flow.last = CountsOf(flow);
    // A processor that is still at its last record writes it for nobody.
    flow.last.lost = flow.last.produced - flow.last.delivered - flow.last.coalesced;
  }
  flow.stopped = true;
}

SensorCounts KernelStream::CountsOf(const Flow& flow) const {
  if (!flow.started || flow.stopped) return flow.last;
  const auto counts = maps_.counts();
  return {.produced = counts[flow.produced],
          .delivered = flow.delivered,
          .coalesced = flow.coalesced + CoalescedInKernel(flow.produced, counts),
          .lost = counts[flow.lost],
          .late = 0};
}

SensorCounts KernelStream::process_counts() const {
  const Lock lock(mutex_);
  return CountsOf(processes_);
}

SensorCounts KernelStream::network_counts() const {
  const Lock lock(mutex_);
  return CountsOf(network_);
}

SensorCounts KernelStream::write_counts() const {
  const Lock lock(mutex_);
  return CountsOf(writes_);
}

void KernelStream::Run() {
  const std::array<int, 1> awaited{ring_buffer__epoll_fd(ring_.get())};
  auto interval = kInterval;
  while (!stop_.Await(awaited, interval)) {
    interval = Consume() ? kInterval : std::min(2 * interval, kLongestInterval);
    housekeeping_();
  }
}

// Handlers may take their time, and somebody's open waits here: what is not a fork is left for our own thread. A record
// that a processor is still writing stops the reading: then not all are told.
bool KernelStream::CatchUp(const ProcessEvents::ForkedFunction& forked) {
  const Lock lock(mutex_, std::try_to_lock);
  if (!lock || !processes_.started || processes_.stopped) return false;
  const auto before = maps_.counts();
  for (const KernelEvent& event : untold_) {
    if (const auto* fork = std::get_if<ProcessForked>(&event)) forked(*fork);
  }
  ahead_ = &forked;
  TakeRecords();
  ahead_ = nullptr;
  const auto waiting = static_cast<std::uint64_t>(std::ranges::count_if(untold_, IsOfProcesses));
  return before[VIGIE_PROCESS_LOST] == processes_.told_losses &&
         before[VIGIE_PROCESS_PRODUCED] <=
             processes_.delivered + processes_.coalesced + waiting + before[VIGIE_PROCESS_LOST];
}

bool KernelStream::Consume() {
  const Lock lock(mutex_);
  const bool untold_before = !untold_.empty();
  for (auto untold = std::exchange(untold_, {}); KernelEvent & event : untold) Deliver(std::move(event));
  const bool taken = TakeRecords();
  TellLosses();
  return taken || untold_before;
}

bool KernelStream::TakeRecords() {
  clock_offset_ = ReadClock(CLOCK_REALTIME) - ReadClock(CLOCK_MONOTONIC);
  const int taken = ring_buffer__consume(ring_.get());
  consumed_.notify_all();
  return taken > 0;
}

int KernelStream::OnRecord(void* self, void* bytes, std::size_t count) {
  auto& stream = *static_cast<KernelStream*>(self);
  auto event = ParseRecord({static_cast<const std::byte*>(bytes), count}, stream.clock_offset_);
  if (!event) return 0;
  if (stream.ahead_ == nullptr) return stream.Deliver(*std::move(event)), 0;
  if (const auto* fork = std::get_if<ProcessForked>(&*event)) (*stream.ahead_)(*fork);
  stream.untold_.push_back(*std::move(event));
  return 0;
}

bool KernelStream::EndedBefore(const ProcessEnded& event) {
  if (std::ranges::find(ended_, event.process) != ended_.end()) return true;
  ended_[ended_count_++ % ended_.size()] = event.process;
  return false;
}

// Delivered counts before the event is given away: whoever has seen it finds it counted.
bool KernelStream::DeliverToProcesses(KernelEvent& event) {
  auto* const handler = process_handler_;
  auto* const forked = std::get_if<ProcessForked>(&event);
  auto* const executed = std::get_if<ProcessExecuted>(&event);
  auto* const ended = std::get_if<ProcessEnded>(&event);
  if (forked == nullptr && executed == nullptr && ended == nullptr) return false;
  if (handler == nullptr) return true;
  if (ended != nullptr && EndedBefore(*ended)) {
    ++processes_.coalesced;
    return true;
  }
  ++processes_.delivered;
  if (forked != nullptr) handler->OnForked(*forked);
  if (executed != nullptr) handler->OnExecuted(std::move(*executed));
  if (ended != nullptr) handler->OnEnded(*ended);
  return true;
}

void KernelStream::Deliver(KernelEvent event) {
  if (DeliverToProcesses(event)) return;
  auto* const refused = std::get_if<RefusedWrite>(&event);
  if (refused == nullptr) return DeliverToNetwork(event);
  if (write_handler_ == nullptr) return;
  ++writes_.delivered;
  write_handler_->OnRefusedWrite(std::move(*refused));
}

void KernelStream::DeliverToNetwork(KernelEvent& event) {
  if (network_handler_ == nullptr) return;
  ++network_.delivered;
  if (const auto* reader = std::get_if<PipeReader>(&event)) network_handler_->OnPipeReader(*reader);
  if (const auto* attempt = std::get_if<ConnectionAttempt>(&event)) network_handler_->OnAttempt(*attempt);
  if (const auto* traffic = std::get_if<ConnectionTraffic>(&event)) network_handler_->OnTraffic(*traffic);
}

void KernelStream::TellLosses() {
  const auto counts = maps_.counts();
  const FileEventGap gap{"the kernel's buffer of events was full", std::chrono::system_clock::now()};
  if (process_handler_ != nullptr && counts[VIGIE_PROCESS_LOST] > processes_.told_losses) {
    processes_.told_losses = counts[VIGIE_PROCESS_LOST];
    process_handler_->OnProcessGap(gap);
  }
  if (write_handler_ != nullptr && counts[VIGIE_WRITES_LOST] > writes_.told_losses) {
    writes_.told_losses = counts[VIGIE_WRITES_LOST];
    write_handler_->OnWriteGap(gap);
  }
  if (network_handler_ == nullptr) return;
  if (counts[VIGIE_NETWORK_LOST] > network_.told_losses) {
    network_.told_losses = counts[VIGIE_NETWORK_LOST];
    network_handler_->OnNetworkGap(gap);
  }
  const std::uint64_t refusals =
      counts[VIGIE_CARRIERS_REFUSED] + counts[VIGIE_PIPES_REFUSED] + counts[VIGIE_SOCKETS_REFUSED];
  if (refusals > told_refusals_) {
    network_handler_->OnNetworkGap(
        {"the kernel's tables of carriers are full: some processes, pipes or sockets are not watched", gap.at});
  }
  told_refusals_ = refusals;
}

}  // namespace vigie::platform
