#pragma once

#include <cstdint>
#include <string_view>

#include "core/threshold/sequence_window.h"
#include "vigie/v1/event.pb.h"

namespace vigie::threshold {

// 64 bits for a name, never 0. Two names of a window look alike once in 2^64 / n²: not for a window of any size here.
std::uint64_t HashOf(std::string_view name, std::uint64_t seed = 0);

// Identity of the activity's file: device and inode, through renames, or else its path; 0 = none.
std::uint64_t FileIdentity(const v1::Activity& activity);

// What links the event to others; times and numbers are left to the caller.
SequenceEvent LinksOf(const v1::Event& event);

}  // namespace vigie::threshold
