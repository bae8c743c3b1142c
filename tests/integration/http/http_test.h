#pragma once

#include "tests/integration/collector/collector_under_test.h"
#include "tests/integration/http/http_client.h"

namespace vigie::server::http {

// A collector in this process with both its sides, over real TLS.
class HttpTest : public CollectorTest {
 protected:
  void SetUp() override {
    auto config = state_.config();
    config.mutable_listen()->set_http("127.0.0.1:0");
    Configure(config);
    auto started = Collector::Start({config}, *files_, clock());
    ASSERT_TRUE(started) << started.error().message;
    collector_ = std::move(*started);
    analyst_ = std::make_unique<Analyst>(address(), state_.ca(), state_.token());
  }

  virtual void Configure(v1::CollectorConfig&) {}
  virtual const base::Clock& clock() const { return clock_; }

  HttpClient NewClient() const { return {collector_->http_address(), state_.ca()}; }
};

}  // namespace vigie::server::http
