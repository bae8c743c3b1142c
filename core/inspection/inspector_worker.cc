#include "core/inspection/inspector_worker.h"

#include <utility>

#include "core/content/inspect_content.h"
#include "core/inspection/inspector_protocol.h"

namespace vigie::inspection {
namespace {

constexpr std::chrono::seconds kTimeToAnswer{10};

}  // namespace

base::Result<void> InspectorWorker::Run() {
  if (const auto ready = SetUp(); !ready) return ready.error();
  while (true) {
    const auto served = ServeOne();
    if (!served) return served.error();
    if (!*served) return {};
  }
}

base::Result<void> InspectorWorker::SetUp() {
  const auto message = with_.socket.Receive(base::Deadline::After(kTimeToAnswer));
  if (!message) return message.error().Wrap("wait for setup");
  const auto prepared = Prepare(*message);
  v1::InspectorReply reply;
  if (!prepared) reply.set_setup_error(prepared.error().message);
  reply.set_refused_index(refused_index_);
  for (const auto tool : platform::kConverterTools) {
    if (platform::IsForPictures(tool)) continue;
    if (with_.converter == nullptr || !with_.converter->Offers(tool))
      reply.add_missing_tools(std::string(platform::ToolName(tool)));
  }
  const auto sent =
      with_.socket.Send({.bytes = EncodeReply(reply), .descriptors = {}}, base::Deadline::After(kTimeToAnswer));
  return prepared ? sent : prepared;
}

base::Result<void> InspectorWorker::Prepare(const platform::WorkerMessage& message) {
  const auto request = DecodeRequest(message.bytes, message.descriptors.size());
  if (!request) return request.error();
  if (!request->has_setup()) return base::Error{base::ErrorCode::kFailedPrecondition, "a file came before the setup"};
  auto engine = content::ContentEngine::Create(request->setup().detectors());
  if (!engine) return engine.error();
  engine_ = *std::move(engine);
  for (std::size_t i = 0; i < message.descriptors.size(); ++i) {
    const auto& key = request->setup().indexes(static_cast<int>(i)).key();
    auto index = with_.open_index(message.descriptors[i], ToIndexKey(key));
    if (!index) {
      refused_index_ = static_cast<std::uint32_t>(i + 1);
      return index.error();
    }
    indexes_.push_back(index->get());
    owned_indexes_.push_back(*std::move(index));
  }
  auto memory = base::MemoryGauge::Open();
  if (!memory) return memory.error();
  memory_ = std::make_unique<base::MemoryGauge>(*std::move(memory));
  if (const auto confined = with_.enter_sandbox(); !confined) return confined.error().Wrap("enter the sandbox");
  const auto bytes = memory_->PrivateBytes();
  if (!bytes) return bytes.error();
  bytes_at_start_ = *bytes;
  return {};
}

base::Result<bool> InspectorWorker::ServeOne() {
  constexpr std::chrono::hours kLongestIdleness{24};
  const auto message = with_.socket.Receive(base::Deadline::After(kLongestIdleness));
  if (!message && message.error().code == base::ErrorCode::kUnavailable) return false;  // the pool is gone
  if (!message && message.error().code == base::ErrorCode::kDeadlineExceeded) return true;
  if (!message) return message.error().Wrap("wait for a file");
  const auto request = DecodeRequest(message->bytes, message->descriptors.size());
  if (!request) return request.error();
  if (!request->has_inspect()) return base::Error{base::ErrorCode::kFailedPrecondition, "a second setup"};
  const content::InspectionOptions options{
      .budget = request->inspect(), .indexes = indexes_, .converter = with_.converter};
  v1::InspectorReply reply;
  *reply.mutable_inspection() = content::InspectContent(message->descriptors.front(), options, *engine_, with_.clock);
  ++files_served_;
  reply.set_retiring(MustRetire());
  const auto sent =
      with_.socket.Send({.bytes = EncodeReply(reply), .descriptors = {}}, base::Deadline::After(kTimeToAnswer));
  if (!sent) return sent.error().Wrap("answer");
  return !reply.retiring();
}

bool InspectorWorker::MustRetire() {
  const auto bytes = memory_->PrivateBytes();
  return files_served_ >= kMostFiles || !bytes || *bytes > bytes_at_start_ + kMostGrowth;
}

}  // namespace vigie::inspection
