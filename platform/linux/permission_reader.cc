#include "platform/linux/permission_reader.h"

#include <pthread.h>
#include <sys/fanotify.h>

#include <array>
#include <cstddef>
#include <utility>

#include "platform/thread_priority.h"

namespace vigie::platform {
namespace {

// About 100 events, so that one read cannot take many descriptors; the kernel keeps the rest queued.
constexpr std::size_t kBufferBytes = 4096;
// Each waiting access holds two descriptors. More than this means that nobody answers.
constexpr std::size_t kMaxWaiting = 4096;

}  // namespace

PermissionReader::PermissionReader(FanotifyGroup group, const FileEventOptions& options, FanotifyShared& shared)
    : group_(std::move(group)),
      default_answer_(options.default_answer),
      shared_(shared),
      answers_(options),
      thread_([this] { Run(); }) {
  ::pthread_setname_np(thread_.native_handle(), "vigie-ask");
}

PermissionReader::~PermissionReader() {
  Stop();
}

void PermissionReader::Stop() {
  if (!thread_.joinable()) return;
  group_.RemoveAllMarks();
  stopping_ = true;
  stop_.Give();
  thread_.join();
  answers_.Stop();
}

void PermissionReader::Run() {
  (void)SetThreadPriority(ThreadPriority::kUrgent);  // the agent's other threads say so if it is refused
  const std::array<int, 1> awaited{group_.descriptor()};
  while (!stop_.Await(awaited)) ReadOnce();
  // What the kernel still holds would be allowed when the group closes: it gets our default instead.
  while (ReadOnce()) continue;
}

bool PermissionReader::ReadOnce() {
  alignas(fanotify_event_metadata) std::array<std::byte, kBufferBytes> buffer;
  const auto count = group_.Read(buffer);
  if (!count) {
    shared_.counters.Produced();
    ReportLoss(count.error().message);
    return true;
  }
  const auto parsed = ParseFanotifyEvents(std::span(buffer).first(*count));
  for (const auto& event : parsed.events) Handle(event);
  if (parsed.error) {
    shared_.counters.Produced();
    ReportLoss(parsed.error->message);
  }
  return *count > 0;
}

void PermissionReader::Handle(const FanotifyEvent& event) {
  EventDescriptors descriptors(event);
  if (!descriptors.content) return;
  FileEventHandler* const handler = handler_;
  if (handler == nullptr || shared_.exempt.Contains(event.pid)) return group_.Respond(event.descriptor, Answer::kAllow);
  const auto file = DescribeOpenFile(descriptors.content);
  if (!file || !file->regular) return group_.Respond(event.descriptor, Answer::kAllow);
  shared_.counters.Produced();
  if (stopping_ || answers_.waiting() >= kMaxWaiting) {
    Decline(event.descriptor, *handler);
    return;
  }
  FileEvent opening = MakeFileEvent({FileEventKind::kOpening, event.pid, *file},
                                    EventDescriptors(std::move(descriptors.process)), shared_.places);
  if (handler->LetsGo(opening)) {
    group_.Respond(event.descriptor, Answer::kAllow);
    shared_.counters.Delivered();
    return;
  }
  opening.path = PathOf(descriptors.content);
  opening.content = std::move(descriptors.content);
  Ask(std::move(opening), *handler);
}

void PermissionReader::Ask(FileEvent event, FileEventHandler& handler) {
  const int descriptor = event.content.get();
  auto access =
      answers_.Hold(std::move(event), [this, descriptor](Answer answer) { group_.Respond(descriptor, answer); });
  shared_.counters.Delivered();
  handler.OnAccess(std::move(access));
}

void PermissionReader::Decline(int event_descriptor, FileEventHandler& handler) {
  group_.Respond(event_descriptor, default_answer_);
  shared_.counters.Lost();
  if (!stopping_)
    handler.OnGap({"too many opens wait for an answer: got the default one", std::chrono::system_clock::now()});
}

void PermissionReader::ReportLoss(const std::string& reason) {
  shared_.counters.Lost();
  if (FileEventHandler* const handler = handler_) handler->OnGap({reason, std::chrono::system_clock::now()});
}

}  // namespace vigie::platform
