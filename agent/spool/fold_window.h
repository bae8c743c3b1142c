#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "vigie/v1/event.pb.h"

namespace vigie::agent::spool {

// Folds what is said twice: the same process, the same file, the same kind and channel, the same findings, the same
// verdict, within kSpan. A program that opens one file a thousand times in a row is one event; one that sends it again
// each hour is told each time. Bounded: what was said longest ago may be said again. Thread-safe.
class FoldWindow {
 public:
  static constexpr std::chrono::seconds kSpan{60};

  explicit FoldWindow(std::size_t capacity = 8192) : capacity_(capacity) {}

  // True if an equal event is in the window. Gaps, and processes without a start time, are never folded.
  bool Knows(const v1::Event& event);
  void Add(const v1::Event& event);

 private:
  struct Said {
    std::string key;
    base::SystemTime at;  // of the event that was told
  };
  struct Window {
    std::list<Said> latest_first;
    std::unordered_map<std::string, std::list<Said>::iterator> by_key;
  };

  const std::size_t capacity_;
  base::Guarded<Window> window_;
};

}  // namespace vigie::agent::spool
