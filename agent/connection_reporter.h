#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <stop_token>

#include "agent/carriers.h"
#include "agent/event_reporter.h"
#include "agent/policy/policy_stage.h"
#include "agent/sensor/network_sensor.h"
#include "agent/sensor/process_table.h"
#include "platform/base/clock.h"

namespace vigie::agent {

// Tells what carriers send. A refused connection is told at once; another one when it has closed, and what is still
// open half a second after its beginning is told then (connect) and again at its end (upload, with its bytes). The
// connections of a process whose access was told as a network transfer already are no news: they are counted only.
// One thread, counts from any.
class ConnectionReporter {
 public:
  struct Parts {
    sensor::NetworkSensor& sensor;
    sensor::ProcessTable& processes;
    Carriers& carriers;
    const CarrierGuard& guard;
    const policy::PolicyStage& policy;
    EventReporter& reporter;
    const base::Clock& clock;
  };

  explicit ConnectionReporter(Parts parts) : parts_(parts) {}

  // Step again and again until `stop`, then Finish.
  void Run(const std::stop_token& stop);

  // What has come since the last call, and what is due.
  void Step();
  // Everything that has not been told yet, at the end.
  void Finish();

  // Connections not told, for their process's transfer was; and connections by somebody who carries nothing any more.
  std::uint64_t folded() const { return folded_; }
  // Open connections of which only the beginning will be told, for there were too many.
  std::uint64_t forgotten() const { return forgotten_; }

 private:
  struct Connection {
    platform::ConnectionAttempt attempt;
    platform::ConnectionTraffic traffic{};
    base::SteadyTime since{};
    bool told = false;
    std::string event_id{};
  };

  // Until the first of those that are open must be told.
  std::chrono::nanoseconds UntilDue() const;
  void TakeRecord(const sensor::NetworkSensor::Record& record);
  void Take(const platform::ConnectionAttempt& attempt);
  void Take(const platform::ConnectionTraffic& traffic);
  void TellDue(base::SteadyTime now);
  void Tell(Connection& connection);

  const Parts parts_;
  std::list<Connection> open_;  // oldest first
  std::atomic<std::uint64_t> folded_ = 0;
  std::atomic<std::uint64_t> forgotten_ = 0;
};

// "192.0.2.7", "2001:db8::1" (RFC 5952).
std::string AddressText(const platform::IpAddress& address);

}  // namespace vigie::agent
