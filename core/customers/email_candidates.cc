#include "core/customers/email_candidates.h"

#include <cstddef>

#include "core/customers/normalise.h"
#include "core/customers/text_fold.h"

namespace vigie::customers {
namespace {

constexpr std::size_t kMaxLocalBytes = 64;  // RFC 5321, 4.5.3.1.1
constexpr std::size_t kMaxDomainBytes = 255;

bool IsUsualLocal(char c) {
  return IsAsciiLetter(c) || IsDigit(c) || std::string_view("._%+-").find(c) != std::string_view::npos;
}

bool IsAnyLocal(char c) {
  return IsUsualLocal(c) || std::string_view("!#$&'*/=?^`{|}~").find(c) != std::string_view::npos;
}

bool IsDomain(char c) {
  return IsAsciiLetter(c) || IsDigit(c) || c == '.' || c == '-';
}

// Foreign letters are part of an address, foreign quotes and spaces are not.
bool IsForeignLetter(std::string_view text, std::size_t position) {
  return FoldAt(text, position).kind != FoldedCharacter::Kind::kSeparator;
}

// The first byte of the character that ends before `end`.
std::size_t CharacterBefore(std::string_view text, std::size_t end) {
  std::size_t begin = end - 1;
  while (begin > 0 && end - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  return begin;
}

template <typename IsLocal>
std::size_t LocalBegin(std::string_view text, std::size_t at, IsLocal is_local) {
  std::size_t begin = at;
  while (begin > 0 && at - begin < kMaxLocalBytes) {
    const std::size_t previous = CharacterBefore(text, begin);
    const bool ascii = static_cast<unsigned char>(text[previous]) < 0x80;
    if (ascii ? !is_local(text[previous]) : !IsForeignLetter(text, previous)) break;
    begin = previous;
  }
  return begin;
}

std::size_t DomainEnd(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && end - at <= kMaxDomainBytes) {
    const bool ascii = static_cast<unsigned char>(text[end]) < 0x80;
    if (ascii ? !IsDomain(text[end]) : !IsForeignLetter(text, end)) break;
    end += ascii ? 1 : FoldAt(text, end).length;
  }
  while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;  // the end of a sentence
  return end;
}

bool IsOrnament(char c) {
  return c == '.' || c == '-' || c == '_' || c == '%' || c == '+';
}

void TakeAround(std::string_view text, std::size_t at, const std::function<void(std::string_view)>& take) {
  const std::size_t end = DomainEnd(text, at);
  const std::size_t usual = LocalBegin(text, at, IsUsualLocal);
  if (end == at + 1) return;
  if (usual < at) take(text.substr(usual, end - usual));
  std::size_t plain = usual;
  while (plain < at && IsOrnament(text[plain])) ++plain;
  if (plain > usual && plain < at) take(text.substr(plain, end - plain));
  const std::size_t any = LocalBegin(text, at, IsAnyLocal);
  if (any >= usual) return;
  take(text.substr(any, end - any));
  if (text[any] == '\'' && any + 1 < usual) take(text.substr(any + 1, end - any - 1));  // quoted in SQL
}

}  // namespace

void ForEachEmail(std::string_view text, const std::function<void(std::string_view)>& take) {
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1))
    TakeAround(text, at, take);
}

}  // namespace vigie::customers
