#include "core/threshold/explanation.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"

namespace vigie::threshold {
namespace {

// Up to a decimal: 7, 7.4
std::string Figure(double value) {
  char text[64];
  const bool whole = std::abs(value - std::round(value)) < 0.05;
  (void)std::snprintf(text, sizeof(text), whole ? "%.0f" : "%.1f", value);
  return text;
}

std::string MeasureName(v1::Measure measure) {
  std::string name = contract::NameOf(measure);
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::string Deviations(const Usual& usual, std::uint64_t measured) {
  return Figure(usual.DeviationsOf(measured)) + " deviations of " + Figure(usual.scale);
}

std::string MedianOf(const Usual& usual, const std::string& days) {
  return "usually " + Figure(usual.median) + days + " (median of " + std::to_string(usual.days);
}

}  // namespace

std::string Explain(const Observation& observation) {
  if (!observation.compared || (!observation.compared->own && !observation.compared->others)) return "";
  const v1::Threshold& rule = observation.threshold->source;
  const auto window = contract::FromProto(rule.window());
  const std::string within = window == std::chrono::days(1) ? " a day" : " within " + contract::FormatDuration(window);
  const std::string what = " " + MeasureName(rule.measure()) + within;
  const std::string now = std::to_string(observation.measured);
  std::string text;
  if (const auto& own = observation.compared->own) {
    text = MedianOf(*own, what) + " days), now " + now + ": " + Deviations(*own, observation.measured);
  }
  if (const auto& others = observation.compared->others) {
    const std::string who =
        "the others of the group " + MedianOf(*others, text.empty() ? what : "") + " of their days)";
    text += text.empty() ? who + ", now " + now + ": " : "; " + who + ": ";
    text += Deviations(*others, observation.measured);
  }
  return text + "; the rule allows " + Figure(rule.baseline().deviation());
}

}  // namespace vigie::threshold
