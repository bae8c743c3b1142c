#include "platform/linux/observation_reader.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/fanotify.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

#include "platform/thread_priority.h"

namespace vigie::platform {
namespace {

// About 200 events without a name, 80 with one: one read must not take many descriptors. Larger than any event.
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
  (void)SetThreadPriority(ThreadPriority::kUrgent);
  const std::array<int, 2> awaited{names_.descriptor(), writes_.descriptor()};
  while (!stop_.Await(awaited)) {
    Read(names_);  // first: a new file wants its mark soon
    Read(writes_);
    if (pace_.NapIsDue(std::chrono::steady_clock::now())) (void)stop_.Await({}, ObservationPace::kNap);
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
  EventLocator locator(shared_.places);
  for (const auto& event : parsed.events) Handle(event, locator);
  pace_.NoteRead(parsed.events.size(), buffer.size() - *count);
  if (parsed.error) {
    shared_.counters.Produced();
    ReportLoss(parsed.error->message);
  }
}

void ObservationReader::Handle(const FanotifyEvent& event, EventLocator& locator) {
  EventDescriptors descriptors(event);
  if ((event.mask & FAN_Q_OVERFLOW) != 0) {
    shared_.counters.Produced();
    ReportLoss("the kernel's queue of file events overflowed");
  } else if (shared_.exempt.Contains(event.pid)) {
    return;
  } else if (descriptors.content) {
    HandleWrite(event, std::move(descriptors));
  } else {
    HandleNamed(event, descriptors.process, locator);
  }
}

void ObservationReader::HandleWrite(const FanotifyEvent& event, EventDescriptors descriptors) {
  const auto file = DescribeOpenFile(descriptors.content);
  if (!file || !file->regular) return;
  Deliver(MakeFileEvent({FileEventKind::kClosedAfterWrite, event.pid, *file}, std::move(descriptors), shared_.places));
}

// One event may tell that a file was made, written and closed.
void ObservationReader::HandleNamed(const FanotifyEvent& event, const Process& process, EventLocator& locator) {
  const auto location = locator.Locate(event);
  if (!location) {
    shared_.counters.Produced();
    ReportLoss(location.error().message);
    return;
  }
  if (location->exists && !location->file.regular) return;  // a directory, a symbolic link, a device
  const bool created = (event.mask & FAN_CREATE) != 0;
  const bool closed = (event.mask & FAN_CLOSE_WRITE) != 0;
  // First of all: till then others open it unasked. And whoever gets the event may Unmark. Only what is new is opened
  // by us before: with the mark that open asks, too, and new files come by thousands.
  const bool is_new = created && closed;
  if (location->exists && !is_new) MarkIfNew(*location, event.mask);
  const auto kind = closed ? FileEventKind::kClosedAfterWrite : FileEventKind::kRenamed;
  auto happened = Named({kind, event.pid, location->file}, process, *location);
  const bool holds_content = location->exists && (closed || !created) && handler_->WantsContent(happened);
  if (holds_content) happened.content = OpenContent(location->found);
  if (location->exists && is_new) MarkIfNew(*location, event.mask);
  if (created) Deliver(Named({FileEventKind::kCreated, event.pid, location->file}, process, *location));
  if (created && !closed) return;
  if (closed && !location->exists) return ReportGone();
  Deliver(std::move(happened));
}

void ObservationReader::MarkIfNew(const EventLocation& location, std::uint64_t mask) {
  const auto& file = location.file.identity;
  const bool written = (mask & FAN_CLOSE_WRITE) != 0 && file.bytes > 0 && !shared_.places.IsMedium(file.device);
  if ((mask & FAN_CREATE) == 0 && !written) return;
  const auto marked = asking_.MarkFound(location.found, FAN_OPEN_PERM);
  shared_.marks_refused = !marked && marked.error().code == base::ErrorCode::kResourceExhausted;
}

FileEvent ObservationReader::Named(const FileEventParts& parts, const Process& process,
                                   const EventLocation& location) const {
  auto event = MakeFileEvent(parts, EventDescriptors(process), shared_.places);
  event.path = location.path;
  event.previous_path = location.previous_path;
  return event;
}

void ObservationReader::Deliver(FileEvent event) {
  shared_.counters.Produced();
  shared_.counters.Delivered();
  handler_->OnEvent(std::move(event));
}

void ObservationReader::ReportLoss(const std::string& reason) {
  shared_.counters.Lost();
  handler_->OnGap({.reason = reason, .at = std::chrono::system_clock::now()});
}

// The event names the file and does not hold it.
void ObservationReader::ReportGone() {
  shared_.counters.Produced();
  shared_.counters.LostAsGone();
  handler_->OnGap({.reason = "changed files were gone before they could be looked at",
                   .at = std::chrono::system_clock::now(),
                   .file_gone = true});
}

}  // namespace vigie::platform
