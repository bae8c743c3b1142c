// Who is at the other end, whether he is still there, and what becomes of a call whose asker is not.
#include "server/http/peer.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "server/http/awaited_call.h"

namespace vigie::server::http {
namespace {

namespace asio = boost::asio;
using asio::ip::make_address;
using asio::ip::tcp;

TEST(Peer, OfIpv6ANetworkIsCountedAsOne) {
  EXPECT_EQ(NetworkOf(make_address("192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(NetworkOf(make_address("::ffff:192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(NetworkOf(make_address("2001:db8:1:2:3:4:5:6")), NetworkOf(make_address("2001:db8:1:2::9")));
  EXPECT_NE(NetworkOf(make_address("2001:db8:1:2::9")), NetworkOf(make_address("2001:db8:1:3::9")));
}

TEST(Peer, WhoHangsUpIsGoneThoughHisLastWordsAreUnread) {
  asio::io_context context;
  tcp::acceptor acceptor(context, tcp::endpoint(make_address("127.0.0.1"), 0));
  tcp::socket browser(context);
  browser.connect(acceptor.local_endpoint());
  tcp::socket ours = acceptor.accept();
  EXPECT_FALSE(HasHungUp(ours));
  asio::write(browser, asio::buffer("more", 4));
  EXPECT_FALSE(HasHungUp(ours));
  browser.close();
  for (int look = 0; look < 1000 && !HasHungUp(ours); ++look) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(HasHungUp(ours));
}

// Answers nothing until it is cancelled.
class EndlessCall final : public RelayedCall {
 public:
  void Next(OnAnswer on_answer) override { waiting_ = std::move(on_answer); }
  void Cancel() override {
    cancelled_ = true;
    if (waiting_) std::exchange(waiting_, {})(grpc::Status(grpc::StatusCode::CANCELLED, "cancelled"));
  }
  bool cancelled() const { return cancelled_; }

 private:
  OnAnswer waiting_;
  bool cancelled_ = false;
};

TEST(AwaitedCall, EndsOnceNobodyWaitsForIt) {
  asio::io_context context;
  const auto call = std::make_shared<EndlessCall>();
  int looks = 0;
  std::optional<Outcome> outcome;
  const std::function<bool()> gone = [&looks] { return ++looks == 2; };
  asio::co_spawn(context, CallUnlessGone(call, gone),
                 [&outcome](const std::exception_ptr&, Outcome ended) { outcome = std::move(ended); });
  context.run_for(std::chrono::seconds(30));
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(call->cancelled());
  EXPECT_EQ(outcome->status.error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_EQ(looks, 2);
}

}  // namespace
}  // namespace vigie::server::http
