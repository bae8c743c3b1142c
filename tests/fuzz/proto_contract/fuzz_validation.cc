// Whatever bytes a peer sends as a message, it is found valid or refused.
#include <google/protobuf/stubs/logging.h>

#include <cstdlib>
#include <limits>

#include "proto/contract/validation.h"
#include "tests/fuzz/fuzz_target.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  if (input.size() > std::size_t{std::numeric_limits<int>::max()}) return;
  const google::protobuf::LogSilencer silence;  // it reports each text that is not UTF-8
  const int size = static_cast<int>(input.size());
  vigie::v1::Event event;
  if (event.ParseFromArray(input.data(), size) && vigie::contract::ValidateEvent(event)) {
    // What is valid has an id of three parts.
    if (vigie::contract::EventId(event).find('/') == std::string::npos) std::abort();
  }
  vigie::v1::Hello hello;
  if (hello.ParseFromArray(input.data(), size)) (void)vigie::contract::ValidateHello(hello);
  vigie::v1::Heartbeat heartbeat;
  if (heartbeat.ParseFromArray(input.data(), size)) (void)vigie::contract::ValidateHeartbeat(heartbeat);
}
