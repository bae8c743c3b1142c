#include "platform/file_events.h"

#include <utility>

namespace vigie::platform {

PendingAccess::PendingAccess(FileEvent event, base::Deadline deadline, Answer default_answer, AnswerFunction answer)
    : event_(std::move(event)), deadline_(deadline), default_answer_(default_answer), answer_(std::move(answer)) {
}

PendingAccess::PendingAccess(PendingAccess&& other) noexcept
    : event_(std::move(other.event_)),
      deadline_(other.deadline_),
      default_answer_(other.default_answer_),
      answer_(std::exchange(other.answer_, nullptr)) {
}

PendingAccess& PendingAccess::operator=(PendingAccess&& other) noexcept {
  if (this != &other) {
    if (answer_) Give(default_answer_);
    event_ = std::move(other.event_);
    deadline_ = other.deadline_;
    default_answer_ = other.default_answer_;
    answer_ = std::exchange(other.answer_, nullptr);
  }
  return *this;
}

PendingAccess::~PendingAccess() {
  if (answer_) Give(default_answer_);
}

bool PendingAccess::Give(Answer answer) {
  const AnswerFunction function = std::exchange(answer_, nullptr);
  return function && function(answer);
}

}  // namespace vigie::platform
