// Any text is read or refused; what was read survives being written and read again.
#include <google/protobuf/util/message_differencer.h>

#include <cstdlib>
#include <string_view>

#include "proto/contract/yaml_reader.h"
#include "tests/fuzz/fuzz_target.h"
#include "vigie/v1/agent_config.pb.h"
#include "vigie/v1/event.pb.h"
#include "vigie/v1/policy.pb.h"

namespace {

constexpr std::size_t kSmall = std::size_t{64} << 10;  // so that the written form stays within the reader's bounds

template <typename Message>
void ReadAs(std::string_view text) {
  Message message;
  if (!vigie::contract::ReadYaml(text, "fuzz", message) || text.size() > kSmall) return;
  Message again;
  const auto read = vigie::contract::ReadYaml(vigie::contract::WriteYaml(message), "again", again);
  if (!read || !google::protobuf::util::MessageDifferencer::Equals(message, again)) std::abort();
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  ReadAs<vigie::v1::Policy>(text);
  ReadAs<vigie::v1::AgentConfig>(text);
  ReadAs<vigie::v1::Event>(text);
}
