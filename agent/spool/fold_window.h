#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

#include "platform/base/guarded.h"
#include "vigie/v1/event.pb.h"

namespace vigie::agent::spool {

// Folds what is said twice: the same process, the same file, the same kind and channel, the same findings, the same
// verdict. A program that opens one file a thousand times is one event. Bounded: what was said longest ago may be said
// again. Thread-safe.
class FoldWindow {
 public:
  explicit FoldWindow(std::size_t capacity = 8192) : capacity_(capacity) {}

  // True if an equal event is in the window. Gaps, and processes without a start time, are never folded.
  bool Knows(const v1::Event& event);
  void Add(const v1::Event& event);

 private:
  struct Window {
    std::list<std::string> latest_first;
    std::unordered_map<std::string, std::list<std::string>::iterator> by_key;
  };

  const std::size_t capacity_;
  base::Guarded<Window> window_;
};

}  // namespace vigie::agent::spool
