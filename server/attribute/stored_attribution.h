#pragma once

#include <string>

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
  // The store outlives it.
  explicit StoredAttribution(Store& store);

  base::Result<v1::AttributeResponse> Attribute(const v1::AttributeRequest& request) override;

 private:
  Store& store_;
  // Of AttributeResponse.id; random, so that who knows a set of customers cannot work its id out.
  const std::string key_;
  LongReads places_{2};
};

}  // namespace vigie::server::attribute
