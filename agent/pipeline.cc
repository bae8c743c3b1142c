#include "agent/pipeline.h"

#include <algorithm>
#include <utility>

#include "agent/enforce/enforcer.h"
#include "agent/inspect/known_contents.h"
#include "agent/sensor/command_line.h"
#include "agent/sensor/printable_text.h"
#include "agent/way_out.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::agent {
namespace {

using inspect::Assessment;
using inspect::Standing;
using platform::Answer;
using platform::FileEvent;
using platform::FileEventKind;
using platform::OpenMode;

constexpr std::size_t kMaxLateAccesses = 256;
constexpr std::size_t kMostToLearn = 16384;  // some 3 MB; what is beyond is learned another time
constexpr char kFailModeRule[] = "fail_mode";

// A share of the wait stays for the way back: the deadline thread must not be faster than a verdict that is ready.
base::Deadline InspectionDeadline(base::Deadline access) {
  using std::chrono::milliseconds;
  const auto remaining = access.remaining();
  const auto headroom = std::clamp<std::chrono::nanoseconds>(remaining / 5, milliseconds(20), milliseconds(1000));
  return base::Deadline(access.at() - std::min(headroom, remaining));
}

bool TimedOut(const v1::Inspection& inspection) {
  return std::ranges::find(inspection.reasons(), v1::REASON_TIMED_OUT) != inspection.reasons().end();
}

// Sensitive accesses are always told; what could not be inspected is told on every way out, and where a rule wants it.
bool IsWorthTelling(const Report& report, Standing standing) {
  return standing == Standing::kSensitive || !report.judgement.decision.rule.empty() ||
         (standing != Standing::kClean && report.activity.channel() != v1::CHANNEL_LOCAL);
}

std::vector<std::string> LineageOf(const v1::Inspection& inspection) {
  const auto& events = inspection.derived_from().events();
  return {events.begin(), events.end()};
}

std::string SourceOf(const v1::Activity& activity) {
  const v1::File& file = activity.file();
  return activity.kind() == v1::ACTIVITY_KIND_COPY ? file.previous_path() : file.path();
}

bool WasRead(const v1::Event& event) {
  const v1::ActivityKind kind = event.activity().kind();
  const bool opened = kind == v1::ACTIVITY_KIND_OPEN || kind == v1::ACTIVITY_KIND_UPLOAD ||
                      kind == v1::ACTIVITY_KIND_ARCHIVE || kind == v1::ACTIVITY_KIND_COPY ||
                      kind == v1::ACTIVITY_KIND_PRINT;
  const bool stopped = event.verdict() >= v1::VERDICT_BLOCK && !event.shadow() && !event.late();
  return opened && !stopped;
}

}  // namespace

Pipeline::Pipeline(Stages stages, PipelineOptions options)
    : stages_(stages),
      options_(options),
      late_accesses_(kMaxLateAccesses, base::OverflowPolicy::kReject),
      to_learn_(kMostToLearn, base::OverflowPolicy::kReject) {
}

// What is clean is let through before anybody asks who it is: somebody waits, and there are many of them.
void Pipeline::HandleAccess(platform::PendingAccess access) {
  Opening opening{access};
  if (sensor::TakesScreenshots(opening.event().path)) return HandleScreenshot(opening);
  if (MediumOf(opening.event())) {
    opening.mode = stages_.process_info.PendingOpenMode(opening.event().process.pid);
    if (GoesOut(opening)) return HandleMediumOpening(opening);
  }
  if (opening.event().file.bytes == 0) return Describe(opening), (void)access.Allow();  // nothing to read yet
  const auto assessment = Assess(opening);
  if (!assessment) {
    Describe(opening);
    (void)access.Allow();
  } else if (assessment->standing == Standing::kClean) {
    (void)access.Allow();
  } else if (Describe(opening); assessment->standing == Standing::kUnknown) {
    FailToDecide(opening, *assessment);
  } else {
    Decide(opening, *assessment);
  }
}

