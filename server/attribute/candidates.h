#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/customers/record_set.h"
#include "server/sightings.h"

namespace vigie::server::attribute {

// The leaked customers of one ledger.
struct LeakedSet {
  std::string ledger;
  customers::RecordSet records;
  std::uint64_t population = 0;
};

// What a candidate has of one of the leaked sets.
struct Share {
  std::int64_t holder = -1;  // his number in this ledger; -1 = he has held nobody of it
  customers::RecordSet common;
  std::vector<std::int64_t> days;  // numbers of those that hold some of them
};

// A user on a host who has held customers of the ledgers.
struct Candidate {
  std::string user;
  std::string host;
  std::vector<Share> shares;  // in the order of the leaked sets
  std::uint64_t customers = 0;
  std::uint64_t handled = 0;  // customers a day, summed over all days: how much passes through his hands
};

struct Candidates {
  std::vector<Candidate> ranked;  // those who have held a leaked customer: most of them first; among equals who handles
                                  // less, then by name
  std::uint64_t all = 0;
  std::uint64_t held = 0;  // leaked customers that anybody has held
};

base::Result<Candidates> RankCandidates(SightingReader& reader, const std::vector<LeakedSet>& leaked);

}  // namespace vigie::server::attribute
