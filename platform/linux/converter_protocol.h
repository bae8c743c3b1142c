#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/converter.h"

// What travels between a converter's two ends, over a worker socket. Each message begins with one letter. The end that
// runs the tools does not trust the other: that one parses hostile files.
namespace vigie::platform {

enum class ConverterMessage : char {
  kReady = 'r',     // to the inspector, once: one byte for each tool of kConverterTools, '1' if it is installed
  kFile = 'f',      // to the converter, with a descriptor: the document
  kDocument = 'd',  // a new document, empty
  kAppend = 'a',    // and bytes of it
  kConvert = 'c',   // tool, milliseconds, page; the answer is kStarted with the reading end of a pipe, or kEnded
  kStarted = 's',
  kStop = 'x',   // with 'e' after the end of the text, else no more is wanted; the answer is kEnded
  kEnded = 'e',  // how
};

inline std::string MessageOf(ConverterMessage kind, std::string_view rest = {}) {
  return std::string(1, static_cast<char>(kind)).append(rest);
}

struct ConvertRequest {
  ConverterTool tool = ConverterTool::kPdfText;
  std::uint32_t milliseconds = 0;
  std::uint32_t page = 1;
};
std::string EncodeConvert(const ConvertRequest& request);
// Nothing for a malformed one. `bytes` without the letter.
std::optional<ConvertRequest> DecodeConvert(std::string_view bytes);

}  // namespace vigie::platform
