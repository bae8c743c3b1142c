#include "core/content/extract/text_windows.h"

#include <algorithm>

#include "core/content/validate/byte_set.h"

namespace vigie::content {
namespace {

// No identifier continues across these.
constexpr ByteSet kBetweenCells(",;\"|<>{}[]\t");
constexpr ByteSet kLineEnd("\n");

// Behind the last of `marks` in text[low, high); `low` if there is none.
std::size_t BehindLast(std::string_view text, const ByteSet& marks, std::size_t low, std::size_t high) {
  while (high > low && !marks.Has(text[high - 1])) --high;
  return high;
}

}  // namespace

void TextWindows::Append(std::string_view text) {
  while (!text.empty()) {
    const auto room = fresh_begin_ + kWindowBytes - buffer_.size();
    const auto taken = text.substr(0, room);
    buffer_.append(taken);
    text.remove_prefix(taken.size());
    if (taken.size() == room) HandOut();
  }
}

void TextWindows::Finish() {
  // Whoever was told that more follows must hear of the end.
  if (buffer_.size() > fresh_begin_ || promised_more_) {
    sink_.Take({buffer_, origin_, fresh_begin_, buffer_.size(), false, &lent_});
  }
  buffer_.clear();
  lent_ = {};
  fresh_begin_ = 0;
  promised_more_ = false;
}

void TextWindows::HandOut() {
  const auto cut = FindCut();
  sink_.Take({std::string_view(buffer_).substr(0, cut.end), origin_, fresh_begin_, cut.fresh_end, true, &lent_});
  promised_more_ = true;
  const auto kept_from = StartOfContext(cut.fresh_end);
  buffer_.erase(0, kept_from);
  fresh_begin_ = cut.fresh_end - kept_from;
}

TextWindows::Cut TextWindows::FindCut() const {
  const auto line_end = BehindLast(buffer_, kLineEnd, fresh_begin_, buffer_.size());
  // No match continues over a line end, so nothing needs to be left to the next window.
  if (line_end > fresh_begin_) return {line_end, line_end};
  const auto lowest = buffer_.size() - kWindowBytes / 2;
  auto end = BehindLast(buffer_, kBetweenCells, lowest, buffer_.size());
  if (end == lowest) end = buffer_.size();
  return {end, end - kContextBytes};
}

std::size_t TextWindows::StartOfContext(std::size_t fresh_end) const {
  const auto wanted = fresh_end - std::min(fresh_end, kContextBytes);
  constexpr std::size_t kLongestLineRepeated = 64 * 1024;
  const auto lowest = wanted - std::min(wanted, kLongestLineRepeated);
  const auto line_start = BehindLast(buffer_, kLineEnd, lowest, wanted);
  if (line_start > lowest) return line_start;
  const auto cell_start = BehindLast(buffer_, kBetweenCells, lowest, wanted);
  return cell_start > lowest ? cell_start : wanted;
}

}  // namespace vigie::content
