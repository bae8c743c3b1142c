#pragma once

#include "vigie/v1/policy.pb.h"

namespace vigie::policy {

// The channels that a threshold with block_channels closes: those of its condition, and of a sequence those of its last
// step. Each is a v1::Channel.
inline const google::protobuf::RepeatedField<int>& BlockedChannels(const v1::Threshold& threshold) {
  const int steps = threshold.sequence_size();
  return steps == 0 ? threshold.when().channels() : threshold.sequence(steps - 1).when().channels();
}

}  // namespace vigie::policy
