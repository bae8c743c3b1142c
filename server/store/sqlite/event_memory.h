#pragma once

#include <google/protobuf/arena.h>

#include <array>
#include <string_view>

#include "vigie/v1/event.pb.h"

namespace vigie::server {

// Where kept events are read into, one after another: the memory of one is that of the next. Of an event on the heap
// each message and text in it would be asked for and given back. One thread.
class EventMemory {
 public:
  EventMemory() = default;
  EventMemory(const EventMemory&) = delete;
  EventMemory& operator=(const EventMemory&) = delete;

  // Null if the bytes are no event. The event read before is gone.
  const v1::Event* Read(std::string_view bytes) {
    arena_.Reset();
    auto* event = google::protobuf::Arena::CreateMessage<v1::Event>(&arena_);
    return event->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ? event : nullptr;
  }

 private:
  google::protobuf::ArenaOptions Options() {
    google::protobuf::ArenaOptions options;
    options.initial_block = block_.data();
    options.initial_block_size = block_.size();
    return options;
  }

  alignas(8) std::array<char, std::size_t{16} << 10> block_;  // more than all but the longest events take
  google::protobuf::Arena arena_{Options()};
};

}  // namespace vigie::server
