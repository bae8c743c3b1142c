#include "core/content/extract/container_extraction.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "core/content/extract/rar5_headers.h"
#include "core/content/extract/zip_extraction.h"

namespace vigie::content {
namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;

// A stream from its first byte on that is not zero: containers are padded with zeros.
class WithoutLeadingZeros final : public ContentStream {
 public:
  WithoutLeadingZeros(ContentStream& stream, ScanBudget& budget) : stream_(stream), budget_(budget) {}

  std::size_t Read(std::span<char> into) override {
    while (!met_content_ && budget_.HasTime()) {
      const auto count = stream_.Read(into);
      if (count == 0) return 0;
      const auto first = std::ranges::find_if(into.first(count), [](char c) { return c != '\0'; });
      const auto zeros = static_cast<std::size_t>(first - into.begin());
      if (zeros == count) continue;
      met_content_ = true;
      std::copy(first, into.begin() + static_cast<std::ptrdiff_t>(count), into.begin());
      return count - zeros;
    }
    return met_content_ ? stream_.Read(into) : 0;
  }

 private:
  ContentStream& stream_;
  ScanBudget& budget_;
  bool met_content_ = false;
};

// The first bytes behind a rar 5. libarchive leaves of the block that ends it what follows the checksum: size, type,
// flags and the flags of the end, which say nothing. A longer one may hold anything.
std::string FirstBehindRar5(ContentStream& rest) {
  constexpr std::size_t kEndBytes = 4;
  std::string first;
  for (char byte = 0; first.size() < kEndBytes && rest.Read({&byte, 1}) == 1;) first += byte;
  return first.starts_with("\x03\x05") ? "" : first;
}

// One container that is read in order: from a source, or as it comes.
class ContainerWalk {
 public:
  ContainerWalk(ArchiveInput& input, const std::string& origin, Extraction& extraction)
      : input_(input), origin_(origin), extraction_(extraction) {}

  // Of the files in their order, which ones libarchive does not know to be encrypted.
  void KnowEncrypted(std::vector<bool> files) { encrypted_ = std::move(files); }

  void Run(ContainerFormat format) {
    format_ = format;
    ArchiveReader reader(input_, format);
    TextWindows names(origin_, extraction_.sink());
    const auto end = WalkEntries(
        reader, extraction_, [this](ContentStream& content, const std::string& name) { Visit(content, name); },
        IsOneStream(format) ? nullptr : &names);
    names.Finish();
    if (end.reached_end) Finish(reader, end);
  }

 private:
  void Visit(ContentStream& content, const std::string& name) {
    const auto file = files_++;
    if (file < encrypted_.size() && encrypted_[file]) return extraction_.coverage().Note(v1::REASON_ENCRYPTED);
    Part part(content, IsOneStream(format_) ? origin_ + "/data" : origin_ + "/" + name, extraction_.budget());
    extraction_.InspectNested(part);
  }

  void Finish(const ArchiveReader& reader, const WalkEnd& end) {
    const bool nothing_read = end.trouble && !end.saw_entry;
    const auto rest = input_.Rest(nothing_read ? 0 : reader.ConsumedBytes());
    if (end.trouble) {
      extraction_.coverage().Note(*end.trouble);
      Part part(*rest, origin_, extraction_.budget());
      InspectAsBytes(part, extraction_);
      return;
    }
    // Unpackers pass over what follows the end. It may be anything, so it is not passed over here.
    if (format_ == ContainerFormat::kRar5) {
      ContinuedStream behind(FirstBehindRar5(*rest), *rest);
      return InspectUnclaimed(behind, origin_, extraction_);
    }
    if (!IsOneStream(format_)) return InspectUnclaimed(*rest, origin_, extraction_);
    Part part(*rest, origin_, extraction_.budget());
    if (part.head().empty()) return;
    extraction_.coverage().Note(v1::REASON_CORRUPT);
    InspectAsBytes(part, extraction_);
  }

  ArchiveInput& input_;
  const std::string& origin_;
  Extraction& extraction_;
  ContainerFormat format_{};
  std::vector<bool> encrypted_;
  std::size_t files_ = 0;
};

std::vector<bool> EncryptedFiles(Part& part, ContainerFormat format) {
  if (format != ContainerFormat::kRar5) return {};
  MemorySource head(part.head());
  return EncryptedFilesOfRar5(part.source() != nullptr ? *part.source() : head);
}

// 7z has its table of contents at the end: what it does not cover is known from its first header.
void WalkSevenZip(ByteSource& source, Part& part, Extraction& extraction) {
  constexpr std::size_t kStartBytes = 32;
  std::string start(kStartBytes, '\0');
  const auto count = source.ReadAt(0, start);
  SourceInput input(source, extraction);
  ArchiveReader reader(input, ContainerFormat::kSevenZip);
  TextWindows names(part.origin(), extraction.sink());
  const auto visit = [&](ContentStream& content, const std::string& name) {
    Part entry(content, part.origin() + "/" + name, extraction.budget());
    extraction.InspectNested(entry);
  };
  const auto end = WalkEntries(reader, extraction, visit, &names);
  names.Finish();
  if (end.trouble) {
    extraction.coverage().Note(*end.trouble);
    if (!end.saw_entry && *end.trouble != v1::REASON_ENCRYPTED) {
      SourceStream raw(source, extraction.coverage());
      Part bytes(raw, part.origin(), extraction.budget());
      InspectAsBytes(bytes, extraction);
    }
  }
  if (!count || *count < kStartBytes) return;
  std::uint64_t header_offset = 0;
  std::uint64_t header_bytes = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    header_offset |= static_cast<std::uint64_t>(static_cast<unsigned char>(start[12 + i])) << (8 * i);
    header_bytes |= static_cast<std::uint64_t>(static_cast<unsigned char>(start[20 + i])) << (8 * i);
  }
  const auto size = source.size();
  if (header_offset > size || header_bytes > size || kStartBytes + header_offset + header_bytes >= size) return;
  SourceRange behind(source, kStartBytes + header_offset + header_bytes, size);
  InspectRange(behind, part.origin(), extraction);
}

