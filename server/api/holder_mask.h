#pragma once

#include <string>

#include "vigie/v1/attribution_service.pb.h"

namespace vigie::server::api {

// Who has held the customers of a leaked file, told to who may not see it: users and hosts become pseudonyms, and what
// leads from them to events that name them is left out (attribution_service.proto). The same one has the same pseudonym
// within one attribution; what two of them tell cannot be put together. The key is random and this object's own, so
// after a restart they are others. Thread-safe.
class HolderMask {
 public:
  HolderMask();

  void Mask(v1::AttributeResponse& response) const;

 private:
  std::string PseudonymOf(const std::string& kind, const std::string& name, const std::string& attribution) const;

  const std::string key_;
};

// Whether it is shaped as AttributeResponse.id.
bool IsAttributionId(const std::string& id);

}  // namespace vigie::server::api
