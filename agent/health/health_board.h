#pragma once

#include <functional>
#include <string>
#include <vector>

#include "platform/base/guarded.h"
#include "vigie/v1/agent_service.pb.h"

namespace vigie::agent::health {

// How every sensor and stage is, on demand. Sources are added at the start; the rest is thread-safe.
class HealthBoard {
 public:
  using Source = std::function<v1::SensorHealth()>;

  // `source` is asked from any thread and must not block.
  void Add(Source source) { sources_.push_back(std::move(source)); }

  std::vector<v1::SensorHealth> Collect() const;

  // True if a state or its reason differs from the last call: worth telling at once. Logs each change.
  bool NoteChanges();

 private:
  std::vector<Source> sources_;
  base::Guarded<std::vector<v1::SensorHealth>> last_;
};

// One that runs; fill in the counts.
v1::SensorHealth Running(const std::string& name);
// One that does not do all it should.
v1::SensorHealth Degraded(const std::string& name, const std::string& reason);
// One that this machine cannot have.
v1::SensorHealth Unsupported(const std::string& name, const std::string& reason);

}  // namespace vigie::agent::health
