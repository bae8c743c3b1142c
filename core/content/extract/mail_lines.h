#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/content/part.h"

namespace vigie::content {

// Reads a mail line by line, in bounded memory, and knows where the parts that one stands in end. Not thread-safe.
class MailLines {
 public:
  // Longer lines come in pieces.
  static constexpr std::size_t kLongestPiece = 16 * 1024;

  // `is_mbox`: a line "From …" behind an empty one begins another message (RFC 4155).
  MailLines(Part& part, bool is_mbox) : part_(part), is_mbox_(is_mbox) {}

  struct Piece {
    std::string_view text;  // with its line end, if it has one; valid until the next call
    bool is_start = false;  // of a line
    bool is_end = false;    // of a line
  };
  // The next piece. Empty = the end of the innermost part (a boundary, the next message, the end of the mail), which
  // stays where it is until Pass… is called.
  Piece Next();

  // What stands at the place where Next stopped.
  enum class Stop { kNone, kPart, kLastPart, kMessage, kEnd };
  Stop stop() const { return stop_; }
  // Which of the boundaries it is: the innermost one is boundaries() - 1.
  std::size_t stopped_at() const { return stopped_at_; }
  // Goes behind the boundary line, or the From line.
  void PassStop();

  void PushBoundary(std::string boundary) { boundaries_.push_back(std::move(boundary)); }
  void PopBoundary() { boundaries_.pop_back(); }
  std::size_t boundaries() const { return boundaries_.size(); }

 private:
  bool Fill();
  std::string_view PeekPiece();
  Stop Judge(std::string_view line);

  Part& part_;
  bool is_mbox_;
  std::vector<std::string> boundaries_;
  std::string buffer_;
  std::size_t position_ = 0;
  bool ended_ = false;
  bool at_line_start_ = true;
  bool behind_empty_line_ = true;
  Stop stop_ = Stop::kNone;
  std::size_t stopped_at_ = 0;
};

}  // namespace vigie::content
