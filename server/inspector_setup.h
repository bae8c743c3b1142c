#pragma once

#include "core/inspection/inspector_pool.h"
#include "vigie/v1/collector_config.pb.h"

namespace vigie::server {

// How leaked files are inspected here, of a checked configuration.
inspection::InspectorPoolOptions InspectorOptionsOf(const v1::CollectorConfig& config);

}  // namespace vigie::server
