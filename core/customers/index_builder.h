#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/customers/cell_hash.h"
#include "core/customers/csv_reader.h"
#include "core/customers/directory_columns.h"
#include "core/customers/index_assembly.h"
#include "core/customers/index_format.h"
#include "core/customers/index_key.h"
#include "core/customers/ledger.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"

namespace vigie::customers {

struct BuildOptions {
  std::vector<DirectoryColumn> columns;  // ParseColumns
  bool search_keys = true;               // false: the primary key is for the ledger only, text is not searched for it
  std::string region;                    // of phone numbers without a country code: FR
  std::string canary_column;             // its cells say yes, true, 1 or x where the row is a canary; "" = none
  std::optional<char> separator;         // detected if not given
  std::string encoding;                  // a name that iconv knows; "" = detected
  AssemblyLimits limits;
  std::size_t max_problems = 100;
  std::optional<IndexId> id;                         // random if not given
  std::function<void(std::uint64_t rows)> progress;  // every few thousand rows
};

// What was left out, without its value.
struct RowProblem {
  std::uint64_t row = 0;  // as a spreadsheet counts: the header is row 1
  std::string column;     // "" = the whole row was skipped
  std::string reason;
};

struct BuildReport {
  std::string index_id;
  std::uint64_t rows = 0;  // without the header
  std::uint64_t records = 0;
  std::uint64_t new_records = 0;
  std::uint64_t canaries = 0;
  std::uint64_t skipped_rows = 0;
  std::uint64_t skipped_cells = 0;
  std::uint64_t merged_rows = 0;  // of a key that an earlier row had: both are one record
  std::uint64_t weak_keys = 0;    // too plain to identify alone; they count together with a name
  AssembledCounts cells;
  AssemblyLimits limits;
  std::uint64_t bytes = 0;
  std::uint64_t changed_records = 0;  // of a delta; new_records are besides
  std::uint64_t removed_records = 0;
  std::string encoding;
  std::vector<RowProblem> problems;  // the first BuildOptions::max_problems
};

struct BuildParts {
  const IndexKey& key;
  Ledger& ledger;
  const base::Clock& clock;
};

struct BuiltIndex {
  std::string bytes;
  BuildReport report;
  RecordDigests digests;  // for the next delta; stays with the directory's owner
};

// Makes a customer index from a directory in CSV, row by row. New keys get their record ids from the ledger, which the
// caller saves before the index is used (an index whose ids are nowhere written down resolves to nobody). Errors: a
// column that is not there, an unknown region, a directory without customers, text that cannot be read as CSV.
base::Result<BuiltIndex> BuildIndex(std::istream& directory, const BuildOptions& options, const BuildParts& parts);

// What a delta is made against.
struct DeltaBase {
  const std::vector<OpenedIndex>& layers;  // DecodeIndex
  const RecordDigests& digests;            // of this state of the index
};
// The directory is read twice: first to see who changed.
using OpenDirectory = std::function<base::Result<std::unique_ptr<std::istream>>()>;

// Makes the delta that turns the index into one of this directory: who is new or changed, with all that decides whom
// their cells identify, and who is gone. Afterwards the index answers as one built anew would, but for cells that
// somebody who is gone or changed shared with others: what was ambiguous stays so until the next full build.
// kFailedPrecondition if key, region, ledger or digests are not those of the index.
base::Result<BuiltIndex> BuildDelta(const OpenDirectory& open, const BuildOptions& options, const BuildParts& parts,
                                    const DeltaBase& base);

}  // namespace vigie::customers
