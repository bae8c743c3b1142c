#include "core/content/extract/type_detector.h"

#include <magic.h>

#include <algorithm>
#include <array>

#include "core/content/extract/container_format.h"
#include "core/content/extract/text_decoder.h"
#include "core/content/extract/text_sniffer.h"

namespace vigie::content {
namespace {

constexpr std::size_t kBytesForDatabase = 16 * 1024;
constexpr std::string_view kUnknown = "application/octet-stream";

// No files are opened, no processes started, nothing unpacked by the database's own code. Tables and JSON are ours to
// tell.
constexpr int kFlags = MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_CSV |
                       MAGIC_NO_CHECK_JSON | MAGIC_NO_CHECK_CDF;

// Text whose characters are its content. Anything else that is text (HTML, XML, RTF, mail…) may hide content behind
// markup or an encoding of its own. The database calls a list that begins with 070701 a cpio; those that are one have
// been told apart before.
bool IsPlain(std::string_view media_type) {
  constexpr std::array<std::string_view, 6> kPlain = {"text/plain",       "text/csv",        "application/javascript",
                                                      "application/json", "application/sql", "application/x-cpio"};
  return std::ranges::find(kPlain, media_type) != kPlain.end() || media_type.starts_with("text/x-");
}

std::string DecodeHead(std::string_view head, TextDecoder decoder, bool is_all) {
  std::string text;
  decoder.Decode(head, text);
  if (is_all) decoder.Finish(text);
  return text;
}

// Text that is meant for an interpreter, and may hide content: PDF, PostScript, markup of any kind.
bool MayBeProgram(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n\f");
  return first != std::string_view::npos &&
         std::string_view("%<{\\@.!\x1b").find(text[first]) != std::string_view::npos;
}

}  // namespace

base::Result<std::unique_ptr<TypeDetector>> TypeDetector::Load() {
  magic_set* const cookie = magic_open(kFlags);
  if (cookie == nullptr) return base::Error{base::ErrorCode::kResourceExhausted, "open libmagic: out of memory"};
  std::unique_ptr<TypeDetector> detector(new TypeDetector(cookie));
  auto charsets = CharsetTable::Load();
  if (!charsets) return charsets.error();
  detector->charsets_ = *std::move(charsets);
  if (magic_load(cookie, nullptr) == 0) return detector;
  return base::Error{
      base::ErrorCode::kNotFound,
      std::string("load the file type database of libmagic (package libmagic1): ") + magic_error(cookie)};
}

TypeDetector::~TypeDetector() {
  magic_close(cookie_);
}

ContentType TypeDetector::Detect(std::string_view head, bool is_all) const {
  if (head.empty()) return {.media_type = "inode/x-empty", .encoding = std::nullopt, .understood = true};
  if (const auto container = SniffContainer(head)) {
    return {.media_type = std::string(ContainerMediaType(*container, head)),
            .encoding = std::nullopt,
            .understood = true,
            .container = container};
  }
  if (IsEbcdic(head)) {
    return {.media_type = std::string(kUnknown), .encoding = std::nullopt, .understood = false, .container = {}};
  }
  auto encoding = SniffEncoding(head, is_all);
  const auto* const charset =
      !encoding || *encoding == TextEncoding::kEightBit ? GuessCharset(head, *charsets_) : nullptr;
  if (charset != nullptr) encoding = TextEncoding::kCharset;
  if (encoding) {
    auto type = DescribeText(DecodeHead(head, TextDecoder(*encoding, charset), is_all), is_all);
    type.encoding = encoding;
    type.charset = charset;
    return type;
  }
  ContentType type{.media_type = AskDatabase(head), .encoding = std::nullopt, .understood = false};
  if (type.media_type.starts_with("text/") || IsPlain(type.media_type)) type.media_type = kUnknown;
  return type;
}

ContentType TypeDetector::DescribeText(const std::string& text, bool is_all) const {
  const auto structure = SniffStructure(text, is_all);
  if (!structure.empty()) return {std::string(structure), std::nullopt, true};
  if (!MayBeProgram(text)) return {"text/plain", std::nullopt, true};
  const auto media_type = AskDatabase(text);
  // What reads as text is text, whatever the database sees in it (PDF and PostScript begin as text, too).
  if (media_type == kUnknown || IsPlain(media_type)) {
    return {media_type.starts_with("text/x-") ? media_type : "text/plain", std::nullopt, true};
  }
  return {media_type, std::nullopt, false};
}

std::string TypeDetector::AskDatabase(std::string_view head) const {
  const auto asked = head.substr(0, kBytesForDatabase);
  const char* const answer = magic_buffer(cookie_, asked.data(), asked.size());
  // Of some content it says two types in one.
  if (answer == nullptr || std::ranges::count(std::string_view(answer), '/') != 1) return std::string(kUnknown);
  return answer;
}

}  // namespace vigie::content
