#pragma once

#include <cstdint>
#include <istream>
#include <ostream>

#include "platform/base/clock.h"

namespace vigie::cli {

// One line on a terminal while a directory is read: rows, rows a second, the time that is left. At most ten times a
// second. Not thread-safe.
class BuildProgress {
 public:
  // Silent without a terminal. The clock outlives it.
  BuildProgress(std::ostream* terminal, const base::Clock& clock);

  // Begins anew with this input, which outlives the calls of Show. Without a known length nothing is said of the time.
  void Watch(std::istream& input);
  void Show(std::uint64_t rows);
  void Erase();

 private:
  std::ostream* terminal_;
  const base::Clock& clock_;
  std::istream* input_ = nullptr;
  std::streamoff bytes_ = 0;
  base::SteadyTime begin_;
  base::SteadyTime shown_;
};

}  // namespace vigie::cli
