#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "platform/file_events.h"

namespace vigie::test {

// A handler that keeps what it is given until the test takes it. Thread-safe.
class EventCollector final : public platform::FileEventHandler {
 public:
  enum class Reaction { kAllow, kDeny, kDrop, kHold };  // to an access; kDrop destroys it unanswered

  explicit EventCollector(Reaction reaction = Reaction::kAllow) : reaction_(reaction) {}
  void React(Reaction reaction);

  void OnAccess(platform::PendingAccess access) override;
  void OnEvent(platform::FileEvent event) override;
  void OnGap(platform::FileEventGap gap) override;

  // The oldest event of this kind and path, taken out; waits for it for some seconds.
  std::optional<platform::FileEvent> TakeEvent(platform::FileEventKind kind, const std::string& path);
  // The oldest held access to this path, likewise.
  std::optional<platform::PendingAccess> TakeAccess(const std::string& path);
  bool AwaitGap();
  bool AwaitAccesses(int at_least);

  // Whether an event of this kind and path came and was not taken; does not wait.
  bool Has(platform::FileEventKind kind, const std::string& path) const;
  int accesses(const std::string& path) const;
  int all_accesses() const;
  int all_events() const;
  // The last access to the path that was not held, once it was answered.
  std::optional<platform::FileEvent> TakeAnswered(const std::string& path);
  std::vector<platform::FileEventGap> gaps() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Reaction reaction_;
  std::list<platform::FileEvent> events_;
  std::list<platform::PendingAccess> held_;
  std::map<std::string, platform::FileEvent> answered_;
  std::map<std::string, int> accesses_;
  std::vector<platform::FileEventGap> gaps_;
  int all_accesses_ = 0;
  int all_events_ = 0;
};

}  // namespace vigie::test
