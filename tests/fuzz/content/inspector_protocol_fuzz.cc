// Both ends' decoders over any bytes. What they accept must be accepted again once encoded.
#include <cstdlib>
#include <string_view>

#include "core/inspection/inspector_protocol.h"
#include "tests/fuzz/fuzz_target.h"

VIGIE_FUZZ(std::span<const std::byte> input) {
  using namespace vigie::inspection;
  const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
  for (std::size_t descriptors = 0; descriptors < 3; ++descriptors) (void)DecodeRequest(bytes, descriptors);
  (void)DecodeSetupReply(bytes);
  const auto reply = DecodeInspectionReply(bytes);
  if (reply && !DecodeInspectionReply(EncodeReply(*reply))) std::abort();
}
