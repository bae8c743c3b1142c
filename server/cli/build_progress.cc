#include "server/cli/build_progress.h"

#include <algorithm>
#include <chrono>

namespace vigie::cli {
namespace {

constexpr const char* kEraseLine = "\r\x1B[K";
constexpr auto kBetween = std::chrono::milliseconds(100);

double Seconds(base::SteadyTime::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

BuildProgress::BuildProgress(std::ostream* terminal, const base::Clock& clock)
    : terminal_(terminal), clock_(clock), begin_(clock.SteadyNow()), shown_(begin_) {
}

void BuildProgress::Watch(std::istream& input) {
  input_ = &input;
  input.seekg(0, std::ios::end);
  bytes_ = input.tellg();
  input.clear();
  input.seekg(0);
  begin_ = clock_.SteadyNow();
}

void BuildProgress::Show(std::uint64_t rows) {
  if (terminal_ == nullptr) return;
  const base::SteadyTime now = clock_.SteadyNow();
  if (now - shown_ < kBetween) return;
  shown_ = now;
  const double seconds = std::max(Seconds(now - begin_), 0.001);
  *terminal_ << kEraseLine << rows << " rows, " << static_cast<std::uint64_t>(static_cast<double>(rows) / seconds)
             << " a second";
  const auto read = input_ == nullptr ? std::streamoff{-1} : static_cast<std::streamoff>(input_->tellg());
  if (read > 0 && bytes_ > 0) {
    const double share = std::min(1.0, static_cast<double>(read) / static_cast<double>(bytes_));
    *terminal_ << ", " << static_cast<int>(share * 100) << " %, "
               << static_cast<std::uint64_t>(seconds / share * (1 - share)) << " s left";
  }
  *terminal_ << std::flush;
}

void BuildProgress::Erase() {
  if (terminal_ != nullptr) *terminal_ << kEraseLine << std::flush;
}

}  // namespace vigie::cli
