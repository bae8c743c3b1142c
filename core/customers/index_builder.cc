#include "core/customers/index_builder.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "core/customers/index_format.h"
#include "core/customers/record_cells.h"
#include "core/customers/text_fold.h"

namespace vigie::customers {
namespace {

constexpr std::uint64_t kProgressEvery = 4096;

base::Error Refused(std::string reason) {
  return {base::ErrorCode::kInvalidArgument, std::move(reason)};
}

std::string NameOf(char separator) {
  return separator == '\t' ? "a tab" : std::string("\"") + separator + "\"";
}

bool SaysYes(std::string_view cell) {
  constexpr std::array<std::string_view, 6> kYes = {"1", "x", "yes", "true", "oui", "y"};
  const auto folded = FoldCase(TrimSpace(cell));
  return folded && std::find(kYes.begin(), kYes.end(), *folded) != kYes.end();
}

IndexId RandomId() {
  IndexId id{};
  randombytes_buf(id.data(), id.size());
  return id;
}

IndexId IdOfLedger(Ledger& ledger) {
  IndexId id{};
  const std::string& hex = ledger.Id();
  sodium_hex2bin(reinterpret_cast<unsigned char*>(id.data()), id.size(), hex.data(), hex.size(), nullptr, nullptr,
                 nullptr);
  return id;
}

// Where a new layer lies, and who is gone or changed since the one below.
struct LayerPlace {
  IndexId id{};
  std::uint32_t layer = 0;
  Seal previous{};
  RecordSet superseded;
};

// Reads one directory for one layer.
class Builder {
 public:
  Builder(const BuildOptions& options, const CellHasher& hasher, const PhonePlan& plan, Ledger& ledger)
      : options_(options),
        ledger_(ledger),
        hasher_(hasher),
        assembly_(options.limits),
        cells_(options.columns, plan, hasher, assembly_) {
    report_.limits = options.limits;
    if (!options.search_keys) cells_.LeaveOutPrimaryKey();
  }

  base::Result<void> ReadDirectory(CsvReader& reader) {
    CsvReader::Row row;
    auto header = reader.Next(row);
    if (!header) return header.error();
    if (!*header) return Refused("the directory is empty");
    if (auto located = Locate(row.fields); !located) {
      return Refused(located.error().message + " (taken to be " + NameOf(reader.separator()) + ")");
    }
    while (true) {
      auto more = reader.Next(row);
      if (!more) return more.error();
      if (!*more) break;
      ++report_.rows;
      if (options_.progress && report_.rows % kProgressEvery == 0) options_.progress(report_.rows);
      AddRow(row);
    }
    report_.encoding = reader.encoding();
    cells_.LeaveOutFirstNames();
    if (seen_.empty()) return Refused("the directory has no customer that could be read (" + Summary() + ")");
    return {};
  }

  IndexAssembly& assembly() { return assembly_; }

  base::Result<BuiltIndex> Finish(const LayerPlace& place, const base::Clock& clock) {
    auto assembled = assembly_.Assemble(hasher_, ledger_.records());
    if (!assembled) return assembled.error();
    IndexHeader header = MakeHeader(place, assembled->counts, clock);
    const std::string superseded = place.superseded.Serialize();
    RecordSet canaries = ledger_.Canaries();
    canaries.KeepCommon(seen_);
    const std::string canary_bytes = canaries.Serialize();
    const IndexSections sections{{assembled->strong, assembled->shared, assembled->tokens, assembled->words,
                                  assembled->pairs, superseded, canary_bytes}};
    BuiltIndex built{EncodeIndex(header, sections, hasher_), std::move(report_), std::move(assembly_.digests())};
    built.digests.SetSeal(SealOf(built.bytes));
    FillReport(built, header, assembled->counts);
    return built;
  }