// Nothing: a file in the making, opened by a writer that must not be held up, or by whom it was made for.
std::optional<Assessment> Pipeline::Assess(Opening& opening) {
  const FileEvent& event = opening.event();
  if (auto known = stages_.inspection.Find(event.file)) {
    *known = stages_.derivations.BeforeReading(event, *known, InspectionDeadline(opening.access.deadline()));
    if (known->standing == Standing::kClean) stages_.marks.Set(event.content, false);
    if (known->standing != Standing::kClean) {
      opening.mode = stages_.process_info.PendingOpenMode(event.process.pid);
    }
    return known;
  }
  opening.mode = stages_.process_info.PendingOpenMode(event.process.pid);
  if (ReadsOwnWork(opening) || opening.mode == OpenMode::kWrite) return std::nullopt;
  const auto deadline = InspectionDeadline(opening.access.deadline());
  streak_.NoteWaited(event.process.pid, std::chrono::steady_clock::now());
  auto assessment = stages_.inspection.AwaitOther(event.file, deadline);
  if (!assessment) {
    assessment = stages_.inspection.Inspect({event.content, event.file, event.path}, deadline);
    fresh_.Note(event.file, event.steady_at);
    const bool small = event.file.bytes <= inspect::KnownContents::kLargest;
    if (small && assessment->standing == Standing::kClean) (void)to_learn_.Push({event.file, event.path});
  }
  *assessment = stages_.derivations.BeforeReading(event, *assessment, deadline);
  stages_.marks.Set(event.content, inspect::NeedsWatch(assessment->standing));
  return assessment;
}

// Its own child made it, running the same program.
bool Pipeline::ReadsOwnWork(Opening& opening) {
  const FileEvent& event = opening.event();
  const auto child = stages_.new_files.ChildThatMade(event.file, event.process.pid);
  if (!child) return false;
  Describe(opening);
  const platform::ProcessDescription& process = opening.process;
  const std::string_view program = sensor::ParseInvocation(process.exe, process.command_line).program;
  const bool carries = stages_.carriers.Carries(*child);
  return stages_.new_files.LetParentThrough({event, process.id, program, opening.mode, carries});
}

void Pipeline::Decide(Opening& opening, const Assessment& assessment) {
  opening.behind = stages_.carriers.Behind(opening.process, assessment.inspection, opening.access.deadline());
  Report report = JudgeWaysOut(opening, assessment);
  if (enforce::Stops(report.judgement.decision)) return Deny(opening, std::move(report));
  AllowReading(opening, assessment, std::move(report));
}

// What is read goes wherever those send it who get it over pipes.
Report Pipeline::JudgeWaysOut(const Opening& opening, const Assessment& assessment) {
  constexpr int kMaxReaders = 16;
  Report told{.activity = ActivityOf(opening, opening.process),
              .inspection = assessment.inspection,
              .lineage = LineageOf(assessment.inspection),
              .position = opening.event().position};
  for (const platform::ProcessDescription& reader : opening.behind.readers) {
    v1::Process& process = *told.activity.mutable_process();
    if (process.readers_size() < kMaxReaders) process.add_readers(sensor::ToPrintable(reader.exe));
  }
  told.judgement = stages_.policy.Judge(told.activity, told.inspection);
  const v1::Activity own = told.activity;
  for (const platform::ProcessDescription& reader : opening.behind.readers) {
    Report other = told;
    other.activity = ByWayOf(own, ActivityOf(opening, reader));
    other.judgement = stages_.policy.Judge(other.activity, other.inspection);
    if (Outranks(other, told)) told = std::move(other);
  }
  return told;
}

