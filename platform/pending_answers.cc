#include "platform/pending_answers.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <utility>

namespace vigie::platform {

class PendingAnswers::Table {
 public:
  explicit Table(Answer default_answer) : default_answer_(default_answer) {}

  std::uint64_t Add(base::SteadyTime due, Reply reply) {
    bool wake = false;
    std::uint64_t ticket = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) {
        reply(default_answer_);
        return 0;
      }
      ticket = ++last_ticket_;
      waiting_.emplace(ticket, Waiting{due, std::move(reply)});
      wake = std::exchange(idle_, false);
    }
    // Under load the thread is never idle: it wakes once per deadline, not once per access.
    if (wake) added_.notify_one();
    return ticket;
  }

  bool Take(std::uint64_t ticket, Answer answer) {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(ticket);
    if (found == waiting_.end()) return false;
    found->second.reply(answer);
    waiting_.erase(found);
    return true;
  }

  void AnswerLateOnes(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      if (waiting_.empty()) {
        idle_ = true;
        added_.wait(lock, stop, [this] { return !waiting_.empty(); });
        idle_ = false;
        continue;
      }
      const auto due = waiting_.begin()->second.due;
      added_.wait_until(lock, stop, due, [] { return false; });
      AnswerDue();
    }
  }

  void AnswerAll() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (auto& [ticket, waiting] : waiting_) waiting.reply(default_answer_);
    waiting_.clear();
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

  std::uint64_t late() const {
    const std::lock_guard lock(mutex_);
    return late_;
  }

 private:
  struct Waiting {
    base::SteadyTime due;
    Reply reply;
  };

  // All deadlines are equally long, so tickets are in the order of their deadlines.
  void AnswerDue() {
    const base::SteadyTime now = std::chrono::steady_clock::now();
    while (!waiting_.empty() && waiting_.begin()->second.due <= now) {
      waiting_.begin()->second.reply(default_answer_);
      waiting_.erase(waiting_.begin());
      ++late_;
    }
  }

  const Answer default_answer_;
  mutable std::mutex mutex_;
  std::condition_variable_any added_;
  std::map<std::uint64_t, Waiting> waiting_;
  std::uint64_t last_ticket_ = 0;
  std::uint64_t late_ = 0;
  bool idle_ = false;
  bool stopped_ = false;
};

PendingAnswers::PendingAnswers(const FileEventOptions& options)
    : options_(options),
      table_(std::make_shared<Table>(options.default_answer)),
      deadline_thread_([table = table_](const std::stop_token& stop) { table->AnswerLateOnes(stop); }) {
}

PendingAnswers::~PendingAnswers() {
  Stop();
}

PendingAccess PendingAnswers::Hold(FileEvent event, Reply reply) {
  const auto deadline = base::Deadline::After(options_.deadline);
  const std::uint64_t ticket = table_->Add(deadline.at(), std::move(reply));
  return PendingAccess(std::move(event), deadline, options_.default_answer,
                       [table = table_, ticket](Answer answer) { return table->Take(ticket, answer); });
}

void PendingAnswers::Stop() {
  deadline_thread_.request_stop();
  if (deadline_thread_.joinable()) deadline_thread_.join();
  table_->AnswerAll();
}

std::size_t PendingAnswers::waiting() const {
  return table_->size();
}

std::uint64_t PendingAnswers::late() const {
  return table_->late();
}

}  // namespace vigie::platform
