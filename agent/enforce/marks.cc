#include "agent/enforce/marks.h"

#include "platform/base/logging.h"

namespace vigie::agent::enforce {

void Marks::Set(const base::FileDescriptor& file, bool watched) {
  if (!file) return;
  if (!watched) return events_.Unmark(file);
  const auto marked = events_.Mark(file);
  if (marked) return;
  const bool first = missing() == 0;
  ++refused_;
  // One line for the first, the count goes to health: a full mark table would flood the log.
  if (first) base::LogError("a sensitive file cannot be watched: {}", marked.error().message);
}

}  // namespace vigie::agent::enforce
