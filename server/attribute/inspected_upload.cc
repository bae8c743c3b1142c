#include "server/attribute/inspected_upload.h"

#include <algorithm>
#include <map>

#include "core/customers/customer_index.h"
#include "core/customers/record_set.h"

namespace vigie::server::attribute {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// To start the inspector, which maps and checks the indexes, and to inspect: the call that waits for it takes 60 s.
constexpr std::chrono::seconds kMostTime{55};

using Population = std::map<std::string, std::uint64_t>;  // customers of each ledger

void AddLeaked(const v1::CustomerFinding& finding, const Population& population, v1::AttributeRequest& request) {
  const auto records = customers::RecordSet::Parse(finding.records());
  if (!records || records->empty()) return;
  const auto known = population.find(finding.ledger());
  v1::LeakedCustomers& leaked = *request.add_leaked();
  leaked.set_ledger(finding.ledger());
  leaked.set_records(finding.records());
  leaked.set_population(known == population.end() ? records->size() : known->second);
}

v1::AttributeRequest RequestFor(const v1::Inspection& inspection, const Population& population, std::uint32_t limit) {
  v1::AttributeRequest request;
  request.set_limit(limit);
  AddLeaked(inspection.customers(), population, request);
  for (const auto& other : inspection.customers_of_other_ledgers()) AddLeaked(other, population, request);
  return request;
}

Population PopulationOf(const v1::DescribeUploadResponse& described) {
  Population population;
  for (const v1::UploadIndex& index : described.indexes()) {
    std::uint64_t& most = population[index.ledger()];
    most = std::max(most, index.customers());
  }
  return population;
}

// Of what opening an index and reading what it says of itself ends with; empty = it has no name.
std::string_view ReasonOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
      return "INDEX_MISSING";
    case ErrorCode::kPermissionDenied:
      return "INDEX_NOT_ALLOWED";
    case ErrorCode::kFailedPrecondition:
      return "INDEX_NO_FILE";
    case ErrorCode::kInvalidArgument:
      return "INDEX_NOT_WHOLE";
    case ErrorCode::kUnsupported:
      return "INDEX_OF_OTHER_VERSION";
    case ErrorCode::kDataLoss:
      return "INDEX_DAMAGED";
    default:
      return "";
  }
}

v1::UploadIndex DescribeIndex(const std::string& path, platform::FileSystem& files) {
  v1::UploadIndex described;
  const auto file = files.OpenForReading(path);
  const auto info = file ? customers::CustomerIndex::ReadInfo(*file) : Result<customers::IndexInfo>(file.error());
  if (!info) {
    described.set_problem(info.error().message);
    if (const auto reason = ReasonOf(info.error().code); !reason.empty())
      described.mutable_detail()->set_reason(std::string(reason));
    return described;
  }
  described.set_ledger(info->ledger);
  described.set_customers(info->records);
  described.mutable_built_at()->set_seconds(info->built_at);
  return described;
}

v1::AttributeUploadResponse Findings(const v1::Inspection& inspection, const v1::AttributeRequest& asked) {
  v1::AttributeUploadResponse response;
  for (const v1::LeakedCustomers& leaked : asked.leaked()) {
    response.set_population(response.population() + leaked.population());
    if (const auto records = customers::RecordSet::Parse(leaked.records())) {
      response.set_customers(response.customers() + records->size());
    }
  }
  response.set_evaluated(inspection.evaluated());
  *response.mutable_reasons() = inspection.reasons();
  return response;
}

}  // namespace

InspectedUpload::InspectedUpload(inspection::InspectorPoolOptions options, Attribution& attribution,
                                 platform::WorkerLauncher* launcher, platform::FileSystem& files)
    : options_(std::move(options)), attribution_(attribution), launcher_(launcher), files_(files) {
}

v1::DescribeUploadResponse InspectedUpload::Describe() {
  v1::DescribeUploadResponse described;
  for (const inspection::IndexFile& index : options_.indexes) {
    *described.add_indexes() = DescribeIndex(index.file, files_);
  }
  described.set_most_bytes(ready() ? kMostUploadBytes : 0);
  return described;
}

bool InspectedUpload::Begin(const std::shared_ptr<inspection::InspectorPool>& pool) {
  auto working = working_.Lock();
  std::erase_if(working->pools, [](const auto& earlier) { return earlier.expired(); });
  working->pools.push_back(pool);
  return !working->stopped;
}

void InspectedUpload::Stop() {
  std::vector<std::weak_ptr<inspection::InspectorPool>> pools;
  {
    auto working = working_.Lock();
    working->stopped = true;
    pools.swap(working->pools);
  }
  for (const auto& running : pools) {
    if (const auto pool = running.lock()) pool->Abandon();
  }
}

Result<v1::Inspection> InspectedUpload::Inspect(const base::FileDescriptor& file) {
  const auto deadline = base::Deadline::After(kMostTime);
  const Error stopping{ErrorCode::kUnavailable, "the collector stops: try again in a moment"};
  auto made = inspection::InspectorPool::Create(options_, *launcher_, files_);
  if (!made) return Error{ErrorCode::kFailedPrecondition, "leaked files cannot be inspected: " + made.error().message};
  const std::shared_ptr<inspection::InspectorPool> pool = *std::move(made);
  if (!Begin(pool)) return stopping;
  v1::Inspection inspection = pool->Inspect(file, deadline);
  if (working_.Lock()->stopped) return stopping;
  return inspection;
}

Result<v1::AttributeUploadResponse> InspectedUpload::Attribute(const base::FileDescriptor& file,
                                                               const v1::AttributeUploadRequest& request) {
  if (!ready()) {
    return Error{ErrorCode::kFailedPrecondition, "no index is configured: name indexes in collector.yaml"};
  }
  const auto place = places_.Take();
  if (!place) return Error{ErrorCode::kResourceExhausted, "other files are being inspected: try again in a moment"};
  const auto inspected = Inspect(file);
  if (!inspected) return inspected.error();
  const v1::AttributeRequest asked = RequestFor(*inspected, PopulationOf(Describe()), request.limit());
  v1::AttributeUploadResponse response = Findings(*inspected, asked);
  if (asked.leaked().empty()) return response;
  auto attributed = attribution_.Attribute(asked);
  if (!attributed) return attributed.error();
  *response.mutable_attribution() = *std::move(attributed);
  return response;
}

}  // namespace vigie::server::attribute
