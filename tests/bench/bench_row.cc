#include "tests/bench/bench_row.h"

#include <sys/resource.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

namespace vigie::bench {
namespace {

nlohmann::ordered_json OrNull(const std::optional<double>& number) {
  return number ? nlohmann::ordered_json(*number) : nlohmann::ordered_json(nullptr);
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Of the processor, so that a busy machine disturbs less; with that of programs that were started and have ended.
double ProcessorSeconds() {
  double seconds = 0;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    if (getrusage(who, &usage) == 0) seconds += Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
  }
  return seconds;
}

double SecondsOf(const std::function<void()>& run) {
  const double begin = ProcessorSeconds();
  run();
  return ProcessorSeconds() - begin;
}

}  // namespace

void Print(const Row& row) {
  nlohmann::ordered_json line = {{"id", row.id},
                                 {"what", row.what},
                                 {"value", OrNull(row.value)},
                                 {"unit", row.unit},
                                 {"peer", row.peer},
                                 {"ratio", OrNull(row.ratio)},
                                 {"at_least", OrNull(row.at_least)},
                                 {"aim", OrNull(row.aim)},
                                 {"lower_is_better", row.lower_is_better}};
  if (!row.reason.empty()) line["reason"] = row.reason;
  std::cout << line.dump() << std::endl;
}

std::vector<double> MedianSeconds(std::span<const std::function<void()>> runs, int rounds) {
  std::vector<std::vector<double>> seconds(runs.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < runs.size(); ++i) seconds[i].push_back(SecondsOf(runs[i]));
  }
  std::vector<double> medians;
  for (auto& of_run : seconds) {
    const auto middle = of_run.begin() + static_cast<std::ptrdiff_t>(of_run.size() / 2);
    std::nth_element(of_run.begin(), middle, of_run.end());
    medians.push_back(*middle);
  }
  return medians;
}

double PeakResidentMegabytes() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return static_cast<double>(usage.ru_maxrss) / 1000.0 * 1.024;
}

}  // namespace vigie::bench
