#include "platform/linux/converter_protocol.h"

#include <algorithm>
#include <cstring>

namespace vigie::platform {

std::string EncodeConvert(const ConvertRequest& request) {
  std::string bytes(1, static_cast<char>(request.tool));
  bytes.append(reinterpret_cast<const char*>(&request.milliseconds), sizeof request.milliseconds);
  bytes.append(reinterpret_cast<const char*>(&request.page), sizeof request.page);
  return MessageOf(ConverterMessage::kConvert, bytes);
}

std::optional<ConvertRequest> DecodeConvert(std::string_view bytes) {
  ConvertRequest request;
  if (bytes.size() != 1 + sizeof request.milliseconds + sizeof request.page) return std::nullopt;
  const auto tool = static_cast<ConverterTool>(bytes[0]);
  if (std::ranges::find(kConverterTools, tool) == kConverterTools.end()) return std::nullopt;
  request.tool = tool;
  std::memcpy(&request.milliseconds, bytes.data() + 1, sizeof request.milliseconds);
  std::memcpy(&request.page, bytes.data() + 1 + sizeof request.milliseconds, sizeof request.page);
  return request;
}

}  // namespace vigie::platform
