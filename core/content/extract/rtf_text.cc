#include <algorithm>
#include <charconv>
#include <map>
#include <vector>

#include "core/content/extract/charset.h"
#include "core/content/extract/text_decoder.h"
#include "core/content/extract/text_filter.h"
#include "core/content/extract/transfer_encodings.h"

namespace vigie::content {
namespace {

struct Word {
  std::string_view name;
  std::string_view text;
};

// Words that stand for text.
constexpr Word kMeanings[] = {
    {"par", "\n"},   {"line", "\n"},     {"row", "\n"},      {"nestrow", "\n"}, {"sect", "\n"},   {"page", "\n"},
    {"cell", "\t"},  {"nestcell", "\t"}, {"tab", "\t"},      {"emdash", "—"},   {"endash", "–"},  {"lquote", "‘"},
    {"rquote", "’"}, {"ldblquote", "“"}, {"rdblquote", "”"}, {"bullet", "•"},   {"emspace", " "}, {"enspace", " "}};

// Groups that are no part of the running text. They are shown as well, on lines of their own.
constexpr std::string_view kAside[] = {"author",   "colortbl",   "comment", "company",  "fonttbl", "footer",
                                       "footnote", "header",     "info",    "keywords", "objdata", "operator",
                                       "pict",     "stylesheet", "subject", "title",    "manager", "doccomm"};

struct CodePage {
  int number;
  const char* charset;
};

// Values of \fcharset (RTF 1.9.1, "Font table").
constexpr CodePage kFontCharsets[] = {{77, "MACINTOSH"}, {128, "CP932"},  {129, "CP949"},  {134, "GB18030"},
                                      {136, "BIG5"},     {161, "cp1253"}, {162, "cp1254"}, {177, "cp1255"},
                                      {178, "cp1256"},   {186, "cp1257"}, {204, "cp1251"}, {222, "TIS-620"},
                                      {238, "cp1250"}};

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class RtfText final : public TextFilter {
 public:
  explicit RtfText(const CharsetTable& charsets) : charsets_(charsets), page_(charsets.Find("windows-1252")) {}

  void Append(std::string_view chunk, std::string& text) override {
    waiting_.append(chunk);
    Read(text, false);
  }
  void Finish(std::string& text) override {
    Read(text, true);
    FlushBytes(text);
    text.push_back('\n');
  }
  std::optional<v1::Reason> trouble() const override {
    return groups_.empty() && !too_deep_ ? std::nullopt : std::optional(v1::REASON_CORRUPT);
  }

 private:
  static constexpr std::size_t kLongestToken = 64;
  static constexpr std::size_t kDeepest = 4096;
  struct Group {
    const Charset* charset = nullptr;  // nullptr = the document's
    int fallback = 1;                  // characters behind each \u that stand for it
    bool aside = false;
    bool is_font_table = false;
  };

  void Read(std::string& text, bool is_last) {
    std::string_view rest = waiting_;
    while (!rest.empty() && (is_last || rest.size() > kLongestToken)) rest.remove_prefix(ReadToken(rest, text));
    waiting_.erase(0, waiting_.size() - rest.size());
  }

  std::size_t ReadToken(std::string_view rest, std::string& text) {
    switch (rest[0]) {
      case '\\':
        return ReadControl(rest, text);
      case '{':
        return OpenGroup(text), 1;
      case '}':
        return CloseGroup(text), 1;
      case '\r':
      case '\n':
        return 1;
      default:
        return ReadPlain(rest, text);
    }
  }

  std::size_t ReadPlain(std::string_view rest, std::string& text) {
    if (to_skip_ > 0) {
      // One character, which may be several bytes by now.
      --to_skip_;
      std::size_t used = 1;
      while (used < rest.size() && (static_cast<unsigned char>(rest[used]) & 0xc0) == 0x80) ++used;
      return used;
    }
    FlushBytes(text);
    const auto plain = rest.substr(0, rest.find_first_of("\\{}\r\n"));
    text.append(plain);
    return plain.size();
  }

  std::size_t ReadControl(std::string_view rest, std::string& text) {
    if (rest.size() < 2) return rest.size();
    if (rest[1] == '\'') return ReadHex(rest, text);
    if (IsLetter(rest[1])) return ReadWord(rest, text);
    FlushBytes(text);
    switch (rest[1]) {
      case '~':
        text.push_back(' ');
        break;
      case '_':
        text.push_back('-');
        break;
      case '\r':
      case '\n':
        text.push_back('\n');
        break;
      case '*':
        text.push_back(' ');
        break;
      case '-':
      case ':':
      case '|':
        break;
      default:
        text.push_back(rest[1]);
    }
    return 2;
  }

  std::size_t ReadHex(std::string_view rest, std::string& text) {
    const auto byte = HexByte(rest.substr(2));
    if (!byte) return text.append("\\'"), 2;
    if (to_skip_ > 0) {
      --to_skip_;
    } else {
      bytes_.push_back(static_cast<char>(*byte));
    }
    return 4;
  }

  std::size_t ReadWord(std::string_view rest, std::string& text) {
    std::size_t end = 1;
    while (end < rest.size() && end < kLongestToken / 2 && IsLetter(rest[end])) ++end;
    const auto name = rest.substr(1, end - 1);
    int value = 0;
    const auto* const digits = rest.data() + end;
    const auto parsed = std::from_chars(digits, rest.data() + std::min(rest.size(), end + 12), value);
    const bool has_value = parsed.ec == std::errc() && parsed.ptr != digits;
    if (has_value) end = static_cast<std::size_t>(parsed.ptr - rest.data());
    if (end < rest.size() && rest[end] == ' ') ++end;
    ActOn(name, has_value ? std::optional(value) : std::nullopt, text);
    return end;
  }

  void ActOn(std::string_view name, std::optional<int> value, std::string& text) {
    if (name == "u" && value) return AddUnicode(*value, text);
    FlushBytes(text);
    to_skip_ = 0;
    high_ = 0;
    const auto* const meaning = std::ranges::find(kMeanings, name, &Word::name);
    if (meaning != std::end(kMeanings)) return text.append(meaning->text), void();
    if (std::ranges::find(kAside, name) != std::end(kAside)) return BeginAside(name, text);
    if (name == "mac") page_ = charsets_.Find("MACINTOSH");
    if (name == "pc") page_ = charsets_.Find("IBM437");
    if (name == "pca") page_ = charsets_.Find("IBM850");
    if (!value) return;
    if (name == "ansicpg") SetPage(*value);
    if (name == "uc") group().fallback = std::clamp(*value, 0, 16);
    if (name == "f") SelectFont(*value);
    if (name == "fcharset") SetFontCharset(*value);
  }

  void AddUnicode(int value, std::string& text) {
    FlushBytes(text);
    const auto unit = static_cast<char32_t>(static_cast<std::uint16_t>(value));
    to_skip_ = group().fallback;
    const bool is_low = unit >= 0xdc00 && unit <= 0xdfff;
    if (unit >= 0xd800 && unit <= 0xdbff) return high_ = unit, void();
    const bool is_pair = high_ != 0 && is_low;
    AppendUtf8(is_pair ? 0x10000 + ((high_ - 0xd800) << 10) + (unit - 0xdc00) : unit < 0x20 ? U' ' : unit, text);
    high_ = 0;
  }

  void SetPage(int number) {
    const auto* const page = charsets_.Find("cp" + std::to_string(number));
    if (page != nullptr) page_ = page;
    if (number == 10000) page_ = charsets_.Find("MACINTOSH");
  }

  void SelectFont(int font) {
    font_ = font;
    if (group().is_font_table) return;
    const auto found = fonts_.find(font);
    group().charset = found == fonts_.end() ? nullptr : found->second;
  }

  void SetFontCharset(int number) {
    constexpr std::size_t kMostFonts = 4096;
    const auto* const known = std::ranges::find(kFontCharsets, number, &CodePage::number);
    if (fonts_.size() >= kMostFonts || known == std::end(kFontCharsets)) return;
    fonts_[font_] = group().charset = charsets_.Find(known->charset);
  }

  void BeginAside(std::string_view name, std::string& text) {
    if (name == "fonttbl") group().is_font_table = true;
    group().aside = true;
    text.push_back('\n');
  }

  Group& group() { return groups_.empty() ? outside_ : groups_.back(); }

  void OpenGroup(std::string& text) {
    FlushBytes(text);
    to_skip_ = 0;
    too_deep_ |= groups_.size() >= kDeepest;
    if (groups_.size() >= kDeepest) return;
    auto inner = group();
    inner.aside = false;
    groups_.push_back(inner);
  }

  void CloseGroup(std::string& text) {
    FlushBytes(text);
    to_skip_ = 0;
    if (group().aside || group().is_font_table) text.push_back('\n');
    if (!groups_.empty()) groups_.pop_back();
  }

  void FlushBytes(std::string& text) {
    if (bytes_.empty()) return;
    const auto* const charset = group().charset != nullptr ? group().charset : page_;
    TextDecoder decoder(charset == nullptr ? TextEncoding::kEightBit : TextEncoding::kCharset, charset);
    decoder.Decode(bytes_, text);
    decoder.Finish(text);
    bytes_.clear();
  }

  const CharsetTable& charsets_;
  const Charset* page_;
  std::map<int, const Charset*> fonts_;
  std::vector<Group> groups_;
  Group outside_;
  std::string waiting_;
  std::string bytes_;  // of \'hh, until they are decoded together
  int font_ = 0;
  int to_skip_ = 0;
  char32_t high_ = 0;
  bool too_deep_ = false;
};

}  // namespace

std::unique_ptr<TextFilter> MakeRtfText(const CharsetTable& charsets) {
  return std::make_unique<RtfText>(charsets);
}

}  // namespace vigie::content
