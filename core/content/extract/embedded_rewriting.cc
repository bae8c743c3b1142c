#include "core/content/extract/embedded_rewriting.h"

#include <algorithm>

#include "core/content/extract/text_decoder.h"
#include "core/content/extract/text_sniffer.h"
#include "core/content/validate/ascii.h"
#include "core/content/validate/byte_set.h"

namespace vigie::content {
namespace {

constexpr int kMostStarts = 4;

constexpr ByteSet kHexSeparators(" :-,\r\n");
constexpr ByteSet kSpacedHex("0123456789abcdefABCDEF :-,\r\n");

std::string DecodeText(std::string_view bytes) {
  TextDecoder decoder(SniffEncoding(bytes, true).value_or(TextEncoding::kEightBit));
  std::string text;
  decoder.Decode(bytes, text);
  decoder.Finish(text);
  return text;
}

// "4111 1111" is like "5500 0000": rows of one shape are values, each of its own. Those of a cut file differ.
bool HaveOneShape(std::string_view a, std::string_view b) {
  const auto shape = [](char c) { return IsDigit(c) ? '0' : IsLetter(c) ? 'a' : c; };
  return a.size() == b.size() && std::ranges::equal(a, b, {}, shape, shape);
}

std::string BytesOfRow(std::string_view line) {
  std::string bytes;
  line = line.substr(0, line.find('\n'));
  for (auto byte = HexByte(line); byte; byte = HexByte(line)) {
    bytes.push_back(static_cast<char>(*byte));
    line.remove_prefix(std::min(kHexSeparators.FindNotIn(line, 2), line.size()));
  }
  return bytes;
}

// Whether the next line belongs to a dump whose lines spell `width` bytes each: it spells as many, or is the last one.
bool GoesOnAsDump(std::string_view next_line, std::size_t width) {
  constexpr std::size_t kWidths[] = {8, 15, 16, 18, 32};
  if (std::ranges::find(kWidths, width) == std::end(kWidths)) return false;
  const auto end = std::min(next_line.find('\n'), next_line.size());
  const auto digits = static_cast<std::size_t>(
      std::ranges::count_if(next_line.substr(0, end), [](char c) { return kHexDigits.Has(c); }));
  const auto after = next_line.substr(std::min(end + 1, next_line.size()));
  return digits == 2 * width || (digits < 2 * width && (after.size() < 2 || !HexByte(after)));
}

// What "4a 65:616e-…" at the front of `text` spells; bytes of it. Lines that are no dump's are values of their own.
std::size_t ReadSpacedHex(std::string_view text, std::string& bytes) {
  constexpr std::size_t kWidestGap = 2;
  constexpr std::size_t kTelling = 12;
  std::size_t position = 0;
  std::size_t end = 0;
  std::size_t line_begin = 0;  // in `bytes`
  while (bytes.size() < StretchReader::kMostBytes) {
    const auto byte = HexByte(text.substr(position));
    if (!byte) break;
    bytes.push_back(static_cast<char>(*byte));
    end = position + 2;
    // Columns of numbers spell control characters: not worth reading on.
    if (bytes.size() == kTelling && JudgeDecoded(bytes) == StretchWorth::kNothing) break;
    position = kHexSeparators.FindNotIn(text, end);
    if (position - end > kWidestGap) break;
    if (text.substr(end, position - end).find('\n') == std::string_view::npos) continue;
    const auto next_line = text.substr(position);
    if (!GoesOnAsDump(next_line, bytes.size() - line_begin)) break;
    if (HaveOneShape(std::string_view(bytes).substr(line_begin), BytesOfRow(next_line))) break;
    line_begin = bytes.size();
  }
  return end;
}

bool IsHexRun(std::string_view run) {
  constexpr std::size_t kShortest = 32;
  return run.size() >= kShortest && run.size() % 2 == 0 && kHexDigits.FindNotIn(run, 0) == run.size();
}

// 0x4a65…: bytes of the prefix.
std::size_t HexPrefix(std::string_view run) {
  const bool has_prefix = run.starts_with("0x") || run.starts_with("0X");
  return has_prefix && IsHexRun(run.substr(2)) ? 2 : 0;
}

// In base64 ASCII has a letter in every group of four, and chance makes no long row without one: 12-34-56-….
bool MayBeBase64(std::string_view run) {
  constexpr std::size_t kTelling = 64;
  return std::ranges::any_of(run.substr(0, kTelling), IsLetter);
}

// What the first digits of a run are worth by themselves.
StretchWorth JudgeBeginning(std::string_view digits, StretchCode code) {
  constexpr std::size_t kTelling = 64;
  StretchReader reader(code, 0);
  reader.Append(digits.substr(0, kTelling));
  return JudgeDecoded(reader.TakeBytes());
}

}  // namespace

EmbeddedRewriting::EmbeddedRewriting(const Context& context)
    : with_(context), text_(context.buffer.text), escapes_(text_) {
  boundaries_[0].position = context.buffer.fresh_begin;
  boundaries_[1].position = context.buffer.fresh_end;
}

bool EmbeddedRewriting::Run(const EncodedCandidates& candidates) {
  constexpr auto kNone = std::uint32_t{0xffffffff};
  const auto at = [](const std::vector<std::uint32_t>& list, std::size_t i) {
    return i < list.size() ? list[i] : kNone;
  };
  std::size_t word = 0;
  std::size_t hex = 0;
  std::size_t escape = 0;
  while (true) {
    const auto first =
        std::min({at(candidates.words, word), at(candidates.spaced_hex, hex), at(candidates.escapes, escape)});
    if (first == kNone) break;
    if (first == at(candidates.words, word)) {
      ++word;
      TryWord(first);
    } else if (first == at(candidates.spaced_hex, hex)) {
      ++hex;
      TrySpacedHex(first);
    } else {
      ++escape;
      TryEscape(first);
    }
  }
  SettleBoundaries({text_.size() + 1, text_.size() + 1}, result_.size(), result_.size());
  if (cursor_ == 0) return false;
  result_.append(text_.substr(cursor_));
  return true;
}

void EmbeddedRewriting::TryEscape(std::size_t position) {
  if (position < cursor_ || position >= text_.size()) return;
  std::string meaning;
  const auto used = escapes_.Undo(position, meaning);
  if (used != 0) Replace({position, position + used}, meaning);
}

void EmbeddedRewriting::TrySpacedHex(std::size_t inside) {
  const auto lowest = std::max(cursor_, hex_read_);
  if (inside < lowest) return;
  auto begin = inside;
  while (begin > lowest && kSpacedHex.Has(text_[begin - 1])) --begin;
  hex_read_ = std::max(inside + 1, kSpacedHex.FindNotIn(text_, inside));
  // Only within this run: a text without any gap would be searched to its end for each of its runs.
  const auto run = text_.substr(0, hex_read_);
  const auto has_gap = [&] { return begin < run.size() && kHexSeparators.FindIn(run, begin) < run.size(); };
  for (int i = 0; i < kMostStarts && has_gap(); ++i) {  // words of hex letters may stand before it
    begin = kHexSeparators.FindNotIn(text_, begin);
    std::size_t used = 0;
    if (TakeSpacedHex(begin, used)) {
      begin += used;
      i = -1;
      continue;
    }
    begin = kHexSeparators.FindIn(text_, begin);
  }
}

bool EmbeddedRewriting::TakeSpacedHex(std::size_t begin, std::size_t& used) {
  std::string bytes;
  used = ReadSpacedHex(text_.substr(begin), bytes);
  const auto worth = JudgeDecoded(bytes);
  // Rows of numbers are many; only text and files are on purpose.
  if (worth != StretchWorth::kText && worth != StretchWorth::kFile) return false;
  return TakeDecoded(std::move(bytes), {{begin, begin + used}, "hex"});
}

void EmbeddedRewriting::TryWord(std::size_t inside) {
  const auto lowest = std::max(cursor_, word_read_);
  if (inside < lowest) return;
  auto begin = inside;
  // The candidates' class is a little wider than the alphabet.
  while (begin < text_.size() && begin < inside + 24 && !kBase64Digits.Has(text_[begin])) ++begin;
  while (begin > lowest && kBase64Digits.Has(text_[begin - 1])) --begin;
  const auto end = kBase64Digits.FindNotIn(text_, begin);
  word_read_ = std::max(end, inside + 1);
  begin += HexPrefix(text_.substr(begin, end - begin));
  if (SkipKnown(begin) || TryText({begin, end})) return;
  constexpr std::size_t kShortestBinary = 64;
  const auto run = text_.substr(begin, end - begin);
  if (run.size() < kShortestBinary) return;
  if (IsHexRun(run)) {
    ReadStretch(begin, StretchCode::kHex);
  } else if (MayBeBase64(run)) {
    ReadStretch(begin, StretchCode::kBase64);
  }
}

bool EmbeddedRewriting::TryText(TextRange run) {
  constexpr std::size_t kShortest = 24;
  for (int i = 0; i < kMostStarts && run.end - run.begin >= kShortest; ++i) {
    const auto digits = text_.substr(run.begin, run.end - run.begin);
    for (const auto code : {StretchCode::kHex, StretchCode::kBase64}) {
      if (code == StretchCode::kHex ? !IsHexRun(digits) : !MayBeBase64(digits)) continue;
      const auto worth = JudgeBeginning(digits, code);
      const bool promising = worth == StretchWorth::kText || worth == StretchWorth::kFile;
      if (promising && ReadStretch(run.begin, code)) return true;
    }
    const auto sign = digits.find_first_of("/+-_");  // a path may end in it: …/upload/SmVhbi…
    if (sign == std::string_view::npos) break;
    run.begin += sign + 1;
  }
  return false;
}

bool EmbeddedRewriting::ReadStretch(std::size_t begin, StretchCode code) {
  constexpr std::size_t kFarthestColumn = 256;
  const auto before = text_.substr(begin - std::min(begin, kFarthestColumn), std::min(begin, kFarthestColumn));
  const auto line_start = before.rfind('\n');
  StretchReader reader(code, line_start == std::string_view::npos ? before.size() : before.size() - line_start - 1);
  auto used = reader.Append(text_.substr(begin));
  Place place{{begin, begin + used}, code == StretchCode::kHex ? "hex" : "base64"};
  if (!reader.ended() && with_.may_stay_open && with_.buffer.Owns(begin)) {
    open_.emplace(EmbeddedText::OpenStretch{std::move(reader), OriginOf(place), text_.size() - with_.buffer.fresh_end});
    word_read_ = text_.size();
    return true;
  }
  // A line end behind the last digits is the text's own.
  while (reader.ended() && used > 0 && (text_[begin + used - 1] == '\n' || text_[begin + used - 1] == '\r')) --used;
  place.range.end = begin + used;
  if (reader.is_cut()) with_.owner.extraction_.coverage().Note(v1::REASON_TOO_LARGE);
  return TakeDecoded(reader.TakeBytes(), place);
}

bool EmbeddedRewriting::SkipKnown(std::size_t begin) {
  const auto known = std::ranges::find_if(
      with_.known, [&](const TextRange& range) { return begin >= range.begin && begin < range.end; });
  if (known == with_.known.end()) return false;
  word_read_ = std::max(word_read_, known->end);
  NoteHandedOn(*known);
  return true;
}

bool EmbeddedRewriting::TakeDecoded(std::string bytes, const Place& place) {
  const auto worth = JudgeDecoded(bytes);
  if (worth == StretchWorth::kNothing) return false;
  word_read_ = std::max(word_read_, place.range.end);
  hex_read_ = std::max(hex_read_, place.range.end);
  // {" in base64: a JSON Web Token (RFC 7519) is a secret as it stands, whatever it says.
  const bool may_be_token = text_.substr(place.range.begin).starts_with("eyJ");
  if (worth == StretchWorth::kText && bytes.size() < EmbeddedText::kShortText && !may_be_token) {
    Replace(place.range, DecodeText(bytes));
  } else {
    HandOn(std::move(bytes), place, worth);
  }
  return true;
}

void EmbeddedRewriting::HandOn(std::string bytes, const Place& place, StretchWorth worth) {
  NoteHandedOn(place.range);
  if (!with_.buffer.Owns(place.range.begin)) return;  // context: another buffer has it
  if (worth == StretchWorth::kBinary) return with_.owner.InspectBinary(bytes, OriginOf(place));
  with_.owner.InspectDecoded(std::move(bytes), OriginOf(place));
}

void EmbeddedRewriting::NoteHandedOn(TextRange range) {
  const auto begin = result_.size() + (range.begin - std::min(cursor_, range.begin));
  handed_on_.push_back({begin, begin + (range.end - range.begin)});
}

void EmbeddedRewriting::Replace(TextRange range, std::string_view meaning) {
  const auto before = result_.size();
  result_.append(text_.substr(cursor_, range.begin - cursor_)).append(meaning);
  SettleBoundaries(range, before, result_.size());
  cursor_ = range.end;
}

// A boundary inside what was replaced moves behind it: what begins before a boundary belongs to the buffer before it.
void EmbeddedRewriting::SettleBoundaries(TextRange range, std::size_t size_before, std::size_t size_after) {
  for (auto& boundary : boundaries_) {
    if (boundary.settled || boundary.position >= range.end) continue;
    boundary.settled = true;
    boundary.mapped = boundary.position <= range.begin ? size_before + (boundary.position - cursor_) : size_after;
  }
}

std::string EmbeddedRewriting::OriginOf(const Place& place) const {
  return std::string(with_.buffer.origin) + "/" + place.code + "@" + std::to_string(with_.offset + place.range.begin);
}

}  // namespace vigie::content