 private:
  base::Result<void> Locate(const std::vector<std::string>& header) {
    std::vector<std::string> names;
    for (const DirectoryColumn& column : options_.columns) names.push_back(column.name);
    if (!options_.canary_column.empty()) names.push_back(options_.canary_column);
    auto positions = LocateColumns(names, header);
    if (!positions) return positions.error();
    positions_ = *std::move(positions);
    header_fields_ = header.size();
    const auto is_key = [](const DirectoryColumn& column) { return column.kind == CellKind::kKey; };
    key_column_ = static_cast<std::size_t>(std::find_if(options_.columns.begin(), options_.columns.end(), is_key) -
                                           options_.columns.begin());
    return {};
  }

  IndexHeader MakeHeader(const LayerPlace& place, const AssembledCounts& counts, const base::Clock& clock) {
    IndexHeader header;
    cells_.Finish(header);
    header.id = place.id;
    header.ledger = IdOfLedger(ledger_);
    header.layer = place.layer;
    header.previous = place.previous;
    header.built_at = std::chrono::duration_cast<std::chrono::seconds>(clock.Now().time_since_epoch()).count();
    header.region = options_.region;
    header.max_strong_records = options_.limits.max_strong_records;
    header.max_weak_records = options_.limits.max_weak_records;
    header.records = seen_.size();
    header.last_record = ledger_.records();
    header.strong_cells = counts.strong_cells;
    header.weak_cells = counts.weak_cells;
    header.pairs = counts.pairs;
    return header;
  }

  void AddRow(const CsvReader::Row& row) {
    if (row.fields.size() != header_fields_) {
      return SkipRow(row, "it has " + std::to_string(row.fields.size()) + " fields, the first row has " +
                              std::to_string(header_fields_));
    }
    std::vector<std::string_view> cells;
    for (const std::size_t position : positions_) cells.push_back(row.fields[position]);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (!IsUtf8(cells[i]))
        return SkipRow(row, "column " + std::to_string(positions_[i] + 1) + " is not UTF-8; name its encoding");
    }
    const std::string_view key = TrimSpace(cells[key_column_]);
    const std::uint32_t known = ledger_.records();
    const auto record = ledger_.Assign(key);
    if (!record) return SkipRow(row, record.error().message);
    report_.new_records += ledger_.records() - known;
    if (seen_.Contains(*record)) ++report_.merged_rows;
    MarkCanary(*record, cells);
    seen_.Add(*record);
    assembly_.digests().AddRecord(*record);
    cells_.Add(*record, cells, [&](const std::string& column, const std::string& reason) {
      ++report_.skipped_cells;
      Note({row.number, column, reason});
    });
  }

  // A record is a canary if any of its rows says so; a row says it once the directory does.
  void MarkCanary(RecordId record, const std::vector<std::string_view>& cells) {
    if (options_.canary_column.empty()) return;
    const bool canary = SaysYes(cells.back());
    if (canary || !seen_.Contains(record)) ledger_.SetCanary(record, canary);
  }

  void SkipRow(const CsvReader::Row& row, const std::string& reason) {
    ++report_.skipped_rows;
    Note({row.number, "", reason});
  }

  void Note(RowProblem problem) {
    if (report_.problems.size() < options_.max_problems) report_.problems.push_back(std::move(problem));
  }

  std::string Summary() const {
    std::string summary = std::to_string(report_.rows) + " rows, " + std::to_string(report_.skipped_rows) + " skipped";
    if (!report_.problems.empty()) {
      const RowProblem& first = report_.problems.front();
      summary += "; row " + std::to_string(first.row) + ": " + first.reason;
    }
    return summary;
  }

  void FillReport(BuiltIndex& built, const IndexHeader& header, const AssembledCounts& counts) const {
    BuildReport& report = built.report;
    report.index_id = HexOf(header.id);
    report.records = header.records;
    RecordSet canaries = ledger_.Canaries();
    report.canaries = canaries.CommonWith(seen_);
    report.weak_keys = cells_.weak_keys();
    report.cells = counts;
    report.bytes = built.bytes.size();
  }

