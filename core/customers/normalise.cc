#include "core/customers/normalise.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "core/customers/text_fold.h"
#include "core/customers/token_scanner.h"
#include "core/identifiers/iban.h"

namespace vigie::customers {
namespace {

struct KindName {
  CellKind kind;
  std::string_view name;
};
constexpr std::array<KindName, 6> kKindNames = {{{CellKind::kKey, "key"},
                                                 {CellKind::kEmail, "email"},
                                                 {CellKind::kPhone, "phone"},
                                                 {CellKind::kName, "name"},
                                                 {CellKind::kIban, "iban"},
                                                 {CellKind::kText, "text"}}};

base::Error Refused(std::string reason) {
  return {base::ErrorCode::kInvalidArgument, std::move(reason)};
}

bool IsEmailShaped(std::string_view cell) {
  const std::size_t at = cell.find('@');
  if (at == std::string_view::npos || at == 0 || at + 1 >= cell.size()) return false;
  if (cell.find('@', at + 1) != std::string_view::npos) return false;
  return cell.find_first_of(" \t,;<>\"\r\n") == std::string_view::npos;
}

// Of the local part; an address that begins with + keeps it.
std::size_t PlusTagBegin(std::string_view email) {
  const std::size_t plus = email.find('+');
  return plus == 0 || plus == std::string_view::npos ? std::string_view::npos : plus;
}

std::string WithoutPlusTag(std::string email) {
  const std::size_t at = email.find('@');
  const std::size_t plus = PlusTagBegin(std::string_view(email).substr(0, at));
  if (plus != std::string_view::npos) email.erase(plus, at - plus);
  return email;
}

// "+33 (0)6 …": the zero in brackets is for callers at home.
std::string WithoutBracketedZero(std::string_view cell) {
  std::string digits(cell);
  const std::size_t zero = digits.find("(0)");
  if (zero != std::string::npos) digits.erase(zero, 3);
  return digits;
}

constexpr std::size_t kMinIban = 15;
constexpr std::size_t kMaxIban = 34;

bool HasValidIbanCheck(std::string_view iban) {
  unsigned remainder = 0;
  for (const char c : iban.substr(4)) remainder = identifiers::AppendToModulo97(remainder, c);
  for (const char c : iban.substr(0, 4)) remainder = identifiers::AppendToModulo97(remainder, c);
  return remainder == 1;
}

// Eight characters of ASCII, none of them a +.
bool IsPlainAscii(std::uint64_t word) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  const std::uint64_t without_plus = word ^ (kEach * '+');  // zero where one is
  return ((word | (without_plus - kEach)) & (0x80 * kEach)) == 0;
}

char UpperAscii(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

std::string_view CellKindName(CellKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)].name;
}

std::optional<CellKind> ParseCellKind(std::string_view name) {
  const auto* found =
      std::find_if(kKindNames.begin(), kKindNames.end(), [&](const KindName& k) { return k.name == name; });
  if (found == kKindNames.end()) return std::nullopt;
  return found->kind;
}

base::Result<std::string> NormaliseEmail(std::string_view cell) {
  cell = TrimSpace(cell);
  if (cell.starts_with("mailto:")) cell.remove_prefix(7);
  if (cell.size() > kMaxEmailBytes) return Refused("longer than an e-mail address can be");
  if (!IsEmailShaped(cell)) return Refused("no e-mail address");
  auto folded = FoldCase(cell);
  if (!folded) return Refused("not UTF-8");
  return WithoutPlusTag(*std::move(folded));
}

std::optional<std::string_view> FoldAsciiEmail(std::string_view candidate, std::span<char, kMaxEmailBytes> buffer) {
  if (candidate.size() > buffer.size()) return std::nullopt;
  std::size_t size = 0;
  // Eight at once, until something needs a closer look.
  for (std::uint64_t word = 0; candidate.size() - size >= sizeof(word); size += sizeof(word)) {
    std::memcpy(&word, candidate.data() + size, sizeof(word));
    if (!IsPlainAscii(word)) break;
    word = LowerAsciiWord(word);
    std::memcpy(buffer.data() + size, &word, sizeof(word));
  }
  // The last eight, some of them once more.
  if (std::uint64_t word = 0; candidate.size() - size < sizeof(word) && size > 0) {
    const std::size_t begin = candidate.size() - sizeof(word);
    std::memcpy(&word, candidate.data() + begin, sizeof(word));
    if (IsPlainAscii(word)) {
      word = LowerAsciiWord(word);
      std::memcpy(buffer.data() + begin, &word, sizeof(word));
      return std::string_view(buffer.data(), candidate.size());
    }
  }
  candidate.remove_prefix(size);
  bool tag = false;
  for (const char c : candidate) {
    if (static_cast<unsigned char>(c) >= 0x80) return std::nullopt;
    if (c == '+' && size > 0) tag = true;
    if (c == '@') tag = false;
    if (!tag) buffer[size++] = LowerAscii(c);
  }
  return std::string_view(buffer.data(), size);
}