void WalkInOrder(Part& part, ContainerFormat format, Extraction& extraction) {
  const auto walk = [&](ArchiveInput& input) {
    ContainerWalk walking(input, part.origin(), extraction);
    walking.KnowEncrypted(EncryptedFiles(part, format));
    walking.Run(format);
  };
  if (part.source() != nullptr) {
    SourceInput input(*part.source(), extraction);
    return walk(input);
  }
  PartStream stream(part);
  StreamInput input(stream, extraction);
  walk(input);
}

void WalkSeeking(ByteSource& source, Part& part, ContainerFormat format, Extraction& extraction) {
  if (format == ContainerFormat::kZip) return InspectZip(source, part, extraction);
  WalkSevenZip(source, part, extraction);
}

// Too large to be kept: a zip is read entry by entry, of a 7z only the bytes are looked at.
void WalkUnkept(std::string first, Part& part, ContainerFormat format, Extraction& extraction) {
  PartStream rest(part);
  ContinuedStream stream(std::move(first), rest);
  if (format != ContainerFormat::kZip) {
    Part bytes(stream, part.origin(), extraction.budget());
    return InspectAsBytes(bytes, extraction);
  }
  StreamInput input(stream, extraction);
  ContainerWalk(input, part.origin(), extraction).Run(format);
}

void WalkContainer(Part& part, ContainerFormat format, Extraction& extraction) {
  if (!NeedsSeeking(format)) return WalkInOrder(part, format, extraction);
  if (part.source() != nullptr) return WalkSeeking(*part.source(), part, format, extraction);
  LoadedPart loaded(part, extraction);
  if (!loaded.is_whole()) return WalkUnkept(loaded.TakeBytes(), part, format, extraction);
  MemorySource source(loaded.bytes());
  WalkSeeking(source, part, format, extraction);
}

}  // namespace

LoadedPart::LoadedPart(Part& part, Extraction& extraction) : budget_(extraction.budget()) {
  std::vector<char> chunk(kChunkBytes);
  while (budget_.HasTime()) {
    const auto count = part.Read(chunk);
    if (count == 0) {
      is_whole_ = true;
      return;
    }
    const bool fits = budget_.Keep(count);
    // Not twice as large as any that fits.
    if (bytes_.capacity() < bytes_.size() + count) {
      bytes_.reserve(std::min<std::size_t>(2 * bytes_.size(), ScanBudget::kMostKept) + count);
    }
    bytes_.append(chunk.data(), count);
    if (!fits) {
      bytes_kept_ = bytes_.size() - count;
      return;
    }
    bytes_kept_ = bytes_.size();
  }
}

std::size_t EntryStream::Read(std::span<char> into) {
  constexpr std::uint64_t kCheckEvery = std::uint64_t{1} << 20;
  if (ended_) return 0;
  const auto count = reader_.Read(into);
  ended_ = count == 0;
  if (const auto trouble = reader_.trouble()) extraction_.coverage().Note(*trouble);
  bytes_since_check_ += count;
  if (bytes_since_check_ < kCheckEvery) return count;
  bytes_since_check_ = 0;
  ended_ = !extraction_.budget().HasMemory();
  return count;
}

WalkEnd WalkEntries(ArchiveReader& reader, Extraction& extraction, const EntryVisitor& visit, TextWindows* names) {
  WalkEnd end;
  while (extraction.budget().MayContinue()) {
    const auto entry = reader.Next();
    if (!entry) {
      end.trouble = reader.trouble();
      end.reached_end = true;
      return end;
    }
    if (!extraction.budget().TakeEntry()) return end;
    end.saw_entry = true;
    if (names != nullptr) names->Append(entry->name + "\n" + entry->other_names);
    if (entry->encrypted) extraction.coverage().Note(v1::REASON_ENCRYPTED);
    if (entry->follows_damage) extraction.coverage().Note(v1::REASON_CORRUPT);
    if (entry->encrypted || !entry->has_content) continue;
    EntryStream content(reader, extraction);
    visit(content, entry->name);
  }
  return end;
}

void InspectUnclaimed(ContentStream& stream, const std::string& origin, Extraction& extraction) {
  WithoutLeadingZeros content(stream, extraction.budget());
  Part part(content, origin, extraction.budget());
  if (part.head().empty() || !extraction.budget().TakeEntry()) return;
  extraction.InspectNested(part);
}

void InspectRange(ByteSource& range, const std::string& origin, Extraction& extraction) {
  SourceStream stream(range, extraction.coverage());
  Part part(stream, origin, extraction.budget(), &range);
  if (part.head().find_first_not_of('\0') == std::string_view::npos) {
    SourceStream again(range, extraction.coverage());
    return InspectUnclaimed(again, origin, extraction);
  }
  if (extraction.budget().TakeEntry()) extraction.InspectNested(part);
}

void InspectContainer(Part& part, ContainerFormat format, Extraction& extraction) {
  if (!extraction.budget().Enter()) return;
  WalkContainer(part, format, extraction);
  extraction.budget().Leave();
}

}  // namespace vigie::content
