#include "server/cli/item_scanner.h"

#include <chrono>

#include "platform/memory_file.h"

namespace vigie::cli {
namespace {

// Beyond the inspector's own budget: to start a worker, to be told the end.
constexpr std::chrono::seconds kAnswerTime{5};

v1::Inspection NotEvaluated(v1::Reason reason) {
  v1::Inspection inspection;
  inspection.set_evaluated(v1::EVALUATED_NONE);
  inspection.add_reasons(reason);
  return inspection;
}

// What is more than the limit is not read: the byte beyond it makes the inspector say so.
base::Result<base::FileDescriptor> BufferStandardInput(std::istream& input, std::uint64_t limit) {
  std::string content;
  std::string block(std::size_t{1} << 16, '\0');
  while (input.read(block.data(), static_cast<std::streamsize>(block.size())) || input.gcount() > 0) {
    content.append(block, 0, static_cast<std::size_t>(input.gcount()));
    if (content.size() <= limit) continue;
    content.resize(static_cast<std::size_t>(limit) + 1);
    break;
  }
  if (input.bad()) return base::Error{base::ErrorCode::kDataLoss, "standard input cannot be read to its end"};
  return platform::MakeMemoryFile(content);
}

}  // namespace

ScanResult ItemScanner::Scan(const ScanItem& item) const {
  ScanResult result;
  result.path = item.path;
  result.note = item.reason;
  if (item.kind == ScanItem::Kind::kUnsupported) {
    result.inspection = NotEvaluated(v1::REASON_UNSUPPORTED);
  } else if (item.kind == ScanItem::Kind::kUnreadable) {
    result.inspection = NotEvaluated(v1::REASON_UNREADABLE);
  } else {
    Inspect(item, result);
  }
  if (request_.policy != nullptr) result.decision = DecideForScan(*request_.policy, result);
  return result;
}

void ItemScanner::Inspect(const ScanItem& item, ScanResult& result) const {
  const bool from_input = item.kind == ScanItem::Kind::kStandardInput;
  const auto file =
      from_input ? BufferStandardInput(parts_.input, request_.budget.bytes()) : parts_.files.OpenForReading(item.path);
  if (!file) {
    result.inspection = NotEvaluated(v1::REASON_UNREADABLE);
    result.note = file.error().message;
    return;
  }
  const auto time = std::chrono::milliseconds(request_.budget.milliseconds()) + kAnswerTime;
  result.inspection = parts_.inspector.Inspect(*file, base::Deadline::After(time));
}

}  // namespace vigie::cli
