#include "platform/linux/converter.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "platform/linux/child_process.h"
#include "platform/linux/converter_protocol.h"

namespace vigie::platform {
namespace {

using base::Deadline;
using base::Error;
using base::ErrorCode;
using base::FileDescriptor;
using base::Result;

constexpr std::chrono::seconds kTimeToAnswer{5};
constexpr std::chrono::seconds kTimeToStart{10};
constexpr std::size_t kAppendBytes = std::size_t{1} << 20;

Deadline Soon() {
  return Deadline::After(kTimeToAnswer);
}

bool Is(const WorkerMessage& message, ConverterMessage kind) {
  return message.bytes.starts_with(static_cast<char>(kind));
}

Error Unexpected() {
  return {ErrorCode::kDataLoss, "the converter answered something else"};
}

ConversionEnd EndOf(const WorkerMessage& message) {
  if (!Is(message, ConverterMessage::kEnded) || message.bytes.size() != 2) return ConversionEnd::kCrashed;
  const auto end = static_cast<ConversionEnd>(message.bytes[1]);
  return end <= ConversionEnd::kTooLarge ? end : ConversionEnd::kCrashed;
}

class LinuxConversion final : public Conversion {
 public:
  LinuxConversion(StreamWorkerSocket& socket, FileDescriptor text, Deadline deadline)
      : socket_(socket), text_(std::move(text)), deadline_(deadline) {}
  ~LinuxConversion() override { (void)Finish(); }

  Result<std::size_t> Read(std::span<char> into) override {
    while (!late_) {
      pollfd entry = {text_.get(), POLLIN, 0};
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_.remaining()).count();
      const int ready = ::poll(&entry, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)));
      if (ready < 0 && errno != EINTR) return base::ErrnoError(errno, "wait for the converter");
      late_ = ready == 0 && left <= 0;
      if (ready <= 0) continue;
      const ssize_t count = ::read(text_.get(), into.data(), into.size());
      saw_end_ = count == 0;
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return base::ErrnoError(errno, "read from the converter");
    }
    return std::size_t{0};
  }

  ConversionEnd Finish() override {
    if (finished_) return end_;
    finished_ = true;
    text_.Close();
    end_ = ConversionEnd::kCrashed;
    if (!socket_.Send({.bytes = MessageOf(ConverterMessage::kStop, saw_end_ ? "e" : ""), .descriptors = {}}, Soon()))
      return end_;
    const auto answer = socket_.Receive(Soon());
    if (answer) end_ = late_ ? ConversionEnd::kTimedOut : EndOf(*answer);
    return end_;
  }

 private:
  StreamWorkerSocket& socket_;
  FileDescriptor text_;
  Deadline deadline_;
  bool late_ = false;
  bool saw_end_ = false;
  bool finished_ = false;
  ConversionEnd end_ = ConversionEnd::kCrashed;
};

// It ended before there was any text.
class EndedConversion final : public Conversion {
 public:
  explicit EndedConversion(ConversionEnd end) : end_(end) {}
  Result<std::size_t> Read(std::span<char>) override { return std::size_t{0}; }
  ConversionEnd Finish() override { return end_; }

 private:
  ConversionEnd end_;
};

}  // namespace

LinuxConverter::LinuxConverter(FileDescriptor socket, std::string installed)
    : socket_(std::move(socket)), installed_(std::move(installed)) {
}

bool LinuxConverter::Offers(ConverterTool tool) const {
  const auto position = static_cast<std::size_t>(tool);
  return position < installed_.size() && installed_[position] == '1';
}

Result<void> LinuxConverter::UseFile(const FileDescriptor& file) {
  WorkerMessage message{.bytes = MessageOf(ConverterMessage::kFile), .descriptors = {}};
  message.descriptors.emplace_back(file.get());  // lent: sent, not given away
  auto sent = socket_.Send(message, Soon());
  (void)message.descriptors.front().Release();
  return sent;
}

Result<void> LinuxConverter::StartDocument() {
  return socket_.Send({.bytes = MessageOf(ConverterMessage::kDocument), .descriptors = {}}, Soon());
}

Result<void> LinuxConverter::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, kAppendBytes);
    auto sent = socket_.Send({.bytes = MessageOf(ConverterMessage::kAppend, part), .descriptors = {}}, Soon());
    if (!sent) return sent;
    bytes.remove_prefix(part.size());
  }
  return {};
}

Result<std::unique_ptr<Conversion>> LinuxConverter::Convert(const ConversionOrder& order) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(order.deadline.remaining()).count();
  const ConvertRequest request{order.tool, static_cast<std::uint32_t>(std::clamp<std::int64_t>(left, 1, 3'600'000)),
                               order.page};
  if (auto sent = socket_.Send({.bytes = EncodeConvert(request), .descriptors = {}}, Soon()); !sent)
    return sent.error();
  auto answer = socket_.Receive(Soon());
  if (!answer) return answer.error();
  if (Is(*answer, ConverterMessage::kEnded)) {
    return std::unique_ptr<Conversion>(std::make_unique<EndedConversion>(EndOf(*answer)));
  }
  if (!Is(*answer, ConverterMessage::kStarted) || answer->descriptors.size() != 1) return Unexpected();
  return std::unique_ptr<Conversion>(
      std::make_unique<LinuxConversion>(socket_, std::move(answer->descriptors.front()), order.deadline));
}

Result<StartedConverter> StartConverter() {
  auto sockets = MakeSocketPair();
  if (!sockets) return sockets.error();
  auto& [ours, theirs] = *sockets;
  const auto process =
      StartChild({.executable = "/proc/self/exe", .arguments = {"--converter"}, .socket = theirs.get()});
  if (!process) return process.error();
  theirs.Close();
  StreamWorkerSocket socket(std::move(ours));
  const auto ready = socket.Receive(Deadline::After(kTimeToStart));
  if (!ready || !Is(*ready, ConverterMessage::kReady)) {
    (void)KillAndReap(*process, std::chrono::seconds(1));
    return ready ? Unexpected() : ready.error().Wrap("start the converter");
  }
  const int number = socket.number();
  return StartedConverter{std::make_unique<LinuxConverter>(std::move(socket).TakeDescriptor(), ready->bytes.substr(1)),
                          number};
}

}  // namespace vigie::platform
