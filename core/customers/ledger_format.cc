#include "core/customers/ledger_format.h"

#include <sodium.h>

#include <charconv>
#include <optional>

namespace vigie::customers {
namespace {

constexpr std::string_view kFirstLine = "vigie-ledger 2";
constexpr std::string_view kFirstLineBefore = "vigie-ledger 1";
constexpr std::size_t kIdDigits = 32;
constexpr std::string_view kAnyVersion = "vigie-ledger ";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kSumDigits = 16;

std::string HexOf(const unsigned char* bytes, std::size_t size) {
  std::string hex;
  for (std::size_t i = 0; i < size; ++i) {
    hex.push_back(kHexDigits[bytes[i] >> 4]);
    hex.push_back(kHexDigits[bytes[i] & 15]);
  }
  return hex;
}

bool MustBeEscaped(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '%' || c == ',' || c == 0x7F;
}

std::string Escape(std::string_view key) {
  std::string escaped;
  for (const char c : key) {
    if (!MustBeEscaped(c)) {
      escaped.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    escaped.append("%").append(HexOf(&byte, 1));
  }
  return escaped;
}

std::optional<std::string> Unescape(std::string_view text) {
  std::string key;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      key.push_back(text[i]);
      continue;
    }
    const std::size_t high = i + 1 < text.size() ? kHexDigits.find(text[i + 1]) : std::string_view::npos;
    const std::size_t low = i + 2 < text.size() ? kHexDigits.find(text[i + 2]) : std::string_view::npos;
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    key.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return key;
}

std::string_view TakeField(std::string_view& line) {
  const std::size_t comma = line.find(',');
  const std::string_view field = line.substr(0, comma);
  line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
  return field;
}

template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  T number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<LedgerLine> ParseLine(std::string_view text) {
  LedgerLine line;
  const std::string_view kind = TakeField(text);
  if (kind == "id") {
    const bool hex = text.find_first_not_of(kHexDigits) == std::string_view::npos;
    if (!hex || text.size() != kIdDigits) return std::nullopt;
    line.kind = LedgerLine::Kind::kId;
    line.key = text;
    return line;
  }
  const auto record = ParseNumber<std::uint32_t>(TakeField(text));
  if (!record || *record == 0) return std::nullopt;
  line.record = *record;
  const std::string_view value = TakeField(text);
  if (!text.empty()) return std::nullopt;
  if (kind == "canary" && (value == "yes" || value == "no")) {
    line.kind = LedgerLine::Kind::kCanary;
    line.canary = value == "yes";
    return line;
  }
  auto key = Unescape(value);
  if (kind != "record" || !key || key->empty() || key->size() > kMaxLedgerKeyBytes) return std::nullopt;
  line.key = *std::move(key);
  return line;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  base::Result<void> Read(const std::function<base::Result<void>(LedgerLine)>& take) {
    if (auto first = ReadFirst(); !first) return first;
    while (true) {
      const auto line = NextLine();
      if (!line) return line.error();
      if (line->starts_with("end,")) return CheckEnd(line->substr(4));
      auto parsed = ParseLine(*line);
      if (!parsed) return Wrong("it says nothing that a ledger can say");
      if (auto taken = take(*std::move(parsed)); !taken) return Wrong(taken.error().message);
    }
  }

 private:
  base::Error Wrong(const std::string& what) const {
    return {base::ErrorCode::kDataLoss, "ledger line " + std::to_string(number_) + ": " + what +
                                            "; restore the ledger from a copy: record ids depend on it"};
  }

  base::Result<void> ReadFirst() {
    if (!text_.starts_with(kAnyVersion)) {
      return base::Error{base::ErrorCode::kInvalidArgument, "not a ledger of vigie index build"};
    }
    const auto first = NextLine();
    if (!first) return first.error();
    if (*first != kFirstLine && *first != kFirstLineBefore) {
      return base::Error{base::ErrorCode::kUnsupported,
                         "the ledger has another format version than this program reads (2)"};
    }
    return {};
  }

  // The next line, without its checksum, which was right.
  base::Result<std::string_view> NextLine() {
    ++number_;
    const std::size_t end = text_.find('\n');
    if (end == std::string_view::npos) return Wrong("the file is cut off here");
    const std::string_view line = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    if (line.size() <= kSumDigits || line[line.size() - kSumDigits - 1] != ',') return Wrong("it has no checksum");
    const std::string_view content = line.substr(0, line.size() - kSumDigits - 1);
    if (chain_.Append(content) != line.substr(line.size() - kSumDigits)) return Wrong("its checksum is wrong");
    return content;
  }

  base::Result<void> CheckEnd(std::string_view count) const {
    if (ParseNumber<std::uint64_t>(count) != number_ - 1) return Wrong("it states another number of lines");
    if (!text_.empty()) return Wrong("something follows after the end");
    return {};
  }

  std::string_view text_;
  LedgerChain chain_;
  std::uint64_t number_ = 0;
};

}  // namespace

std::string LedgerChain::Append(std::string_view line) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, state_.size());
  crypto_generichash_update(&state, state_.data(), state_.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(line.data()), line.size());
  crypto_generichash_final(&state, state_.data(), state_.size());
  return HexOf(state_.data(), kSumDigits / 2);
}

LedgerWriter::LedgerWriter() {
  AppendLine(std::string(kFirstLine));
}

void LedgerWriter::AppendLine(const std::string& line) {
  text_.append(line).append(",").append(chain_.Append(line)).append("\n");
  ++lines_;
}

void LedgerWriter::Append(const LedgerLine& line) {
  if (line.kind == LedgerLine::Kind::kId) return AppendLine("id," + line.key);
  const std::string record = std::to_string(line.record);
  if (line.kind == LedgerLine::Kind::kRecord) return AppendLine("record," + record + "," + Escape(line.key));
  AppendLine("canary," + record + (line.canary ? ",yes" : ",no"));
}

std::string LedgerWriter::Finish() && {
  AppendLine("end," + std::to_string(lines_));
  return std::move(text_);
}

base::Result<void> ReadLedgerLines(std::string_view text, const std::function<base::Result<void>(LedgerLine)>& take) {
  return Reader(text).Read(take);
}

}  // namespace vigie::customers
