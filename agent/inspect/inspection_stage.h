#pragma once

#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/inspect/derived_index.h"
#include "agent/inspect/sensitivity.h"
#include "agent/inspect/verdict_index.h"
#include "core/inspection/content_inspector.h"
#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "platform/file_events.h"
#include "vigie/v1/finding.pb.h"

namespace vigie::agent::inspect {

// Of more bytes, a file takes long: it stands in nobody's way.
inline constexpr std::uint64_t kLargeFile = std::uint64_t{1} << 20;

// What a file is to us.
enum class Standing {
  kClean,      // inspected, nothing that concerns us
  kSensitive,  // holds customers or other data that concerns us (Sensitivity)
  kOpaque,     // cannot be inspected and never will be (encrypted, too large …): watched, never called clean
  kUnknown,    // not inspected in time, or the inspection failed: asked again at the next open
};

struct Assessment {
  v1::Inspection inspection;
  Standing standing = Standing::kUnknown;
};

// Pure. Data that no detector can read (an executable, a picture) is not worth a watch: unsupported alone is clean to
// the marks, while the inspection keeps saying that nothing was evaluated.
Standing StandingOf(const v1::Inspection& inspection, const Sensitivity& sensitivity);

// Opens of these must be asked for.
bool NeedsWatch(Standing standing);

// What was put into a file, by those who know who wrote it.
struct Origin {
  v1::Inspection carried;           // by the writer
  std::string path;                 // of the source
  std::vector<std::string> events;  // that told of reading it
};

// The second stage: what is in the file. A derived file, which cannot be read to its end, holds what its writer
// carried. Thread-safe.
class InspectionStage {
 public:
  // Those who wait have one of their own; `promptly` inspects what nobody waits for and shall not rest, `at_leisure`
  // what may.
  struct Inspectors {
    inspection::ContentInspector& just_in_time;
    inspection::ContentInspector& promptly;
    inspection::ContentInspector& at_leisure;
  };
  InspectionStage(Inspectors inspectors, VerdictIndex& index, DerivedIndex& derived);

  // From now on its findings are judged by this policy. True if files may have another standing than before.
  bool UsePolicy(const v1::Policy& policy);
  Standing StandingOf(const v1::Inspection& inspection) const;

  // What is known already; nothing if the content is new.
  std::optional<Assessment> Find(const platform::FileIdentity& file);
  struct Renamed {
    const platform::FileIdentity& file;
    const std::string& path;
    std::int64_t modify_time_ns = 0;  // of its content
  };
  // What is known of a file that was renamed and not changed; remembered under its new path and change time.
  std::optional<Assessment> FindRenamed(const Renamed& renamed);

  struct Subject {
    const base::FileDescriptor& content;
    const platform::FileIdentity& file;
    const std::string& path;
  };
  // Somebody waits. Answers by `deadline`. Remembers everything but kUnknown.
  Assessment Inspect(const Subject& subject, base::Deadline deadline);
  // What an inspection of this file says that is under way, one at leisure of a large file only. It waits for it until
  // `deadline`; for one that nobody waited for about as long as a new one would take: on a busy machine that one may
  // get no turn. Nothing if there is none, or if it says nothing.
  std::optional<Assessment> AwaitOther(const platform::FileIdentity& file, base::Deadline deadline);
  // The same when nobody waits, yet: those who come to wait for others stand before it.
  Assessment InspectPromptly(const Subject& subject, base::Deadline deadline);
  // The same when nobody waits: it takes what the machine has to spare.
  Assessment InspectAtLeisure(const Subject& subject, base::Deadline deadline);

  // A derived file: what was found in it, and what its writer carried. Remembers nothing.
  Assessment Derived(const Assessment& found, const Origin& origin) const;
  // From now on the file is a derived one.
  Assessment Derive(const Subject& subject, const Assessment& found, const Origin& origin);
  // A derived file was changed by somebody who carries nothing, and still cannot be read to its end: it stays one.
  Assessment KeepDerived(const Subject& subject, const Assessment& found);
  // The file has become another: read to its end, or new.
  void ForgetDerived(const platform::FileIdentity& file) { derived_.Forget(file); }
  // A link to a derived file is no new one; what was made anew under its inode is.
  void NoteCreated(const platform::FileIdentity& file);

 private:
  Assessment Assess(v1::Inspection inspection) const;
  struct UnderWay {
    std::shared_future<Assessment> answer;
    bool waited_for = false;
    std::uint64_t versions = 0;  // of the index, when it began
  };

  Assessment InspectTold(inspection::ContentInspector& inspector, const Subject& subject, base::Deadline deadline);
  Assessment InspectBy(inspection::ContentInspector& inspector, const Subject& subject, base::Deadline deadline);
  Assessment WithDerivation(const platform::FileIdentity& file, Assessment assessment);
  // `versions`: of the index, before it was known.
  void Remember(const platform::FileIdentity& file, const std::string& path, const Assessment& assessment,
                std::uint64_t versions);

  const Inspectors inspectors_;
  VerdictIndex& index_;
  DerivedIndex& derived_;
  base::Guarded<std::shared_ptr<const Sensitivity>> sensitivity_{std::make_shared<const Sensitivity>()};
  base::Guarded<std::map<platform::FileIdentity, UnderWay>> under_way_;
};

}  // namespace vigie::agent::inspect
