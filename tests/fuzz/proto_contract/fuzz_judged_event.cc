// Whatever bytes stand where an event was kept: what is read of it in part is what the whole reading finds there; and
// where that refuses them, what is given is an event nevertheless (bytes that are left out may be wrong).
#include <google/protobuf/stubs/logging.h>

#include <cstdlib>
#include <limits>
#include <string>

#include "proto/contract/judged_event.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/judged_parts.h"

namespace {

void Demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  if (input.size() > std::size_t{std::numeric_limits<int>::max()}) return;
  const google::protobuf::LogSilencer silence;
  static vigie::contract::JudgedEvent reader;  // nothing of one event may be left in the next
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  const vigie::v1::Event* read = reader.Read(bytes);
  vigie::v1::Event whole;
  if (whole.ParseFromArray(input.data(), static_cast<int>(input.size()))) {
    Demand(read != nullptr);
    Demand(read->has_activity() == whole.has_activity() && read->has_gap() == whole.has_gap());
    Demand(read->has_received_at() == whole.has_received_at());
    Demand(vigie::contract::Judged(*read) == vigie::contract::Judged(whole));
  } else if (read != nullptr) {
    Demand(whole.ParseFromString(read->SerializeAsString()));
  }
}
