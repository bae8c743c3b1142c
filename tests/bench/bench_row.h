#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

// Rows of `make bench`, and how two programs are compared in one process.
namespace vigie::bench {

struct Row {
  std::string id = {};                  // customer_index_bytes
  std::string what = {};                // one line, for people
  std::optional<double> value = {};     // in `unit`
  std::string unit = {};                // MB/s
  std::string peer = {};                // against what; "" = nothing
  std::optional<double> ratio = {};     // value : peer
  std::optional<double> at_least = {};  // of the ratio; of the value if there is no peer
  std::optional<double> aim = {};
  bool lower_is_better = false;  // at_least and aim are upper bounds
  std::string reason = {};       // why there is no value
};

// One line of JSON on standard output.
void Print(const Row& row);

// Runs all of them `rounds` times in turn, so that what else the machine does meets each alike. The median processor
// seconds of each.
std::vector<double> MedianSeconds(std::span<const std::function<void()>> runs, int rounds);

// The highest resident memory of this process so far, in MB; 0 if the system does not tell.
double PeakResidentMegabytes();

// Keeps the compiler from leaving out what computed `value`.
template <typename T>
inline void Keep(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

}  // namespace vigie::bench