  const BuildOptions& options_;
  Ledger& ledger_;
  const CellHasher& hasher_;
  IndexAssembly assembly_;
  RecordCells cells_;
  BuildReport report_;
  RecordSet seen_;
  std::vector<std::size_t> positions_;
  std::size_t header_fields_ = 0;
  std::size_t key_column_ = 0;
};

base::Result<PhonePlan> PlanOf(const std::string& region) {
  const auto plan = FindPhonePlan(region);
  if (plan) return *plan;
  return Refused("region: \"" + region + "\" is not known; known are " + KnownPhoneRegions());
}

base::Error NotOfThisIndex(const std::string& what) {
  return {base::ErrorCode::kFailedPrecondition, what};
}

base::Result<void> CheckBase(const DeltaBase& base, const BuildOptions& options, const BuildParts& parts) {
  const OpenedIndex& newest = base.layers.back();
  const CellHasher hasher(parts.key, newest.header.id);
  if (hasher.Seal(newest.sealed) != newest.seal) return NotOfThisIndex("the index was built with another key");
  if (options.region != newest.header.region) {
    return NotOfThisIndex("the index was built for region \"" + newest.header.region + "\"; give the same");
  }
  if (IdOfLedger(parts.ledger) != newest.header.ledger)
    return NotOfThisIndex("the index was built with another ledger");
  if (base.digests.seal() != newest.seal) {
    return NotOfThisIndex("the digests are of another state of the index; build the index again");
  }
  return {};
}

base::Result<void> ReadInto(Builder& builder, std::istream& directory, const BuildOptions& options) {
  CsvReader reader(directory, {options.separator, options.encoding});
  if (auto read = builder.ReadDirectory(reader); !read) return read.error().Wrap("directory");
  return {};
}

}  // namespace

base::Result<BuiltIndex> BuildIndex(std::istream& directory, const BuildOptions& options, const BuildParts& parts) {
  if (sodium_init() < 0) return base::Error{base::ErrorCode::kInternal, "libsodium cannot be initialised"};
  const auto plan = PlanOf(options.region);
  if (!plan) return plan.error();
  LayerPlace place;
  place.id = options.id.value_or(RandomId());
  const CellHasher hasher(parts.key, place.id);
  Builder builder(options, hasher, *plan, parts.ledger);
  if (auto read = ReadInto(builder, directory, options); !read) return read.error();
  return builder.Finish(place, parts.clock);
}

base::Result<BuiltIndex> BuildDelta(const OpenDirectory& open, const BuildOptions& options, const BuildParts& parts,
                                    const DeltaBase& base) {
  if (sodium_init() < 0) return base::Error{base::ErrorCode::kInternal, "libsodium cannot be initialised"};
  const auto plan = PlanOf(options.region);
  if (!plan) return plan.error();
  if (auto fits = CheckBase(base, options, parts); !fits) return fits.error();
  const OpenedIndex& newest = base.layers.back();
  const CellHasher hasher(parts.key, newest.header.id);
  auto first = open();
  if (!first) return first.error();
  Builder look(options, hasher, *plan, parts.ledger);
  look.assembly().OnlyDigest();
  if (auto read = ReadInto(look, **first, options); !read) return read.error();
  const RecordDigests& now = look.assembly().digests();
  const RecordSet kept = now.NoLongerAsIn(base.digests);  // new or changed
  LayerPlace place{newest.header.id, newest.header.layer + 1, newest.seal, base.digests.NoLongerAsIn(now)};
  auto second = open();
  if (!second) return second.error();
  Builder builder(options, hasher, *plan, parts.ledger);
  builder.assembly().KeepOnly(kept);
  if (auto read = ReadInto(builder, **second, options); !read) return read.error();
  auto built = builder.Finish(place, parts.clock);
  if (!built) return built.error();
  built->report.changed_records = place.superseded.CommonWith(kept);
  built->report.removed_records = place.superseded.size() - built->report.changed_records;
  built->report.new_records = kept.size() - built->report.changed_records;
  return built;
}

}  // namespace vigie::customers
