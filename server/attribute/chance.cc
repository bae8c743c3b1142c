#include "server/attribute/chance.h"

#include <algorithm>
#include <cmath>

namespace vigie::server::attribute {
namespace {

// lgamma of the C library writes to a global; its arguments are positive here, so the sign is of no interest.
double LogGamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

double LogChoose(double n, double k) {
  return LogGamma(n + 1) - LogGamma(k + 1) - LogGamma(n - k + 1);
}

// 1 + r1 + r1·r2 + …, the terms of a tail beyond its mean in units of the first: they fall ever faster.
template <typename Ratio>
double SumOfTail(std::uint64_t first, std::uint64_t last, Ratio ratio) {
  double sum = 1;
  double term = 1;
  for (std::uint64_t i = first; i < last && term > sum * 1e-17; ++i) {
    term *= ratio(static_cast<double>(i));
    sum += term;
  }
  return sum;
}

}  // namespace

double Log10Overlap(const Overlap& overlap) {
  const std::uint64_t least = overlap.touched + overlap.leaked - std::min(overlap.common, overlap.leaked);
  const auto population = static_cast<double>(std::max(overlap.population, least));
  const auto touched = static_cast<double>(overlap.touched);
  const auto leaked = static_cast<double>(overlap.leaked);
  const auto common = static_cast<double>(overlap.common);
  if (common * population <= touched * leaked) return 0;
  const double first =
      LogChoose(touched, common) + LogChoose(population - touched, leaked - common) - LogChoose(population, leaked);
  const double sum = SumOfTail(overlap.common, std::min(overlap.touched, overlap.leaked), [&](double i) {
    return (touched - i) * (leaked - i) / ((i + 1) * (population - touched - leaked + i + 1));
  });
  return std::min(0.0, (first + std::log(sum)) / std::log(10.0));
}

double Log10SignTest(std::uint64_t only_one, std::uint64_t only_other) {
  if (only_one == only_other) return 0;
  const std::uint64_t all = only_one + only_other;
  const std::uint64_t more = std::max(only_one, only_other);
  const auto n = static_cast<double>(all);
  const double first = LogChoose(n, static_cast<double>(more)) - n * std::log(2.0);
  const double sum = SumOfTail(more, all, [&](double i) { return (n - i) / (i + 1); });
  return std::min(0.0, (first + std::log(sum) + std::log(2.0)) / std::log(10.0));
}

double Log10OfMany(double log10_smallest, std::uint64_t tests) {
  return std::min(0.0, log10_smallest + std::log10(static_cast<double>(std::max<std::uint64_t>(tests, 1))));
}

}  // namespace vigie::server::attribute