// The taint stands before the process can go on, and the event is on the disk: neither a fast process nor the end of
// this one makes a read unseen.
void Pipeline::AllowReading(Opening& opening, const Assessment& assessment, Report report) {
  const bool sensitive = assessment.standing == Standing::kSensitive;
  const std::string source = SourceOf(report.activity);
  const bool worth = IsWorthTelling(report, assessment.standing) && !IsOwnProduct(report, opening.process);
  if (sensitive) Carry(opening.process, opening.behind, report);
  report.late = opening.access.deadline().expired();
  const std::string id = worth ? stages_.reporter.Tell(std::move(report)) : std::string();
  if (!id.empty()) stages_.carriers.AddLineage(opening.process.id, source, id);
  (void)enforce::Answer(opening.access, Answer::kAllow);
}

// Told before it is answered, as what is allowed is: the end of this process leaves no refusal untold.
void Pipeline::Deny(Opening& opening, Report report) {
  report.late = opening.access.deadline().expired();
  stages_.reporter.Tell(report);
  const bool late = enforce::Answer(opening.access, Answer::kDeny).late;
  if (late && !report.late) {  // the deadline passed while it was told: that it was in time is not true
    report.late = true;
    stages_.reporter.Tell(report);
  }
  // The deadline thread let it through: the process has what it asked for.
  if (late && options_.fail_answer == Answer::kAllow) Carry(opening.process, opening.behind, report);
}

// The fail mode answers; the inspection goes on without anybody waiting, and what it finds is told as late.
void Pipeline::FailToDecide(Opening& opening, const Assessment& assessment) {
  LateAccess late{.activity = ActivityOf(opening, opening.process), .process = opening.process};
  // It may be gone by the time its file has been inspected.
  late.behind = stages_.carriers.BehindNow(opening.process);
  const auto outcome = enforce::Answer(opening.access, options_.fail_answer);
  late.denied = outcome.denied || (outcome.late && options_.fail_answer == Answer::kDeny);
  late.event = std::move(opening.access).TakeEvent();
  if (!TimedOut(assessment.inspection)) return TellLate(late, assessment);  // it would fail again
  LateAccess untold{.activity = late.activity, .process = late.process, .behind = late.behind, .denied = late.denied};
  untold.event.position = late.event.position;
  if (!late_accesses_.Push(std::move(late))) TellLate(untold, assessment);
}

bool Pipeline::FinishOneLateAccess(const std::stop_token& stop) {
  auto late = late_accesses_.PopFor(stop, std::chrono::nanoseconds::zero());
  if (!late) return false;
  auto assessment = stages_.inspection.Find(late->event.file);
  if (!assessment) assessment = InspectPromptly(late->event);
  stages_.marks.Set(late->event.content, inspect::NeedsWatch(assessment->standing));
  TellLate(*late, *assessment);
  return true;
}

void Pipeline::TellLate(LateAccess& access, const Assessment& assessment) {
  Report report{.activity = std::move(access.activity), .inspection = assessment.inspection, .late = true};
  report.position = access.event.position;
  report.judgement = stages_.policy.Judge(report.activity, report.inspection);
  if (access.denied) report.judgement.decision = {v1::VERDICT_BLOCK, kFailModeRule, false};
  const bool carries = assessment.standing == Standing::kSensitive && !access.denied;
  const bool worth = IsWorthTelling(report, assessment.standing) && !IsOwnProduct(report, access.process);
  if (carries) Carry(access.process, access.behind, report);
  if (worth) stages_.reporter.Tell(std::move(report));
}

void Pipeline::HandleEvent(FileEvent event) {
  switch (event.kind) {
    case FileEventKind::kClosedAfterWrite:
      return HandleWritten(std::move(event));
    case FileEventKind::kRenamed:
      return HandleRenamed(std::move(event));
    case FileEventKind::kCreated:  // it has its mark already; what is in it is known once it is closed
      return stages_.inspection.NoteCreated(event.file);
    case FileEventKind::kOpening:  // comes as an access
      return;
  }
}

