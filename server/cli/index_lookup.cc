#include "server/cli/index_lookup.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <ostream>

#include "core/customers/customer_index.h"
#include "core/customers/index_key.h"
#include "core/customers/ledger.h"
#include "core/customers/record_set.h"
#include "proto/contract/time_conversion.h"
#include "server/cli/table.h"

namespace vigie::cli {
namespace {

constexpr std::uint64_t kMaxSetBytes = std::uint64_t{1} << 30;
constexpr std::size_t kMaxUnknownShown = 10;

int InputError(Context& context, const base::Error& error) {
  (void)ReportError(context, error);
  return kUsage;
}

std::string TimeOf(std::int64_t unix_seconds) {
  return contract::FormatTime(contract::ToProto(base::SystemTime(std::chrono::seconds(unix_seconds))));
}

base::Result<customers::IndexInfo> ReadInfo(const std::string& path, platform::FileSystem& files) {
  const auto file = files.OpenForReading(path);
  if (!file) return file.error();
  auto info = customers::CustomerIndex::ReadInfo(*file);
  if (!info) return info.error().Wrap(path);
  return info;
}

base::Result<customers::RecordSet> WantedRecords(const IndexResolveRequest& request, platform::FileSystem& files) {
  if (!request.ids.empty()) return customers::RecordSet(request.ids);
  const auto bytes = files.ReadFile(request.set_file, kMaxSetBytes);
  if (!bytes) return bytes.error();
  auto set = customers::RecordSet::Parse(*bytes);
  if (!set) return set.error().Wrap(request.set_file);
  return set;
}

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

void PrintResolved(const customers::Ledger& ledger, const std::vector<customers::RecordId>& ids, Context& context) {
  auto json = nlohmann::ordered_json::array();
  for (const customers::RecordId id : ids) {
    const std::string* key = ledger.KeyOf(id);
    if (key == nullptr) continue;
    if (context.json()) {
      json.push_back({{"id", id}, {"key", *key}, {"canary", ledger.IsCanary(id)}});
    } else {
      context.out << id << "," << CsvField(*key) << "\n";
    }
  }
  if (!context.json()) return;
  context.out << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

// The exit code that fits.
int ReportUnknown(const customers::Ledger& ledger, const std::vector<customers::RecordId>& ids, Context& context) {
  std::vector<std::string> shown;
  std::size_t unknown = 0;
  for (const customers::RecordId id : ids) {
    if (ledger.KeyOf(id) != nullptr) continue;
    if (++unknown <= kMaxUnknownShown) shown.push_back(std::to_string(id));
  }
  if (unknown == 0) return kFine;
  context.err << "vigie: " << unknown << " record ids are not in this ledger (" << Join(shown)
              << (unknown > shown.size() ? ", …" : "") << "); is it the ledger of the index that found them?\n";
  return kFound;
}

}  // namespace

int RunIndexKey(const std::string& out, platform::FileSystem& files, Context& context) {
  if (auto created = customers::CreateIndexKey(files, out); !created) return InputError(context, created.error());
  if (context.json()) {
    context.out << nlohmann::ordered_json{{"key_file", out}}.dump() << "\n";
  } else {
    context.out << "Wrote " << out
                << ", readable by its owner only. Keep a copy: without it no index can be built or used.\n";
  }
  return kFine;
}

int RunIndexInfo(const std::string& index, platform::FileSystem& files, Context& context) {
  const auto info = ReadInfo(index, files);
  if (!info) return InputError(context, info.error());
  if (context.json()) {
    const nlohmann::ordered_json json = {{"format_version", info->format_version},
                                         {"id", info->id},
                                         {"state", info->state},
                                         {"built_at", TimeOf(info->built_at)},
                                         {"records", info->records},
                                         {"strong_cells", info->strong_cells},
                                         {"weak_cells", info->weak_cells},
                                         {"pairs", info->pairs},
                                         {"region", info->region},
                                         {"deltas", info->deltas},
                                         {"canaries", info->canaries.size()},
                                         {"ledger", info->ledger},
                                         {"bytes", info->bytes}};
    context.out << json.dump(2) << "\n";
    return kFine;
  }
  WriteFields({{"index", info->id},
               {"format", std::to_string(info->format_version)},
               {"built at", TimeOf(info->built_at)},
               {"records", std::to_string(info->records)},
               {"strong cells", std::to_string(info->strong_cells)},
               {"weak cells", std::to_string(info->weak_cells)},
               {"pairs", std::to_string(info->pairs)},
               {"region", info->region},
               {"deltas", std::to_string(info->deltas)},
               {"canaries", std::to_string(info->canaries.size())},
               {"ledger", info->ledger},
               {"bytes", std::to_string(info->bytes)}},
              context.out);
  return kFine;
}

int RunIndexResolve(const IndexResolveRequest& request, platform::FileSystem& files, Context& context) {
  if (!files.StatusOf(request.ledger)) {
    return InputError(context, {base::ErrorCode::kNotFound, "ledger: there is no file " + request.ledger});
  }
  const auto ledger = customers::Ledger::Open(files, request.ledger);
  if (!ledger) return InputError(context, ledger.error());
  const auto wanted = WantedRecords(request, files);
  if (!wanted) return InputError(context, wanted.error());
  const std::vector<customers::RecordId> ids = wanted->Ids();
  PrintResolved(*ledger, ids, context);
  return ReportUnknown(*ledger, ids, context);
}

}  // namespace vigie::cli
