#include "core/content/extract/container_extraction.h"

#include <optional>
#include <string>
#include <vector>

namespace vigie::content {
namespace {

// The content of an archive's current entry.
class EntryStream final : public ContentStream {
 public:
  EntryStream(ArchiveReader& reader, Coverage& coverage) : reader_(reader), coverage_(coverage) {}

  std::size_t Read(std::span<char> into) override {
    if (ended_) return 0;
    const auto count = reader_.Read(into);
    ended_ = count == 0;
    if (const auto trouble = reader_.trouble()) coverage_.Note(*trouble);
    return count;
  }

 private:
  ArchiveReader& reader_;
  Coverage& coverage_;
  bool ended_ = false;
};

// The rest of `part` in memory; nothing if it cannot be had whole, which is noted.
std::optional<std::string> LoadWhole(Part& part, Extraction& extraction) {
  constexpr std::size_t kChunkBytes = 256 * 1024;
  std::string bytes;
  std::vector<char> chunk(kChunkBytes);
  while (extraction.budget().MayContinue()) {
    const auto count = part.Read(chunk);
    if (count == 0 && extraction.budget().MayContinue()) return bytes;
    if (bytes.size() + count > kLargestNestedContainer) {
      extraction.coverage().Note(v1::REASON_TOO_LARGE);
      return std::nullopt;
    }
    bytes.append(chunk.data(), count);
  }
  return std::nullopt;
}

class ContainerWalk {
 public:
  ContainerWalk(ByteSource& source, const std::string& origin, Extraction& extraction)
      : source_(source), origin_(origin), extraction_(extraction) {}

  void Run(ContainerFormat format) {
    ArchiveReader reader(source_, format);
    while (extraction_.budget().MayContinue()) {
      const auto entry = reader.Next();
      if (!entry) return Finish(reader);
      if (!extraction_.budget().TakeEntry()) return;
      InspectEntry(*entry, reader);
    }
  }

 private:
  void InspectEntry(const ArchiveReader::Entry& entry, ArchiveReader& reader) {
    if (entry.encrypted) extraction_.coverage().Note(v1::REASON_ENCRYPTED);
    saw_entry_ = true;
    if (entry.encrypted || !entry.has_content) return;
    EntryStream stream(reader, extraction_.coverage());
    Part part(stream, origin_ + "/" + entry.name, extraction_.budget());
    extraction_.InspectNested(part);
  }

  void Finish(const ArchiveReader& reader) {
    if (const auto trouble = reader.trouble()) {
      extraction_.coverage().Note(*trouble);
      if (!saw_entry_) InspectRaw(0);
      return;
    }
    const auto behind = reader.BytesBehindEnd();
    if (behind == 0) return;
    // Unpackers pass over what follows the last member. It may be anything, so it is not passed over here.
    extraction_.coverage().Note(v1::REASON_CORRUPT);
    InspectRaw(source_.size() - behind);
  }

  void InspectRaw(std::uint64_t offset) {
    SourceStream stream(source_, extraction_.coverage(), offset);
    Part part(stream, origin_, extraction_.budget());
    InspectAsBytes(part, extraction_);
  }

  ByteSource& source_;
  const std::string& origin_;
  Extraction& extraction_;
  bool saw_entry_ = false;
};

void WalkContainer(ByteSource& source, Part& part, ContainerFormat format, Extraction& extraction) {
  if (!extraction.budget().Enter()) return;
  ContainerWalk(source, part.origin(), extraction).Run(format);
  extraction.budget().Leave();
}

}  // namespace

void InspectContainer(Part& part, ContainerFormat format, Extraction& extraction) {
  if (part.source() != nullptr) return WalkContainer(*part.source(), part, format, extraction);
  const auto bytes = LoadWhole(part, extraction);
  if (!bytes) return;
  MemorySource source(*bytes);
  WalkContainer(source, part, format, extraction);
}

}  // namespace vigie::content
