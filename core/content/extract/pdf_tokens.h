#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vigie::content {

// What PdfTokens meets. Views are valid during the call.
class PdfTokenHandler {
 public:
  virtual ~PdfTokenHandler() = default;
  // Without the slash, #20 decoded; its first PdfTokens::kLongestName bytes.
  virtual void OnName(std::string_view name) = 0;
  // A string's bytes, escapes undone; one longer than PdfTokens::kLongestString comes in pieces.
  virtual void OnString(std::string_view bytes) = 0;
  // A keyword or number. False: stop behind it.
  virtual bool OnWord(std::string_view word) = 0;
};

// The tokens of a PDF's objects (ISO 32000-1, 7.2 and 7.3), as a stream, in bounded memory. It knows no grammar, so
// nothing is malformed for it. Not thread-safe; the handler must outlive it.
class PdfTokens {
 public:
  static constexpr std::size_t kLongestName = 64;
  static constexpr std::size_t kLongestWord = 16;  // more of one is not kept
  static constexpr std::size_t kLongestString = std::size_t{64} << 10;

  explicit PdfTokens(PdfTokenHandler& handler) : handler_(handler) {}

  // How many of the bytes were read: all, or up to where the handler stopped.
  std::size_t Read(std::string_view bytes);
  // Nothing follows.
  void Finish();

 private:
  enum class State { kBetween, kComment, kName, kWord, kOpening, kHex, kLiteral, kEscape, kOctal };
  bool Step(char c);
  bool StepBetween(char c);
  bool EndToken(char c);
  void StepLiteral(char c);
  void StepEscape(char c);
  void StepHex(char c);
  void Put(char c);
  void EndString();

  PdfTokenHandler& handler_;
  State state_ = State::kBetween;
  std::string token_;
  int depth_ = 0;   // brackets inside a literal string
  int code_ = 0;    // of a character written as a number, or half of it
  int digits_ = 0;  // of that number, until now
};

}  // namespace vigie::content
