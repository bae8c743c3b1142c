#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/content/extract/content_type.h"
#include "platform/base/result.h"

struct magic_set;  // of <magic.h>

namespace vigie::content {

// Names the true type of content by the content alone: our own sniffers for text, libmagic's database for the rest.
// Load it before the process is confined; later it opens nothing. Not thread-safe.
class TypeDetector {
 public:
  // Loads the system's type database; the error says what is missing.
  static base::Result<std::unique_ptr<TypeDetector>> Load();
  ~TypeDetector();

  // `head` is the beginning of the content, or all of it.
  ContentType Detect(std::string_view head, bool is_all) const;

 private:
  explicit TypeDetector(magic_set* cookie) : cookie_(cookie) {}
  std::string AskDatabase(std::string_view head) const;
  ContentType DescribeText(std::string_view head, TextEncoding encoding, bool is_all) const;

  magic_set* cookie_;
};

}  // namespace vigie::content
