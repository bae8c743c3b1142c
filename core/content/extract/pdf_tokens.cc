#include "core/content/extract/pdf_tokens.h"

#include <array>

namespace vigie::content {
namespace {

enum Kind : unsigned char { kRegular, kSpace, kDelimiter };

constexpr auto kKinds = [] {
  std::array<Kind, 256> kinds{};
  for (const char c : {'\0', '\t', '\n', '\f', '\r', ' '}) kinds[static_cast<unsigned char>(c)] = kSpace;
  for (const char c : std::string_view("()<>[]{}/%")) kinds[static_cast<unsigned char>(c)] = kDelimiter;
  return kinds;
}();

Kind KindOf(char c) {
  return kKinds[static_cast<unsigned char>(c)];
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string DecodeName(std::string_view written) {
  std::string name;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const bool is_code =
        written[i] == '#' && i + 2 < written.size() && HexValue(written[i + 1]) >= 0 && HexValue(written[i + 2]) >= 0;
    name += is_code ? static_cast<char>(HexValue(written[i + 1]) * 16 + HexValue(written[i + 2])) : written[i];
    if (is_code) i += 2;
  }
  return name;
}

}  // namespace

std::size_t PdfTokens::Read(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (!Step(bytes[i])) return i;
  }
  return bytes.size();
}

void PdfTokens::Finish() {
  if (state_ == State::kName || state_ == State::kWord) (void)Step(' ');
  if (!token_.empty()) EndString();
  state_ = State::kBetween;
}

bool PdfTokens::Step(char c) {
  switch (state_) {
    case State::kBetween:
      return StepBetween(c);
    case State::kComment:
      if (c == '\n' || c == '\r') state_ = State::kBetween;
      return true;
    case State::kName:
    case State::kWord:
      if (KindOf(c) != kRegular) return EndToken(c);
      if (token_.size() < (state_ == State::kName ? kLongestName : kLongestWord)) token_ += c;
      return true;
    case State::kOpening:
      state_ = c == '<' ? State::kBetween : State::kHex;
      if (state_ == State::kHex) StepHex(c);
      return true;
    case State::kHex:
      StepHex(c);
      return true;
    case State::kOctal:
      if (c >= '0' && c <= '7' && digits_ < 3) {
        code_ = code_ * 8 + (c - '0');
        ++digits_;
        return true;
      }
      Put(static_cast<char>(code_));
      state_ = State::kLiteral;
      [[fallthrough]];
    case State::kLiteral:
      StepLiteral(c);
      return true;
    case State::kEscape:
      StepEscape(c);
      return true;
  }
  return true;
}

bool PdfTokens::StepBetween(char c) {
  token_.clear();
  digits_ = 0;
  if (KindOf(c) == kSpace) return true;
  if (c == '%') {
    state_ = State::kComment;
  } else if (c == '/') {
    state_ = State::kName;
  } else if (c == '(') {
    state_ = State::kLiteral;
    depth_ = 1;
  } else if (c == '<') {
    state_ = State::kOpening;
  } else if (KindOf(c) == kRegular) {
    state_ = State::kWord;
    token_ = c;
  }
  return true;
}

bool PdfTokens::EndToken(char c) {
  const bool is_name = state_ == State::kName;
  state_ = State::kBetween;
  if (is_name) handler_.OnName(DecodeName(token_));
  const bool goes_on = is_name || handler_.OnWord(token_);
  return goes_on ? StepBetween(c) : (token_.clear(), false);
}

void PdfTokens::StepLiteral(char c) {
  if (c == '\\') {
    state_ = State::kEscape;
    return;
  }
  depth_ += c == '(' ? 1 : (c == ')' ? -1 : 0);
  if (depth_ == 0) return EndString();
  Put(c);
}

void PdfTokens::StepEscape(char c) {
  constexpr std::string_view kWritten = "nrtbf";
  constexpr std::string_view kMeant = "\n\r\t\b\f";
  state_ = State::kLiteral;
  if (c >= '0' && c <= '7') {
    state_ = State::kOctal;
    code_ = c - '0';
    digits_ = 1;
  } else if (const auto found = kWritten.find(c); found != std::string_view::npos) {
    Put(kMeant[found]);
  } else if (c != '\n' && c != '\r') {
    Put(c);
  }
}

void PdfTokens::StepHex(char c) {
  if (c == '>') {
    if (digits_ % 2 == 1) Put(static_cast<char>(code_ * 16));
    return EndString();
  }
  const int value = HexValue(c);
  if (value < 0) return;
  code_ = digits_ % 2 == 0 ? value : code_ * 16 + value;
  if (++digits_ % 2 == 0) Put(static_cast<char>(code_));
}

void PdfTokens::Put(char c) {
  token_ += c;
  if (token_.size() < kLongestString) return;
  handler_.OnString(token_);
  token_.clear();
}

void PdfTokens::EndString() {
  state_ = State::kBetween;
  if (!token_.empty()) handler_.OnString(token_);
  token_.clear();
}

}  // namespace vigie::content
