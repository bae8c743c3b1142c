#include "server/api/event_service.h"

#include <algorithm>
#include <thread>

#include "proto/contract/time_conversion.h"
#include "server/api/event_summary.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using std::chrono::steady_clock;

// How soon a watch whose client has gone is noticed. New events wake it at once.
constexpr std::chrono::milliseconds kPatience{500};
// How soon a watch ends whose token was revoked, or whose audit cannot be written.
constexpr std::chrono::seconds kCheckEvery{2};
constexpr std::uint32_t kDefaultRate = 100;
constexpr std::uint32_t kMostRate = 1000;
constexpr std::chrono::seconds kSummaryTime{10};  // event_service.proto

EventQuery QueryOf(const v1::QueryEventsRequest& request) {
  EventQuery query;
  if (request.has_since()) query.since = contract::FromProto(request.since());
  query.user = request.user();
  query.host = request.host();
  query.channel = request.channel();
  query.incident_id = request.incident_id();
  query.rule = request.rule();
  query.shadow = request.shadow();
  query.page_size = request.page_size();
  query.page_token = request.page_token();
  return query;
}

// One watcher, as long as he is there and may watch.
class Telling {
 public:
  Telling(EventWatch& watch, std::uint32_t rate, grpc::ServerWriter<v1::WatchEventsResponse>& writer)
      : watch_(watch), pace_(rate), writer_(writer) {}

  Result<void> Run(const grpc::ServerContext& context, Authorization& authorization) {
    auto checked = steady_clock::now();
    bool is_there = true;
    while (is_there && !context.IsCancelled()) {
      if (steady_clock::now() - checked >= kCheckEvery) {
        if (auto allowed = authorization.CheckAnalyst(context); !allowed) return allowed;
        checked = steady_clock::now();
      }
      auto there = TellNext();
      if (!there) return there.error();
      is_there = *there;
    }
    return Error{ErrorCode::kCancelled, "the watcher has gone"};
  }

 private:
  // False once he has gone.
  Result<bool> TellNext() {
    if (const auto delay = pace_.Delay(steady_clock::now()); delay > delay.zero()) {
      std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(delay, kPatience));
      return true;
    }
    auto told = watch_.Next(kPatience);
    if (!told) return told.error();
    if (told->event == nullptr) return true;
    pace_.Spend();
    v1::WatchEventsResponse message;
    *message.mutable_event() = *told->event;
    message.set_skipped(told->skipped);
    return writer_.Write(message);
  }

  EventWatch& watch_;
  WatchPace pace_;
  grpc::ServerWriter<v1::WatchEventsResponse>& writer_;
};

}  // namespace

grpc::Status EventService::QueryEvents(grpc::ServerContext* context, const v1::QueryEventsRequest* request,
                                       v1::QueryEventsResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    auto page = deps_.store.QueryEvents(QueryOf(*request));
    if (!page) return page.error();
    for (v1::Event& event : page->events) *response->add_events() = std::move(event);
    response->set_next_page_token(page->next_page_token);
    return {};
  });
}

grpc::Status EventService::WatchEvents(grpc::ServerContext* context, const v1::WatchEventsRequest* request,
                                       grpc::ServerWriter<v1::WatchEventsResponse>* writer) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    const std::uint32_t rate = request->max_rate() == 0 ? kDefaultRate : request->max_rate();
    if (rate > kMostRate) return Error{ErrorCode::kInvalidArgument, "max_rate: must be at most 1000"};
    const auto watch = deps_.hub.Add(request->filter(), rate);
    if (!watch) return watch.error();
    writer->SendInitialMetadata();  // the client knows that it watches, also while nothing happens
    auto ended = Telling(**watch, rate, *writer).Run(*context, deps_.authorization);
    deps_.hub.Remove(*watch);
    return ended;
  });
}

grpc::Status EventService::SummarizeEvents(grpc::ServerContext* context, const v1::SummarizeEventsRequest* request,
                                           v1::SummarizeEventsResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    auto plan = SummaryPlan::Make(*request, deps_.clock.Now());
    if (!plan) return plan.error();
    const auto place = summaries_.Take();
    if (!place) return Error{ErrorCode::kResourceExhausted, "other summaries are being worked out: ask again"};
    auto reader = deps_.store.OpenEvents();
    if (!reader) return reader.error();
    const auto end = steady_clock::now() + kSummaryTime / (plan->reads_twice() ? 2 : 1);
    const auto is_over = [&] { return context->IsCancelled() || steady_clock::now() >= end; };
    auto answer = EventSummary(*std::move(plan), **reader, is_over, &deps_.rollups).Run();
    if (!answer) return answer.error();
    *response = *std::move(answer);
    return {};
  });
}

}  // namespace vigie::server::api
