#pragma once

#include <cstddef>
#include <functional>
#include <vector>

// Processes that are killed (SIGKILL) at a place that the test chooses, not at a moment that it hopes for.
namespace vigie::test {

struct Ending {
  bool killed = false;
  bool done = false;        // `body` returned true
  std::size_t changes = 0;  // calls of the system that change files, begun until then
};

inline constexpr std::size_t kNever = ~std::size_t{0};

// Runs `body` in a process of its own, traced by this one, and kills it just before its call number `at` (from 0) that
// changes a file: write, fsync, rename, unlink and the like. `body` must not start threads.
Ending KillAtChange(std::size_t at, const std::function<bool()>& body);

// At most `most` of 0 … total - 1, evenly spread from a random begin on. VIGIE_KILL_SEED fixes that begin (it is
// printed), VIGIE_KILL_POINTS=all takes all.
std::vector<std::size_t> SomeOf(std::size_t total, std::size_t most);

}  // namespace vigie::test
