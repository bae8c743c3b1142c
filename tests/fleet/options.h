#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/result.h"

namespace vigie::fleet {

struct Options {
  std::string collector;
  std::string ca_file;
  std::string token_file;
  bool insecure_loopback = false;
  std::string credentials_file;
  bool push_policy = false;
  std::uint32_t agents = 100;
  std::uint64_t seed = 1;
  double rate = 100;
  std::uint32_t burst = 1;
  std::uint64_t flood = 0;  // events of each agent, made beforehand and sent as fast as they go; instead of rate
  double seconds = 10;
  double spread = 0;
  double patience = 120;
  std::uint32_t batch = 100;
  bool sign = false;
  std::uint32_t probe_every = 0;
  double crashes = 0;
  double drops = 0;
  double storm = 0;  // seconds between two; 0 = none
  std::uint32_t clock_error_hours = 0;
  bool hostile = false;
  std::uint32_t attackers = 0;
  bool check = false;
};

// Nothing if it was asked for help, which is written to `out`. kInvalidArgument says what is wrong.
base::Result<std::optional<Options>> ParseOptions(const std::vector<std::string>& arguments, std::ostream& out);

}  // namespace vigie::fleet
