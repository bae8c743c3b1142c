#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "platform/base/file_descriptor.h"
#include "platform/base/guarded.h"
#include "platform/file_events.h"

namespace vigie::platform {

// A process by its pidfd (pidfd_open(2)).
class PidfdHandle final : public ProcessHandle {
 public:
  explicit PidfdHandle(base::FileDescriptor pidfd) : pidfd_(std::move(pidfd)) {}
  bool Alive() const override;  // a zombie is not alive

 private:
  const base::FileDescriptor pidfd_;
};

// Our own process and those that work for it. An exemption ends with its process, so that nobody inherits it with the
// pid. Thread-safe, does not block.
class ExemptProcesses {
 public:
  ExemptProcesses();

  void Add(std::int32_t pid);  // nothing if there is no such process
  bool Contains(std::int32_t pid) const;

 private:
  using Table = std::map<std::int32_t, std::unique_ptr<PidfdHandle>>;

  const std::int32_t own_pid_;
  mutable base::Guarded<Table> others_;
};

}  // namespace vigie::platform
