#include "core/credentials/passwords.h"

#include <sodium.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace vigie::credentials {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr unsigned long long kPasses = 3;
constexpr std::size_t kMemory = std::size_t{64} << 20;
constexpr std::size_t kLongestUnit = 6;  // that is repeated
constexpr std::size_t kLeastBeside = 8;  // beside the name, and beside words that many choose
constexpr std::size_t kGroups = 5;
constexpr std::size_t kGroupLetters = 4;
// What lists of passwords that became known are full of, in this product's languages and keyboards, in small letters. A
// word that holds another stands before it.
constexpr auto kCommon = std::to_array<std::string_view>(
    {"motdepasse",   "password", "passwort", "passw0rd", "p@ssw0rd",      "p@ssword",       "qwertyuiop", "azertyuiop",
     "qwertzuiop",   "qwerty",   "azerty",   "qwertz",   "asdfghjkl",     "qsdfghjklm",     "1q2w3e4r5t", "1q2w3e4r",
     "1qaz2wsx3edc", "1qaz2wsx", "zxcvbnm",  "wxcvbn",   "administrator", "administrateur", "admin",      "welcome",
     "bienvenue",    "bonjour",  "letmein",  "changeme", "changezmoi",    "iloveyou",       "jetaime",    "soleil",
     "sunshine",     "football", "dragon",   "vigie"});

Error Weak(const char* why) {
  return {ErrorCode::kInvalidArgument, std::string("password: ") + why};
}

// NFKC; what is no UTF-8 stays as it is.
std::string Normalised(std::string_view password) {
  utf8proc_uint8_t* text = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(password.data()),
                                 static_cast<utf8proc_ssize_t>(password.size()), &text,
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT));
  if (size < 0) return std::string(password);
  std::string normalised(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  std::free(text);
  return normalised;
}

std::string InSmallLetters(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return small;
}

std::size_t CharactersOf(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (c & 0xC0) != 0x80; }));
}

bool Repeats(std::string_view text, std::size_t unit) {
  return text.size() >= 2 * unit && text.substr(unit) == text.substr(0, text.size() - unit);
}

bool IsRepeated(std::string_view text) {
  for (std::size_t unit = 1; unit <= kLongestUnit; ++unit) {
    if (Repeats(text, unit)) return true;
  }
  return false;
}

bool IsNext(char one, char other) {
  const int step = other - one;
  return step == 1 || (one == '9' && other == '0');
}

// "abcdefghijkl", "098765432109".
bool IsRow(std::string_view text) {
  const auto up = [](char one, char other) { return !IsNext(one, other); };
  const auto down = [](char one, char other) { return !IsNext(other, one); };
  return std::ranges::adjacent_find(text, up) == text.end() || std::ranges::adjacent_find(text, down) == text.end();
}

std::string Without(std::string text, std::string_view word) {
  if (word.empty()) return text;
  for (auto found = text.find(word); found != std::string::npos; found = text.find(word)) {
    text.erase(found, word.size());
  }
  return text;
}

// "Password12345678"; "a quiet admin of harbours" has enough beside the word.
bool IsCommon(const std::string& text) {
  std::string beside = text;
  for (const std::string_view word : kCommon) beside = Without(std::move(beside), word);
  return beside.size() < kLeastBeside || (beside != text && (IsRow(beside) || IsRepeated(beside)));
}

bool Ready() {
  return sodium_init() >= 0;
}

}  // namespace

Result<void> CheckPassword(std::string_view password, std::string_view name) {
  const std::string text = InSmallLetters(Normalised(password));
  if (CharactersOf(text) < kLeastPasswordCharacters) return Weak("must have at least 12 characters");
  if (password.size() > kMostPasswordBytes) return Weak("must have at most 256 bytes");
  if (IsRepeated(text) || IsRow(text)) return Weak("is easily guessed: a few characters again and again, or in a row");
  if (Without(text, InSmallLetters(name)).size() < kLeastBeside)
    return Weak("is easily guessed: little more than the name");
  if (IsCommon(text)) return Weak("is easily guessed: little more than words that many choose");
  return {};
}

Result<std::string> HashPassword(std::string_view password) {
  if (!Ready()) return Error{ErrorCode::kInternal, "libsodium cannot be initialised"};
  const std::string text = Normalised(password);
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), text.data(), text.size(), kPasses, kMemory, crypto_pwhash_ALG_ARGON2ID13) ==
      0) {
    return std::string(hash.data());
  }
  return Error{ErrorCode::kUnavailable, "no memory to work with passwords: try again in a moment"};
}

bool PasswordMatches(const std::string& hash, std::string_view password) {
  const std::string text = Normalised(password);
  return Ready() && crypto_pwhash_str_verify(hash.c_str(), text.data(), text.size()) == 0;
}

const std::string& NobodysPasswordHash() {
  static const std::string hash = "$argon2id$v=19$m=" + std::to_string(kMemory / 1024) +
                                  ",t=" + std::to_string(kPasses) + ",p=1$" + std::string(22, 'A') + "$" +
                                  std::string(43, 'A');
  return hash;
}

std::string CreateOneTimePassword() {
  constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyz23456789";  // 32 of them: five bits each
  if (!Ready()) std::abort();  // as a machine without randomness must not hand out tokens
  std::string password;
  for (std::size_t letter = 0; letter < kGroups * kGroupLetters; ++letter) {
    if (letter > 0 && letter % kGroupLetters == 0) password += '-';
    password += kLetters[randombytes_uniform(static_cast<std::uint32_t>(kLetters.size()))];
  }
  return password;
}

}  // namespace vigie::credentials
