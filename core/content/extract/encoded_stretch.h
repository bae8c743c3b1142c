#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/content/extract/transfer_encodings.h"

namespace vigie::content {

enum class StretchCode { kBase64, kHex };

// What decoded bytes are worth.
enum class StretchWorth {
  kNothing,  // chance: a long word or a number that happens to have the right letters
  kText,
  kFile,         // begins as a kind of file that we know
  kBinary,       // long enough to be on purpose, but no kind that we know: a hash, a key
  kLargeBinary,  // no key is as long: content that we do not know
};

StretchWorth JudgeDecoded(std::string_view bytes);

// Reads one stretch of base64 or hex, wrapped or not, chunk by chunk. Lines are joined only if they look as encoders
// make them: all of one length, 60 to 80, but for the last, which is shorter. Others are separate values. Not
// thread-safe.
class StretchReader {
 public:
  // More decoded bytes than this are not kept: the stretch ends there.
  static constexpr std::size_t kMostBytes = std::size_t{32} << 20;

  // `column`: how far into its line it begins.
  StretchReader(StretchCode code, std::size_t column) : code_(code), column_(column) {}

  // Reads on; how many bytes of `chunk` belong to the stretch. Fewer than all = it has ended.
  std::size_t Append(std::string_view chunk);
  bool ended() const { return ended_; }
  bool is_cut() const { return is_cut_; }
  // What was decoded; call it once, at the end.
  std::string TakeBytes();
  // As far as it is decoded.
  std::string_view bytes() const { return bytes_; }

 private:
  const ByteSet& digits() const;
  std::size_t ReadLine(std::string_view rest);
  std::size_t EndOfLine(std::string_view rest, std::size_t used, std::size_t digits);
  std::size_t EndWith(std::string_view rest, std::size_t used);
  bool IsFullLine() const;
  bool BelongsToList(std::string_view next_line) const;
  void Keep();
  void DecodeHex(std::string_view digits);

  StretchCode code_;
  std::size_t column_;
  Base64Decoder base64_;
  char half_ = '\0';        // a hex digit that waits for the second one
  std::string line_;        // digits of the current line that may still turn out to be something else
  std::size_t length_ = 0;  // digits in the current line
  std::size_t width_ = 0;   // of the lines before; 0 = not known
  std::size_t lines_ = 0;
  bool at_line_start_ = false;
  bool ended_ = false;
  bool is_cut_ = false;
  std::string bytes_;
};

}  // namespace vigie::content
