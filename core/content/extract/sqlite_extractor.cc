#include <algorithm>
#include <string>
#include <vector>

#include "core/content/extract/encoded_stretch.h"
#include "core/content/extract/extractor_table.h"
#include "core/content/extract/sqlite_leftovers.h"
#include "core/content/extract/sqlite_records.h"
#include "core/content/extract/text_decoder.h"
#include "core/content/extract/text_windows.h"
#include "platform/sqlite/database_image.h"

namespace vigie::content {
namespace {

using namespace std::string_view_literals;

constexpr auto kMagic = "SQLite format 3\0"sv;
constexpr std::size_t kMostInMemory = std::size_t{64} << 20;

class SourceView final : public sqlite::ImageSource {
 public:
  explicit SourceView(ByteSource& source) : source_(source) {}
  base::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> into) override {
    return source_.ReadAt(offset, into);
  }
  std::uint64_t size() const override { return source_.size(); }

 private:
  ByteSource& source_;
};

class DatabaseWalk {
 public:
  DatabaseWalk(ByteSource& source, const std::string& origin, Extraction& extraction)
      : source_(source), origin_(origin), extraction_(extraction) {}

  // False if the database could not be opened at all.
  bool Run() {
    SourceView view(source_);
    const auto image = sqlite::DatabaseImage::Open(view, [this] { return extraction_.budget().MayContinue(); });
    if (!image) return false;
    const auto tables = (*image)->TableNames();
    if (!tables) return false;
    extraction_.coverage().NoteInspected();
    for (const auto& table : *tables) {
      if (!extraction_.budget().MayContinue()) break;
      InspectTable(**image, table);
    }
    InspectLeftovers();
    return true;
  }

 private:
  void InspectTable(sqlite::DatabaseImage& image, const std::string& table) {
    const auto origin = origin_ + "/" + table;
    TextWindows windows(origin, extraction_.sink());
    windows.Append(table + "\n");
    std::uint64_t number = 0;
    const auto read = image.ForEachRow(table, [&](std::span<const sqlite::ImageCell> cells) {
      ++number;
      return InspectRow(cells, windows, origin + "/" + std::to_string(number));
    });
    windows.Finish();
    if (read || read.error().code == base::ErrorCode::kCancelled) return;
    const bool too_large = read.error().code == base::ErrorCode::kResourceExhausted;
    extraction_.coverage().Note(too_large ? v1::REASON_TOO_LARGE : v1::REASON_CORRUPT);
  }

  bool InspectRow(std::span<const sqlite::ImageCell> cells, TextWindows& windows, const std::string& origin) {
    std::string line;
    for (const auto& cell : cells) {
      if (cell.kind == sqlite::ImageCell::Kind::kBlob) {
        AppendBlob(cell.bytes, origin, line);
      } else {
        AppendText(cell.bytes, line);
      }
      line.push_back('\t');
    }
    line.push_back('\n');
    const auto granted = extraction_.budget().TakeBytes(line.size());
    windows.Append(std::string_view(line).substr(0, granted));
    return granted == line.size();
  }

  // A cell stays one, whatever is in it.
  static void AppendText(std::string_view cell, std::string& line) {
    TextDecoder decoder(TextEncoding::kEightBit);
    std::string text;
    decoder.Decode(cell, text);
    decoder.Finish(text);
    std::ranges::replace_if(
        text, [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
    line.append(text);
  }

  void AppendBlob(std::string_view blob, const std::string& origin, std::string& line) {
    constexpr std::size_t kShort = 512;
    const auto worth = JudgeDecoded(blob);
    if (worth == StretchWorth::kNothing || (worth == StretchWorth::kText && blob.size() < kShort))
      return AppendText(blob, line);
    if (worth == StretchWorth::kBinary) {  // its bytes, as those of any binary
      const auto granted = extraction_.budget().TakeBytes(blob.size());
      extraction_.sink().Take({blob.substr(0, granted), origin, 0, granted});
      return;
    }
    auto& budget = extraction_.budget();
    if (!budget.TakeEntry() || !budget.Enter()) return;
    MemorySource source(blob);
    SourceStream stream(source, extraction_.coverage());
    Part part(stream, origin, budget, &source);
    extraction_.InspectNested(part);
    budget.Leave();
  }

  void InspectLeftovers() {
    TextWindows windows(origin_, extraction_.sink());
    const bool whole = ForEachLeftover(source_, [&](std::string_view bytes) {
      windows.Append(LinesOfRecords(bytes.substr(0, extraction_.budget().TakeBytes(bytes.size()))));
      return extraction_.budget().MayContinue();
    });
    windows.Finish();
    if (!whole) extraction_.coverage().Note(v1::REASON_CORRUPT);
  }

  ByteSource& source_;
  const std::string& origin_;
  Extraction& extraction_;
};

// SQLite's file format 3: every row of every table as a line of cells, blobs as nested parts, and what deleted rows
// left.
class SqliteExtractor final : public Extractor {
 public:
  bool Accepts(const ContentType& type, std::string_view head) const override {
    return !type.encoding && head.starts_with(kMagic);
  }

  void Extract(Part& part, const ContentType&, Extraction& extraction) const override {
    if (part.source() != nullptr) return Inspect(*part.source(), part, extraction);
    std::string bytes;
    std::vector<char> chunk(256 * 1024);
    while (extraction.budget().MayContinue() && bytes.size() < kMostInMemory) {
      const auto count = part.Read(chunk);
      if (count == 0) break;
      bytes.append(chunk.data(), count);
    }
    if (bytes.size() >= kMostInMemory) extraction.coverage().Note(v1::REASON_TOO_LARGE);
    MemorySource source(bytes);
    Inspect(source, part, extraction);
  }

 private:
  static void Inspect(ByteSource& source, Part& part, Extraction& extraction) {
    if (!extraction.budget().Enter()) return;
    if (!DatabaseWalk(source, part.origin(), extraction).Run()) {
      extraction.coverage().Note(v1::REASON_CORRUPT);
      SourceStream stream(source, extraction.coverage());
      Part raw(stream, part.origin(), extraction.budget());
      InspectAsBytes(raw, extraction);
    }
    extraction.budget().Leave();
  }
};

}  // namespace

std::unique_ptr<const Extractor> MakeSqliteExtractor() {
  return std::make_unique<SqliteExtractor>();
}

}  // namespace vigie::content
