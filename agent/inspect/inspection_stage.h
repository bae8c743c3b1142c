#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/inspect/derived_index.h"
#include "agent/inspect/verdict_index.h"
#include "core/inspection/content_inspector.h"
#include "platform/base/clock.h"
#include "platform/file_events.h"
#include "vigie/v1/finding.pb.h"

namespace vigie::agent::inspect {

// What a file is to us.
enum class Standing {
  kClean,      // inspected, nothing found
  kSensitive,  // holds customers or a class of data
  kOpaque,     // cannot be inspected and never will be (encrypted, too large …): watched, never called clean
  kUnknown,    // not inspected in time, or the inspection failed: asked again at the next open
};

struct Assessment {
  v1::Inspection inspection;
  Standing standing = Standing::kUnknown;
};

// Pure. Data that no detector can read (an executable, a picture) is not worth a watch: unsupported alone is clean to
// the marks, while the inspection keeps saying that nothing was evaluated.
Standing StandingOf(const v1::Inspection& inspection);

// Opens of these must be asked for.
bool NeedsWatch(Standing standing);

// What was put into a file, by those who know who wrote it.
struct Origin {
  v1::Inspection carried;           // by the writer
  std::string path;                 // of the source
  std::vector<std::string> events;  // that told of reading it
};

// A derived file: what was found in it, and what its writer carried. Pure.
Assessment Derived(const Assessment& found, const Origin& origin);

// The second stage: what is in the file. A derived file, which cannot be read to its end, holds what its writer
// carried. Thread-safe.
class InspectionStage {
 public:
  InspectionStage(inspection::ContentInspector& inspector, VerdictIndex& index, DerivedIndex& derived);

  // What is known already; nothing if the content is new.
  std::optional<Assessment> Find(const platform::FileIdentity& file);
  // What is known of a file that was renamed and not changed; remembered under its new path and change time.
  std::optional<Assessment> FindRenamed(const platform::FileIdentity& file, const std::string& path);

  struct Subject {
    const base::FileDescriptor& content;
    const platform::FileIdentity& file;
    const std::string& path;
  };
  // Answers by `deadline`. Remembers everything but kUnknown.
  Assessment Inspect(const Subject& subject, base::Deadline deadline);

  // From now on the file is a derived one.
  Assessment Derive(const Subject& subject, const Assessment& found, const Origin& origin);
  // A derived file was changed by somebody who carries nothing, and still cannot be read to its end: it stays one.
  Assessment KeepDerived(const Subject& subject, const Assessment& found);
  // The file has become another: read to its end, or new.
  void ForgetDerived(const platform::FileIdentity& file) { derived_.Forget(file); }
  // A link to a derived file is no new one; what was made anew under its inode is.
  void NoteCreated(const platform::FileIdentity& file);

 private:
  Assessment WithDerivation(const platform::FileIdentity& file, Assessment assessment);
  void Remember(const platform::FileIdentity& file, const std::string& path, const Assessment& assessment);

  inspection::ContentInspector& inspector_;
  VerdictIndex& index_;
  DerivedIndex& derived_;
};

}  // namespace vigie::agent::inspect
