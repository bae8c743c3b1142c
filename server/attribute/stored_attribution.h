#pragma once

#include <string>
#include <utility>

#include "server/attribution.h"
#include "server/long_reads.h"
#include "server/store.h"

namespace vigie::server::attribute {

inline constexpr std::uint32_t kDefaultHolders = 20;
inline constexpr std::uint32_t kMostHolders = 100;
inline constexpr std::size_t kMostEventIds = 1000;  // attribution_service.proto
inline constexpr int kMostLedgers = 16;

// Over the sightings of the store: every day's union says who has held leaked customers at all, the events of those
// days are read only of who is reported.
class StoredAttribution final : public Attribution {
 public:
  // The store outlives it. By `key` AttributeResponse.id is worked out: with the same one, ids are the same.
  StoredAttribution(Store& store, std::string key) : store_(store), key_(std::move(key)) {}

  base::Result<v1::AttributeResponse> Attribute(const v1::AttributeRequest& request) override;

 private:
  Store& store_;
  // Secret, so that who knows a set of customers cannot work its id out.
  const std::string key_;
  LongReads places_{2};
};

}  // namespace vigie::server::attribute
