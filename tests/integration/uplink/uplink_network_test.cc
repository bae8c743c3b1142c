// The uplink over a network that fails without saying so, and with certificates that are not good.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/credentials/certificate_builder.h"
#include "tests/integration/uplink/sender.h"
#include "tests/integration/uplink/tcp_proxy.h"
#include "tests/integration/uplink/unsteady_collector.h"

namespace vigie::agent::uplink {
namespace {

using std::chrono::seconds;

constexpr UplinkTimes kShort = {.send = seconds(2), .welcome = seconds(2), .acknowledge = seconds(2)};

class UplinkNetwork : public ::testing::TestWithParam<TcpProxy::Way> {};

TEST_P(UplinkNetwork, SilenceIsNoAnswerAndEachEventArrivesOnceWhenItPassesAgain) {
  UnsteadyCollector collector(1);
  collector.Calm();
  TcpProxy network(collector.port());
  Sender sender(Plain(network.port()), kShort);
  sender.Start();
  sender.Append(0, 20);
  ASSERT_TRUE(sender.AwaitEmpty(base::Deadline::After(seconds(30)))) << sender.state().last_error;
  network.Set(GetParam());
  sender.Append(20, 60);
  ASSERT_TRUE(sender.Await(LinkState::kNoAnswer, base::Deadline::After(seconds(20)))) << sender.state().last_outage;
  EXPECT_FALSE(sender.state().connected);
  network.Set(TcpProxy::Way::kOpen);
  ASSERT_TRUE(sender.AwaitEmpty(base::Deadline::After(seconds(60)))) << sender.state().last_error;
  EXPECT_EQ(sender.state().link, LinkState::kConnected);
  EXPECT_EQ(collector.kept().paths, Expected(60)) << "each once";
  EXPECT_EQ(collector.kept().holes, 0);
}

TEST_P(UplinkNetwork, ACollectorThatIsNotReachedAtAllIsNoAnswer) {
  UnsteadyCollector collector(1);
  collector.Calm();
  TcpProxy network(collector.port());
  network.Set(GetParam());
  Sender sender(Plain(network.port()), kShort);
  sender.Start();
  EXPECT_TRUE(sender.Await(LinkState::kNoAnswer, base::Deadline::After(seconds(20)))) << sender.state().last_outage;
}

INSTANTIATE_TEST_SUITE_P(Silent, UplinkNetwork, ::testing::Values(TcpProxy::Way::kBlackhole, TcpProxy::Way::kHalfOpen));

// An agent's certificate that ended an hour ago: what signs them makes none of these.
CollectorChannel WithExpired(CollectorChannel channel, const credentials::KeyAndCertificate& authority) {
  const auto issuer = *credentials::ParseAuthority(authority);
  const auto key = *credentials::CreateKey();
  const credentials::CertificatePlan plan{.common_name = "desk-7",
                                          .valid_for = std::chrono::hours(-1),
                                          .basic_constraints = "critical,CA:FALSE",
                                          .key_usage = "critical,digitalSignature",
                                          .extended_key_usage = "clientAuth",
                                          .alternative_names = *credentials::UriName("vigie:agent:desk-7")};
  channel.certificate_pem =
      *credentials::WriteCertificate(*credentials::BuildCertificate(plan, key.get(), &issuer, issuer.key.get()));
  channel.key_pem = *credentials::WriteKey(key);
  return channel;
}

TEST(UplinkCertificates, AnExpiredOneOfOursIsRefused) {
  const Site site;
  UnsteadyCollector collector(1, site.ServerSide());
  collector.Calm();
  Sender sender(WithExpired(site.AgentSide(collector.port(), site.authority), site.authority));
  sender.Start();
  EXPECT_TRUE(sender.Await(LinkState::kCertificate, base::Deadline::After(seconds(30)))) << sender.state().last_outage;
  EXPECT_EQ(collector.kept().connections, 0);
}

TEST(UplinkCertificates, ACollectorOfAnotherAuthorityIsNotBelieved) {
  const Site site;
  const Site another;
  UnsteadyCollector collector(1, another.ServerSide());
  collector.Calm();
  Sender sender(site.AgentSide(collector.port(), site.authority));
  sender.Start();
  EXPECT_TRUE(sender.Await(LinkState::kCertificate, base::Deadline::After(seconds(30)))) << sender.state().last_outage;
  EXPECT_EQ(collector.kept().connections, 0);
}

}  // namespace
}  // namespace vigie::agent::uplink
