#include "platform/linux/observation_reader.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/fanotify.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

#include "platform/linux/event_location.h"

namespace vigie::platform {
namespace {

// About 200 events: one read must not take many descriptors. Larger than any event: a name has at most 255 bytes.
constexpr std::size_t kBufferBytes = 8192;

}  // namespace

ObservationReader::ObservationReader(FanotifyGroup writes, FanotifyGroup names, FanotifyGroup& asking,
                                     FanotifyShared& shared)
    : writes_(std::move(writes)), names_(std::move(names)), asking_(asking), shared_(shared) {
}

ObservationReader::~ObservationReader() {
  Stop();
}

void ObservationReader::Start(FileEventHandler& handler) {
  handler_ = &handler;
  thread_ = std::thread([this] { Run(); });
  ::pthread_setname_np(thread_.native_handle(), "vigie-observe");
}

void ObservationReader::Stop() {
  writes_.RemoveAllMarks();
  names_.RemoveAllMarks();
  stop_.Give();
  if (thread_.joinable()) thread_.join();
}

void ObservationReader::Run() {
  const std::array<int, 2> awaited{names_.descriptor(), writes_.descriptor()};
  while (!stop_.Await(awaited)) {
    Read(names_);  // first: a new file wants its mark soon
    Read(writes_);
  }
}

void ObservationReader::Read(FanotifyGroup& group) {
  alignas(fanotify_event_metadata) std::array<std::byte, kBufferBytes> buffer;
  const auto count = group.Read(buffer);
  if (!count) {  // the kernel has taken the event off its queue, and could not give it to us
    shared_.counters.Produced();
    ReportLoss(count.error().message);
    return;
  }
  const auto parsed = ParseFanotifyEvents(std::span(buffer).first(*count));
  for (const auto& event : parsed.events) Handle(event);
  if (parsed.error) {
    shared_.counters.Produced();
    ReportLoss(parsed.error->message);
  }
}

void ObservationReader::Handle(const FanotifyEvent& event) {
  EventDescriptors descriptors(event);
  if ((event.mask & FAN_Q_OVERFLOW) != 0) {
    shared_.counters.Produced();
    ReportLoss("the kernel's queue of file events overflowed");
  } else if (shared_.exempt.Contains(event.pid)) {
    return;
  } else if (descriptors.content) {
    HandleWrite(event, std::move(descriptors));
  } else {
    HandleName(event, std::move(descriptors));
  }
}

void ObservationReader::HandleWrite(const FanotifyEvent& event, EventDescriptors descriptors) {
  const auto file = DescribeOpenFile(descriptors.content);
  if (!file || !file->regular) return;
  shared_.counters.Produced();
  Deliver(MakeFileEvent({FileEventKind::kClosedAfterWrite, event.pid, *file}, std::move(descriptors), shared_.places));
}

void ObservationReader::HandleName(const FanotifyEvent& event, EventDescriptors descriptors) {
  auto location = LocateEvent(event, shared_.places);
  if (!location) {
    shared_.counters.Produced();
    ReportLoss(location.error().message);
    return;
  }
  if (location->exists && !location->file.regular) return;  // a directory, a symbolic link, a device
  const bool created = (event.mask & FAN_CREATE) != 0;
  shared_.counters.Produced();
  // Before the event is given away: whoever gets it may Unmark.
  if (created && location->content) {
    const auto marked = asking_.MarkFile(location->content, FAN_OPEN_PERM);
    shared_.marks_refused = !marked && marked.error().code == base::ErrorCode::kResourceExhausted;
  }
  descriptors.content = std::move(location->content);
  auto made = MakeFileEvent({created ? FileEventKind::kCreated : FileEventKind::kRenamed, event.pid, location->file},
                            std::move(descriptors), shared_.places);
  made.path = std::move(location->path);
  made.previous_path = std::move(location->previous_path);
  Deliver(std::move(made));
}

void ObservationReader::Deliver(FileEvent event) {
  shared_.counters.Delivered();
  handler_->OnEvent(std::move(event));
}

void ObservationReader::ReportLoss(const std::string& reason) {
  shared_.counters.Lost();
  handler_->OnGap({reason, std::chrono::system_clock::now()});
}

}  // namespace vigie::platform