void Pipeline::HandleWritten(FileEvent event) {
  if (!EnsureContent(event)) return (void)stages_.new_files.Settle(event.file);  // gone: its bytes are nowhere
  LookAgain(event);
  auto assessment = KnownSince(event);
  if (!assessment) assessment = InspectWritten(event);
  assessment = stages_.derivations.AfterWriting(event, *assessment);
  const bool needs_watch = inspect::NeedsWatch(assessment->standing);
  if (!event.on_medium && (needs_watch || !HasChanged(event))) stages_.marks.Set(event.content, needs_watch);
  TellAfterwards(event, *assessment);
  TellOwnReadings(event, *assessment);
}

// Its author has read it back, before anybody knew what is in it.
void Pipeline::TellOwnReadings(const FileEvent& written, const Assessment& assessment) {
  for (FileEvent& reading : stages_.new_files.Settle(written.file)) {
    if (assessment.standing == Standing::kClean) continue;
    if (reading.path.empty()) reading.path = written.path;  // he was let through before it was looked up
    TellOwnReading(std::move(reading), assessment);
  }
}

void Pipeline::TellOwnReading(FileEvent reading, const Assessment& assessment) {
  const auto process = stages_.processes.Recall(reading);
  LateAccess access{.activity = stages_.classifier.Classify({.event = reading, .process = process}),
                    .process = process,
                    .behind = stages_.carriers.BehindNow(process)};
  access.event = std::move(reading);
  TellLate(access, assessment);
}

void Pipeline::HandleRenamed(FileEvent event) {
  auto assessment = FindRenamed(event);
  // Not inspected yet: whoever opens it under its new name waits for that. Nobody here opens what lies in a cloud
  // folder.
  if (!assessment && MediumOf(event) && EnsureContent(event)) assessment = InspectAtLeisure(event);
  if (!assessment) return;
  stages_.marks.Set(event.content, inspect::NeedsWatch(assessment->standing));
  TellAfterwards(event, *assessment);
}

void Pipeline::TellAfterwards(const FileEvent& event, const Assessment& assessment) {
  if (assessment.standing == Standing::kClean) return;
  const auto process = stages_.processes.Recall(event);
  const auto taint = stages_.carriers.CarriedInto(process.id, event.path);
  Report report{
      .activity = stages_.classifier.Classify({.event = event, .process = process, .medium = MediumOf(event)}),
      .inspection = assessment.inspection,
      .position = event.position};
  const bool copied = report.activity.kind() == v1::ACTIVITY_KIND_COPY;
  report.lineage = taint ? taint->lineage : LineageOf(assessment.inspection);
  if (taint && copied) report.activity.mutable_file()->set_previous_path(taint->source_path);
  report.judgement = stages_.policy.Judge(report.activity, report.inspection);
  report.late = enforce::Stops(report.judgement.decision);  // it has happened
  if (IsWorthTelling(report, assessment.standing)) stages_.reporter.Tell(std::move(report));
}

Assessment Pipeline::InspectPromptly(const FileEvent& event) {
  if (event.file.bytes == 0) {
    v1::Inspection empty;
    empty.set_evaluated(v1::EVALUATED_FULL);
    return {std::move(empty), Standing::kClean};
  }
  const auto deadline = base::Deadline::After(options_.inspection_time);
  auto assessment = stages_.inspection.InspectPromptly({event.content, event.file, event.path}, deadline);
  fresh_.Forget(event.file);
  return assessment;
}

// What goes out is told at once, and what a carrier writes: customers may be gathered there. All else can wait for the
// processor to have nothing better to do, except while somebody goes through new files faster than that.
Assessment Pipeline::InspectAtLeisure(const FileEvent& event) {
  if (event.file.bytes == 0 || MediumOf(event) || IsByCarrier(event)) return InspectPromptly(event);
  if (streak_.GoesOn(std::chrono::steady_clock::now())) return InspectPromptly(event);
  const auto deadline = base::Deadline::After(options_.inspection_time);
  auto assessment = stages_.inspection.InspectAtLeisure({event.content, event.file, event.path}, deadline);
  fresh_.Forget(event.file);
  return TimedOut(assessment.inspection) ? InspectStarved(event, std::move(assessment)) : assessment;
}

