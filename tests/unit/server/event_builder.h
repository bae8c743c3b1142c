#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "vigie/v1/event.pb.h"

namespace vigie::server {

// The moment at which the tests' stories begin: 2024-11-22T10:00:00Z.
inline constexpr base::SystemTime kStoryBegin{std::chrono::seconds(1732269600)};

// A valid event, of which a test names only what matters to it.
struct EventPlan {
  std::string agent = "agent-1";
  std::uint64_t epoch = 1;
  std::uint64_t sequence = 1;
  std::string host = "w1";
  std::string user = "alice";
  v1::Channel channel = v1::CHANNEL_REMOVABLE_MEDIA;
  std::chrono::nanoseconds after{0};  // since kStoryBegin
  std::vector<std::uint32_t> records = {};
  std::string exe = "/usr/bin/cp";
  std::string path = "/media/usb/export.csv";
};
v1::Event MakeEvent(const EventPlan& plan);
v1::Event MakeGap(const std::string& agent, std::uint64_t sequence, std::chrono::nanoseconds after);

// first, first + 1, … (count of them)
std::vector<std::uint32_t> Records(std::uint32_t first, std::uint32_t count);

}  // namespace vigie::server
