#include "core/content/extract/mail_lines.h"

#include <algorithm>
#include <span>

namespace vigie::content {

MailLines::Piece MailLines::Next() {
  if (stop_ != Stop::kNone) return {};
  const auto piece = PeekPiece();
  if (piece.empty()) {
    stop_ = Stop::kEnd;
    return {};
  }
  if (at_line_start_) stop_ = Judge(piece);
  if (stop_ != Stop::kNone) return {};
  const Piece next{piece, at_line_start_, piece.ends_with('\n')};
  position_ += piece.size();
  behind_empty_line_ = next.is_start && next.is_end && piece.size() <= 2;
  at_line_start_ = next.is_end;
  return next;
}

void MailLines::PassStop() {
  if (stop_ == Stop::kEnd) return;
  stop_ = Stop::kNone;
  // The rest of the line, however long.
  while (true) {
    const auto piece = PeekPiece();
    position_ += piece.size();
    if (piece.empty() || piece.ends_with('\n')) break;
  }
  at_line_start_ = true;
  behind_empty_line_ = false;
}

// To the end of the line, of the buffer, or of what may be in one piece.
std::string_view MailLines::PeekPiece() {
  const auto unread = [this] { return std::string_view(buffer_).substr(position_); };
  while (unread().size() < kLongestPiece && unread().find('\n') == std::string_view::npos && Fill()) {
  }
  const auto rest = unread();  // only now: Fill moves the buffer, at the end of the mail as well
  const auto line_end = rest.find('\n');
  return rest.substr(0, std::min(line_end == std::string_view::npos ? rest.size() : line_end + 1, kLongestPiece));
}

bool MailLines::Fill() {
  if (ended_) return false;
  buffer_.erase(0, position_);
  position_ = 0;
  constexpr std::size_t kChunkBytes = 64 * 1024;
  const auto before = buffer_.size();
  buffer_.resize(before + kChunkBytes);
  const auto count = part_.Read(std::span(buffer_).subspan(before));
  buffer_.resize(before + count);
  ended_ = count == 0;
  return !ended_;
}

MailLines::Stop MailLines::Judge(std::string_view line) {
  if (is_mbox_ && behind_empty_line_ && line.starts_with("From ")) {
    stopped_at_ = 0;
    return Stop::kMessage;
  }
  if (!line.starts_with("--")) return Stop::kNone;
  line.remove_prefix(2);
  for (auto i = boundaries_.size(); i-- > 0;) {  // an outer boundary ends the inner parts as well
    if (!line.starts_with(boundaries_[i])) continue;
    const auto behind = line.substr(boundaries_[i].size());
    const bool last = behind.starts_with("--");
    if (behind.substr(last ? 2 : 0).find_first_not_of(" \t\r\n") != std::string_view::npos) continue;
    stopped_at_ = i;
    return last ? Stop::kLastPart : Stop::kPart;
  }
  return Stop::kNone;
}

}  // namespace vigie::content