// The machine has had nothing to spare for so long: the file does not wait any more. However many there are, such
// inspections take a tenth of the time.
Assessment Pipeline::InspectStarved(const FileEvent& event, Assessment at_leisure) {
  constexpr int kPauses = 9;
  const auto begin = std::chrono::steady_clock::now();
  if (begin < next_starved_.load()) return at_leisure;
  auto promptly = InspectPromptly(event);
  const auto end = std::chrono::steady_clock::now();
  next_starved_ = end + kPauses * (end - begin);
  // Cut short as well, it may know less.
  if (TimedOut(promptly.inspection) && at_leisure.standing == Standing::kSensitive) return at_leisure;
  return promptly;
}

bool Pipeline::IsByCarrier(const FileEvent& event) const {
  if (stages_.carriers.empty()) return false;
  const auto taint = stages_.carriers.CarriedInto(stages_.processes.Recall(event).id, event.path);
  return taint && stages_.carriers.Protects(taint->inspection);
}

// Most files are known and clean: those are not even opened.
void Pipeline::HandleDiscovered(const inspect::DiscoveredFile& file) {
  auto assessment = stages_.inspection.Find(file.status.identity);
  if (assessment && !inspect::NeedsWatch(assessment->standing)) return;
  FileEvent event;
  event.path = file.path;
  if (!EnsureContent(event)) return;
  if (!assessment) assessment = InspectAtLeisure(event);
  if (inspect::NeedsWatch(assessment->standing)) stages_.marks.Set(event.content, true);
}

void Pipeline::WatchAgain(const std::string& path) {
  const auto file = stages_.files.OpenForReading(path, false);
  if (file) stages_.marks.Set(*file, true);
}

void Pipeline::Restore(const v1::Event& event) {
  stages_.reporter.Restore(event);
  if (!WasRead(event) || stages_.inspection.StandingOf(event.inspection()) != Standing::kSensitive) return;
  const v1::Process& process = event.activity().process();
  const platform::ProcessId reader{.pid = process.pid(), .start_time = process.start_time()};
  const std::string source = SourceOf(event.activity());
  stages_.carriers.Remember(reader, {source, event.inspection(), contract::FromProto(event.activity().at())});
  stages_.carriers.AddLineage(reader, source, contract::EventId(event));
  if (event.activity().channel() == v1::CHANNEL_NETWORK_TRANSFER) stages_.carriers.RememberTransfer(reader);
}

std::optional<sensor::MediaTable::HeldFile> Pipeline::HeldOnMedium(std::int32_t pid) {
  if (stages_.media.empty()) return std::nullopt;
  const auto held = stages_.process_info.WritableFiles(pid);
  if (!held) return std::nullopt;
  return stages_.media.FirstHeld(*held);
}

v1::Activity Pipeline::ActivityOf(const Opening& opening, const platform::ProcessDescription& process) {
  return stages_.classifier.Classify({.event = opening.event(),
                                      .process = process,
                                      .mode = opening.mode,
                                      .held_on_medium = HeldOnMedium(process.id.pid)});
}

void Pipeline::Carry(const platform::ProcessDescription& process, const PipeChain& behind, const Report& report) {
  // Its connection, which may be there already, would be the same transfer once more.
  const bool transfer = report.activity.channel() == v1::CHANNEL_NETWORK_TRANSFER;
  stages_.carriers.Read(process, behind,
                        {SourceOf(report.activity), report.inspection, contract::FromProto(report.activity.at())},
                        transfer);
}

// A program that opens again what it has made itself, such as a browser its cache.
bool Pipeline::IsOwnProduct(const Report& report, const platform::ProcessDescription& process) const {
  return report.inspection.has_derived_from() && report.judgement.decision.rule.empty() &&
         report.activity.channel() == v1::CHANNEL_LOCAL &&
         stages_.carriers.CarriesSource(process.id, report.inspection.derived_from().path());
}

}  // namespace vigie::agent
