#pragma once

#include <string>

#include "platform/base/result.h"
#include "vigie/v1/integration_service.pb.h"

namespace vigie::server {

// Where incidents and the health of the fleet are sent, as the API asks for it. Thread-safe.
class Integrations {
 public:
  virtual ~Integrations() = default;
  virtual base::Result<v1::ListIntegrationsResponse> List() = 0;
  // Waits for the other side, a minute at most. kNotFound; kResourceExhausted while another test goes on.
  virtual base::Result<v1::TestIntegrationResponse> Test(const std::string& name) = 0;
};

}  // namespace vigie::server