base::Result<std::string> NormalisePhone(std::string_view cell, const PhonePlan& plan) {
  cell = TrimSpace(cell);
  if (cell.starts_with("tel:")) cell.remove_prefix(4);
  const bool plus = cell.starts_with("+") || cell.starts_with("(+");
  const std::string written = WithoutBracketedZero(cell);
  std::string digits;
  for (const char c : written) {
    if (IsAsciiLetter(c)) return Refused("no phone number: it contains letters");
    if (IsDigit(c)) digits.push_back(c);
  }
  const bool zeros = !plus && digits.starts_with("00");
  if (zeros) digits.erase(0, 2);
  auto key = PhoneKey(digits, plus || zeros, plan);
  if (!key) return Refused("no phone number: it has too few or too many digits");
  return *std::move(key);
}

base::Result<std::string> NormaliseIban(std::string_view cell) {
  std::string iban;
  for (const char c : TrimSpace(cell)) {
    if (c == ' ' || c == '-' || c == '.') continue;
    if (!IsAsciiLetter(c) && !IsDigit(c))
      return Refused("no IBAN: it contains other characters than letters and digits");
    iban.push_back(UpperAscii(c));
  }
  if (iban.size() < kMinIban || iban.size() > kMaxIban)
    return Refused("no IBAN: it has too few or too many characters");
  if (!IsAsciiLetter(iban[0]) || !IsAsciiLetter(iban[1])) return Refused("no IBAN: it does not begin with a country");
  if (!HasValidIbanCheck(iban)) return Refused("no IBAN: its check digits are wrong");
  return iban;
}

base::Result<std::string> NormaliseKey(std::string_view cell) {
  std::string key;
  std::size_t tokens = 0;
  TokenScanner scanner(cell);
  for (Token token; scanner.Next(token); ++tokens) {
    if (token.after_gap) return Refused("a key with a part that is no word");
    key.append(token.folded);
  }
  if (key.empty()) return Refused("no letter or digit in it");
  if (key.size() > kMaxKeyBytes || tokens > kMaxKeyTokens) return Refused("longer than a key can be to be looked for");
  return key;
}

base::Result<std::string> NormaliseWords(std::string_view cell) {
  std::vector<std::string> tokens;
  TokenScanner scanner(cell);
  for (Token token; tokens.size() < kMaxCellTokens && scanner.Next(token);) tokens.emplace_back(token.folded);
  if (tokens.empty()) return Refused("no word in it");
  std::sort(tokens.begin(), tokens.end());
  std::string words;
  for (const std::string& token : tokens) words.append(words.empty() ? "" : " ").append(token);
  return words;
}

base::Result<std::string> Normalise(CellKind kind, std::string_view cell, const PhonePlan& plan) {
  switch (kind) {
    case CellKind::kKey:
      return NormaliseKey(cell);
    case CellKind::kEmail:
      return NormaliseEmail(cell);
    case CellKind::kPhone:
      return NormalisePhone(cell, plan);
    case CellKind::kIban:
      return NormaliseIban(cell);
    case CellKind::kName:
    case CellKind::kText:
      return NormaliseWords(cell);
  }
  return Refused("unknown kind of cell");
}

bool IsDistinctiveKey(std::string_view normalised) {
  if (normalised.size() < 5 || std::none_of(normalised.begin(), normalised.end(), IsDigit)) return false;
  return normalised.size() >= 8 || !std::all_of(normalised.begin(), normalised.end(), IsDigit);
}

std::size_t CountWords(std::string_view cell) {
  std::size_t words = 0;
  std::size_t previous_end = 0;
  TokenScanner scanner(cell);
  for (Token token; scanner.Next(token);) {
    const std::string_view between = cell.substr(previous_end, token.begin - previous_end);
    const bool same_word =
        words > 0 && (between == "-" || between == "'" || between == "\u2019" || between == "\u2010");
    if (!same_word) ++words;
    previous_end = token.end;
  }
  return words;
}

}  // namespace vigie::customers
