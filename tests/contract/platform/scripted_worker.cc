#include "tests/contract/platform/scripted_worker.h"

#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>

#include "platform/base/file_reading.h"

namespace vigie::platform {
namespace {

using base::Deadline;

constexpr std::chrono::minutes kPatience{2};
constexpr std::string_view kEcho = "echo ";

void Hang(const std::stop_token& killed) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait(lock, killed, [] { return false; });
}

std::string ContentOf(const WorkerMessage& message) {
  std::array<char, 256> buffer{};
  if (message.descriptors.empty()) return "no descriptor";
  const auto count = base::ReadAt(message.descriptors.front(), 0, std::span(buffer));
  return count ? std::string(buffer.data(), *count) : count.error().message;
}

}  // namespace

void RunScriptedWorker(WorkerSocket& socket, const std::stop_token& killed) {
  for (;;) {
    auto message = socket.Receive(Deadline::After(kPatience));
    if (!message || message->bytes == "die") return;
    if (message->bytes == "hang") return Hang(killed);
    if (message->bytes == "silent") continue;
    WorkerMessage answer;
    if (message->bytes == "read") answer.bytes = ContentOf(*message);
    if (message->bytes.starts_with(kEcho)) {
      answer.descriptors = std::move(message->descriptors);
      answer.bytes = std::move(message->bytes);
      answer.bytes.erase(0, kEcho.size());
    }
    if (!socket.Send(answer, Deadline::After(kPatience))) return;
  }
}

}  // namespace vigie::platform
