#include "core/content/extract/zip_extraction.h"

#include "core/content/extract/container_extraction.h"
#include "core/content/extract/office_document.h"
#include "core/content/extract/zip_directory.h"

namespace vigie::content {
namespace {

class ZipWalk {
 public:
  ZipWalk(ByteSource& source, Part& part, Extraction& extraction)
      : source_(source), part_(part), extraction_(extraction) {}

  void Run() {
    const auto directory = ReadZipDirectory(source_, extraction_.budget().entries_left());
    if (!directory) return WalkDamaged();
    if (directory->is_too_large) extraction_.coverage().Note(v1::REASON_TOO_LARGE);
    if (!InspectOfficeDocument(source_, *directory, part_, extraction_)) Walk(*directory);
    InspectComments(*directory);
    for (const auto& range : directory->unclaimed) {
      if (!extraction_.budget().MayContinue()) return;
      SourceRange unclaimed(source_, range.begin, range.end);
      InspectRange(unclaimed, part_.origin(), extraction_);
    }
  }

 private:
  WalkEnd WalkBy(ArchiveReader& reader) {
    TextWindows names(part_.origin(), extraction_.sink());
    const auto visit = [this](ContentStream& content, const std::string& name) {
      Part entry(content, part_.origin() + "/" + name, extraction_.budget());
      extraction_.InspectNested(entry);
    };
    const auto end = WalkEntries(reader, extraction_, visit, &names);
    names.Finish();
    if (end.trouble) extraction_.coverage().Note(*end.trouble);
    return end;
  }

  void Walk(const ZipDirectory& directory) {
    SourceInput input(source_, extraction_);
    // A reader by directory keeps all of it in memory: when the budget will not reach its end, entries come in order.
    ArchiveReader reader(input, ContainerFormat::kZip, !directory.has_all_entries);
    const auto end = WalkBy(reader);
    if (end.trouble && !end.saw_entry) InspectRaw(0);
  }

  // Without a directory: what entries there are, and the rest as bytes.
  void WalkDamaged() {
    extraction_.coverage().Note(v1::REASON_CORRUPT);
    SourceInput input(source_, extraction_);
    ArchiveReader reader(input, ContainerFormat::kZip, true);
    const auto end = WalkBy(reader);
    if (end.reached_end) InspectRaw(end.saw_entry ? reader.ConsumedBytes() : 0);
  }

  void InspectRaw(std::uint64_t offset) {
    SourceStream stream(source_, extraction_.coverage(), offset);
    Part raw(stream, part_.origin(), extraction_.budget());
    InspectAsBytes(raw, extraction_);
  }

  void InspectComments(const ZipDirectory& directory) {
    if (directory.comments.empty()) return;
    TextWindows comments(part_.origin(), extraction_.sink());
    comments.Append(directory.comments);
    comments.Finish();
  }

  ByteSource& source_;
  Part& part_;
  Extraction& extraction_;
};

}  // namespace

void InspectZip(ByteSource& source, Part& part, Extraction& extraction) {
  ZipWalk(source, part, extraction).Run();
}

}  // namespace vigie::content
