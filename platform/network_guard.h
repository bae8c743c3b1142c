#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/file_events.h"
#include "platform/process_info.h"

// The seam to the network: what carriers (processes that have read customer data) send, and the means to stop them in
// the kernel. Of all other processes nothing is told: where people surf is none of our business.
namespace vigie::platform {

// IPv6 (RFC 4291); IPv4 stands in it as ::ffff:a.b.c.d. Bytes in network order.
using IpAddress = std::array<std::uint8_t, 16>;

// 10.0.0.0/8, or one address and port.
struct AddressRange {
  IpAddress address{};
  std::uint8_t prefix_bits = 128;  // of the 128; an IPv4 /8 is 104
  std::uint16_t port = 0;          // 0 = every port
  auto operator<=>(const AddressRange&) const = default;
};

enum class CarrierMode {
  kReport,  // its connections are told
  kDeny,    // and refused, with EPERM, unless the destination is allowed
};

enum class Transport { kTcp, kUdp, kIcmp, kOther };

// A process that has become a carrier because it reads from a watched pipe. (Children of carriers are told as
// ProcessForked, and nowhere else.)
struct PipeReader {
  ProcessId process;
  std::uint64_t pipe = 0;  // inode
  CarrierMode mode = CarrierMode::kReport;
  base::SystemTime at{};
};

// A carrier wants to send somewhere. The same attempt over and over (datagrams, refusals) is told once a second.
struct ConnectionAttempt {
  std::uint64_t connection = 0;  // names it in ConnectionTraffic; 0 = not known (refused, or without connection)
  ProcessId process;
  std::uint32_t uid = 0;
  Transport transport = Transport::kTcp;
  IpAddress address{};
  std::uint16_t port = 0;
  bool allowed_destination = false;  // in the list given to AllowDestinations
  bool denied = false;
  base::SystemTime at;
};

// What went over a carrier's connection so far.
struct ConnectionTraffic {
  std::uint64_t connection = 0;
  ProcessId process;
  std::string server_name;       // of a TLS ClientHello (RFC 6066 section 3); empty = none seen
  std::uint64_t bytes_sent = 0;  // payload
  bool closed = false;
};

// Receives on the sensor's own thread: must not block, log, resolve names or open files.
class NetworkHandler {
 public:
  virtual ~NetworkHandler() = default;
  virtual void OnAttempt(const ConnectionAttempt& attempt) = 0;
  virtual void OnTraffic(const ConnectionTraffic& traffic) = 0;  // a server name, the end, and now and then between
  virtual void OnPipeReader(const PipeReader&) {}
  virtual void OnNetworkGap(FileEventGap gap) = 0;
};

// Thread-safe. Start once, Stop once; carriers and destinations may be given before and after Start.
class NetworkGuard {
 public:
  virtual ~NetworkGuard() = default;

  // kUnsupported or kPermissionDenied with the reason if this machine cannot do it. `handler` must outlive Stop.
  virtual base::Result<void> Start(NetworkHandler& handler) = 0;
  virtual void Stop() = 0;

  // Holds for the process from the return of this call on, for all its threads, for connections that it has already,
  // and for every process that it or one of those makes. A stricter mode replaces a milder one, never the other way
  // round. Does not block: it may be called while the process waits for an answer.
  virtual base::Result<void> Watch(ProcessId process, CarrierMode mode) = 0;
  // Neither the process nor what comes of it later is watched any more.
  virtual void Release(ProcessId process) = 0;

  // Whoever has this pipe as its standard input, now or by a later exec, is watched as well.
  virtual base::Result<void> WatchPipe(std::uint64_t pipe_inode, CarrierMode mode) = 0;

  // Replaces the destinations that carriers may send to in mode kDeny. kResourceExhausted, and the old ones stay, if
  // there are more than 4096.
  virtual base::Result<void> AllowDestinations(const std::vector<AddressRange>& ranges) = 0;

  virtual SensorCounts counts() const = 0;

  // What it cannot do, one sentence each, for health. Empty: all of the above.
  virtual std::vector<std::string> degradations() const { return {}; }
};

}  // namespace vigie::platform
