#pragma once

#include <optional>
#include <string>

#include "core/content/extract/container_format.h"

namespace vigie::content {

class Charset;

enum class TextEncoding {
  kEightBit,  // UTF-8, or Windows-1252 where it is not valid UTF-8
  kUtf16LittleEndian,
  kUtf16BigEndian,
  kUtf32LittleEndian,
  kUtf32BigEndian,
  kCharset,  // a legacy one, which `charset` names
};

// What the content says it is; names and extensions have no say.
struct ContentType {
  std::string media_type;                // as IANA names it: text/csv
  std::optional<TextEncoding> encoding;  // nothing = not text
  // False: inspecting its bytes or its text does not show everything that it holds (markup, office formats, images…),
  // so the finding must not claim to be full.
  bool understood = false;
  const Charset* charset = nullptr;  // of kCharset; belongs to the type detector
  // It is a container. `media_type` may be that of what stands before it: a picture with a zip behind.
  std::optional<ContainerFormat> container = std::nullopt;
};

}  // namespace vigie::content
