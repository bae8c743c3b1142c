#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/content/extract/charset.h"
#include "core/content/extract/content_type.h"
#include "core/content/extract/text_decoder.h"
#include "platform/base/result.h"

struct magic_set;  // of <magic.h>

namespace vigie::content {

// Names the true type of content by the content alone: our own sniffers for text, libmagic's database for the rest. Of
// plain text it does not say in which language it is written: asking the database takes ten times as long as inspecting
// a page of text does.
// Load it before the process is confined; later it opens nothing. Not thread-safe.
class TypeDetector {
 public:
  // Loads the system's type database; the error says what is missing.
  static base::Result<std::unique_ptr<TypeDetector>> Load();
  ~TypeDetector();

  // `head` is the beginning of the content, or all of it.
  ContentType Detect(std::string_view head, bool is_all) const;

  const CharsetTable& charsets() const { return *charsets_; }

 private:
  explicit TypeDetector(magic_set* cookie) : cookie_(cookie) {}
  std::string AskDatabase(std::string_view head) const;
  // All but the encoding.
  ContentType DescribeText(const std::string& text, bool is_all) const;

  magic_set* cookie_;
  std::unique_ptr<CharsetTable> charsets_;
};

}  // namespace vigie::content
