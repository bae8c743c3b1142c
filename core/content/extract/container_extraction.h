#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/content/extract/archive_reader.h"
#include "core/content/extract/extractor.h"
#include "core/content/extract/text_windows.h"

namespace vigie::content {

// Inspects every entry of a container that libarchive reads, its names, and what it holds beside its entries, under the
// budget. Encrypted, broken and unknown entries are noted and passed over; of a container that yields nothing at all
// the raw bytes are inspected.
void InspectContainer(Part& part, ContainerFormat format, Extraction& extraction);

// A part in memory, to be read anywhere. The budget keeps account of it until it goes.
class LoadedPart {
 public:
  LoadedPart(Part& part, Extraction& extraction);
  ~LoadedPart() { budget_.Return(bytes_kept_); }
  LoadedPart(const LoadedPart&) = delete;
  LoadedPart& operator=(const LoadedPart&) = delete;

  // False: there is more, for which the budget had no room. That is noted.
  bool is_whole() const { return is_whole_; }
  const std::string& bytes() const { return bytes_; }
  // For whoever reads on where it ended.
  std::string TakeBytes() { return std::move(bytes_); }

 private:
  ScanBudget& budget_;
  std::string bytes_;
  std::size_t bytes_kept_ = 0;
  bool is_whole_ = false;
};

// The content of an archive's current entry. Its troubles are noted.
class EntryStream final : public ContentStream {
 public:
  EntryStream(ArchiveReader& reader, Extraction& extraction) : reader_(reader), extraction_(extraction) {}
  std::size_t Read(std::span<char> into) override;

 private:
  ArchiveReader& reader_;
  Extraction& extraction_;
  std::uint64_t bytes_since_check_ = 0;
  bool ended_ = false;
};

// What is done with each entry that has content and is not encrypted: its stream and its name.
using EntryVisitor = std::function<void(ContentStream& content, const std::string& name)>;

// How a walk over entries went.
struct WalkEnd {
  ArchiveReader::Trouble trouble;
  bool saw_entry = false;
  bool reached_end = false;  // false: the budget ran out before
};

// Visits the entries of `reader` under the budget. Encrypted ones are noted, names go to `names` if it is given.
WalkEnd WalkEntries(ArchiveReader& reader, Extraction& extraction, const EntryVisitor& visit, TextWindows* names);

// Inspects a stretch of a source as a part of its own; zeros are nothing.
void InspectRange(ByteSource& range, const std::string& origin, Extraction& extraction);

// The same of a stream, which nobody claims.
void InspectUnclaimed(ContentStream& stream, const std::string& origin, Extraction& extraction);

}  // namespace vigie::content
