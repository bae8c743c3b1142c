#pragma once

#include "platform/base/result.h"
#include "vigie/v1/attribution_service.pb.h"

namespace vigie::server {

// Who has held the customers of a leaked file (attribution_service.proto). Thread-safe; reads only.
class Attribution {
 public:
  virtual ~Attribution() = default;

  // kInvalidArgument names the field; kResourceExhausted while as many others are being answered as may be.
  virtual base::Result<v1::AttributeResponse> Attribute(const v1::AttributeRequest& request) = 0;
};

}  // namespace vigie::server
