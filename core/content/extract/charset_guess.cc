#include <uchardet/uchardet.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <vector>

#include "core/content/extract/charset.h"
#include "core/content/extract/text_sniffer.h"
#include "platform/base/utf8.h"

namespace vigie::content {
namespace {

constexpr std::size_t kSampleBytes = 4096;

bool IsHigh(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}
bool IsWordByte(char c) {
  return IsHigh(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'';
}

// The words that hold high bytes, one space between them: all else reads the same in every charset.
std::string HighWords(std::string_view head) {
  std::string words;
  std::size_t begin = 0;
  while (begin < head.size() && words.size() < kSampleBytes) {
    const auto end = std::find_if_not(head.begin() + static_cast<std::ptrdiff_t>(begin), head.end(), IsWordByte);
    const auto word = head.substr(begin, static_cast<std::size_t>(end - head.begin()) - begin);
    if (std::ranges::any_of(word, IsHigh)) words.append(word.substr(0, 64)).push_back(' ');
    begin += word.size() + 1;
  }
  return words;
}

struct Utf8Count {
  std::size_t characters = 0;  // of more than one byte
  std::size_t wrong_bytes = 0;
};

Utf8Count CountUtf8(std::string_view head) {
  Utf8Count count;
  while (!head.empty()) {
    const auto character = base::FirstUtf8Character(head);
    if (character.form == base::Utf8Form::kIncomplete) break;
    count.characters += character.bytes > 1 ? 1 : 0;
    count.wrong_bytes += character.bytes == 0 ? 1 : 0;
    head.remove_prefix(std::max<std::size_t>(character.bytes, 1));
  }
  return count;
}

// How much a reading looks like words of a language: letters in one script, capitals where capitals stand.
class ReadingScore {
 public:
  double Of(std::string_view utf8) {
    for (std::size_t i = 0; i < utf8.size();) {
      utf8proc_int32_t code_point = -1;
      const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(utf8.data() + i);
      const auto length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(utf8.size() - i), &code_point);
      i += length <= 0 ? 1 : static_cast<std::size_t>(length);
      Take(Describe(length <= 0 ? 0xfffd : code_point));
    }
    Take({});
    return score_;
  }

 private:
  enum class Kind { kOther, kLower, kUpper, kLetter, kSymbol, kWrong };
  struct Character {
    utf8proc_int32_t code_point = ' ';
    Kind kind = Kind::kOther;
    bool is_letter() const { return kind == Kind::kLower || kind == Kind::kUpper || kind == Kind::kLetter; }
    bool is_high() const { return code_point >= 0x80; }
    int script() const { return code_point < 0x250 ? 0 : code_point < 0x400 ? 1 : code_point < 0x530 ? 2 : 3; }
  };

  static Kind KindOf(utf8proc_int32_t c) {
    switch (utf8proc_category(c)) {
      case UTF8PROC_CATEGORY_LU:
        return Kind::kUpper;
      case UTF8PROC_CATEGORY_LL:
        return c == 0x192 || c == 0xb5 ? Kind::kSymbol : Kind::kLower;  // florin and micro are no letters of words
      case UTF8PROC_CATEGORY_LO:
        return c == 0xaa || c == 0xba ? Kind::kSymbol : Kind::kLetter;
      case UTF8PROC_CATEGORY_MN:
        return Kind::kLetter;
      case UTF8PROC_CATEGORY_CC:
      case UTF8PROC_CATEGORY_CN:
      case UTF8PROC_CATEGORY_CO:
        return Kind::kWrong;
      default:
        return Kind::kSymbol;
    }
  }

  static Character Describe(utf8proc_int32_t c) {
    if (c == ' ' || c == '\'' || c == 0x2019) return {c, Kind::kOther};
    return {c, c == 0xfffd ? Kind::kWrong : KindOf(c)};
  }

  // Letters that Western languages use much, and the ten most frequent of Russian.
  static bool IsCommon(utf8proc_int32_t c) {
    constexpr std::u32string_view kCommon = U"éèêëàâäçîïôöùûüœñáíóúãõåøæßÉÈÀÇÖÜÄоеаинтсрвлОЕАИНТСРВЛ";
    return kCommon.find(static_cast<char32_t>(c)) != std::u32string_view::npos;
  }

  void Take(const Character& next) {
    if (now_.is_high()) score_ += Judge(next);
    before_ = now_;
    now_ = next;
  }

  double Judge(const Character& next) const {
    if (now_.kind == Kind::kWrong) return -8;
    if (now_.kind == Kind::kOther) return 0;
    if (now_.kind == Kind::kSymbol) return before_.is_letter() && next.is_letter() ? -3 : -0.5;
    double value = IsCommon(now_.code_point) ? (now_.script() == 0 ? 2 : 1.5) : 1;
    if (!before_.is_letter()) return value;
    if (before_.script() != now_.script()) value -= 3;
    if (now_.kind == Kind::kUpper && before_.kind == Kind::kLower) value -= 4;
    if (now_.kind == Kind::kUpper && before_.kind == Kind::kUpper && next.kind == Kind::kLower) value -= 3;
    if (now_.kind == Kind::kLower && before_.kind == Kind::kUpper && next.kind == Kind::kUpper) value -= 3;
    // Accents stand alone: a row of them is another script, misread.
    if (now_.script() == 0 && before_.is_high()) value -= 3;
    return value;
  }

  Character before_;
  Character now_;
  double score_ = 0;
};

std::string AskUchardet(std::string_view head) {
  const std::unique_ptr<uchardet, void (*)(uchardet_t)> detector(uchardet_new(), uchardet_delete);
  if (uchardet_handle_data(detector.get(), head.data(), head.size()) != 0) return "";
  uchardet_data_end(detector.get());
  return uchardet_get_charset(detector.get());
}

bool DecodesWholly(const Charset& charset, std::string_view head) {
  std::string text;
  const auto progress = charset.Decode(head, text);
  constexpr std::size_t kLongestCharacter = 4;
  return !progress.undecodable && head.size() - progress.used < kLongestCharacter && !HasControls(text);
}

// <?xml version="1.0" encoding="windows-1251"?> and <meta charset="…">, <meta … content="text/html; charset=…">.
std::string_view DeclaredCharset(std::string_view head) {
  constexpr std::size_t kDeclaredWithin = 1024;
  head = head.substr(0, kDeclaredWithin);
  if (head.find('<') == std::string_view::npos) return "";
  for (const std::string_view key : {"encoding=", "charset="}) {
    const auto found = head.find(key);
    if (found == std::string_view::npos) continue;
    auto value = head.substr(found + key.size());
    value.remove_prefix(std::min(value.find_first_not_of("\"' "), value.size()));
    return value.substr(0, value.find_first_of("\"' />;\r\n"));
  }
  return "";
}

const Charset* GuessStateful(std::string_view head, const CharsetTable& charsets) {
  for (const char* name : {"ISO-2022-JP", "ISO-2022-KR", "ISO-2022-CN"}) {
    const auto* const charset = charsets.Find(name);
    std::string text;
    if (charset != nullptr && !charset->Decode(head, text).undecodable && text.size() != head.size()) return charset;
  }
  return nullptr;
}

// A charset and those that share most of its letters.
std::vector<const Charset*> WithRelated(const Charset* charset, const CharsetTable& charsets) {
  if (charset == nullptr) return {};
  static constexpr std::array<std::array<const char*, 3>, 2> kFamilies = {
      {{"WINDOWS-1252", "ISO-8859-1", "ISO-8859-15"}, {"WINDOWS-1250", "ISO-8859-2", "ISO-8859-2"}}};
  std::vector<const Charset*> related = {charset};
  for (const auto& family : kFamilies) {
    if (std::ranges::find(family, charset->name()) == family.end()) continue;
    for (const char* name : family) related.push_back(charsets.Find(name));
  }
  return related;
}

const Charset* BestReading(std::string_view words, const Charset* told, const CharsetTable& charsets) {
  // Where two read equally well the earlier one has it.
  constexpr const char* kCandidates[] = {"WINDOWS-1252", "MACINTOSH",    "IBM850",       "ISO-8859-15", "WINDOWS-1251",
                                         "KOI8-R",       "IBM866",       "MAC-CYRILLIC", "ISO-8859-5",  "WINDOWS-1253",
                                         "ISO-8859-7",   "WINDOWS-1250", "ISO-8859-2",   "WINDOWS-1254"};
  const Charset* best = nullptr;
  double best_score = 0;
  const auto consider = [&](const Charset* charset, double bonus) {
    if (charset == nullptr) return;
    std::string text;
    charset->Decode(words, text);
    const double score = ReadingScore().Of(text) + bonus;
    if (best == nullptr || score > best_score + 0.01) best_score = score, best = charset;
  };
  for (const char* name : kCandidates) consider(charsets.Find(name), 0);
  const auto high = std::ranges::count_if(words, IsHigh);
  constexpr std::ptrdiff_t kEnoughToTell = 12;
  // Whoever told knows the language; which of its charsets it is, the words say.
  for (const auto* charset : WithRelated(told, charsets)) {
    consider(charset, high < kEnoughToTell ? 0 : static_cast<double>(high));
  }
  return best_score > 0 ? best : nullptr;
}

// Whether the high bytes mostly stand in rows, as they do in every script but the Latin one.
bool StandInRows(std::string_view words) {
  std::size_t high = 0;
  std::size_t beside = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!IsHigh(words[i])) continue;
    ++high;
    beside += (i > 0 && IsHigh(words[i - 1])) || (i + 1 < words.size() && IsHigh(words[i + 1])) ? 1 : 0;
  }
  return 2 * beside > high;
}

}  // namespace

const Charset* GuessCharset(std::string_view head, const CharsetTable& charsets) {
  if (HasControls(head)) return nullptr;
  if (head.find("\x1b$") != std::string_view::npos) return GuessStateful(head, charsets);
  const auto rest = head.substr(base::Utf8Prefix(head));
  if (rest.empty() || base::FirstUtf8Character(rest).form == base::Utf8Form::kIncomplete) return nullptr;
  const auto utf8 = CountUtf8(head);
  if (utf8.wrong_bytes == 0 || utf8.characters >= utf8.wrong_bytes) return nullptr;
  const auto* const declared = charsets.Find(DeclaredCharset(head));
  if (declared != nullptr && DecodesWholly(*declared, head)) return declared;
  const auto words = HighWords(head);
  const auto* const told = charsets.Find(AskUchardet(head));
  const bool other_script = StandInRows(words);
  if (other_script && told != nullptr && !told->is_single_byte() && DecodesWholly(*told, head)) return told;
  const auto* const best = BestReading(words, told != nullptr && told->is_single_byte() ? told : nullptr, charsets);
  return best == nullptr || best->name() == "WINDOWS-1252" ? nullptr : best;
}

}  // namespace vigie::content
