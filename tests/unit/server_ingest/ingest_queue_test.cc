#include "server/ingest/ingest_queue.h"

#include <atomic>
#include <future>
#include <map>
#include <optional>

#include "proto/contract/time_conversion.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using IngestQueueing = ServerFixture;

v1::EventBatch OneEvent(std::uint64_t sequence) {
  v1::EventBatch batch;
  *batch.add_events() = MakeEvent({.sequence = sequence});
  return batch;
}

TEST_F(IngestQueueing, AnswersEachBatchInOrder) {
  Start(nullptr);
  Enrol("agent-1");
  ingest::IngestQueue queue(ingest_, lane_);
  std::promise<std::vector<std::uint64_t>> all;
  std::vector<std::uint64_t> acknowledged;
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
    queue.Submit({"agent-1", "w1", "w1"}, OneEvent(sequence), [&](base::Result<v1::Ack> ack) {
      acknowledged.push_back(ack ? ack->sequence() : 0);
      if (acknowledged.size() == 5) all.set_value(acknowledged);
    });
  }
  EXPECT_EQ(all.get_future().get(), (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
}

TEST_F(IngestQueueing, WhatDoesNotFitIsAnsweredAtOnce) {
  Start(nullptr);
  Enrol("agent-1");
  ingest::IngestQueue queue(ingest_, lane_, {.jobs = 1});
  std::promise<void> begun;
  std::promise<void> go_on;
  // Keeps the thread busy: the first answer waits for the test.
  queue.Submit({"agent-1", "w1", "w1"}, OneEvent(1), [&](const base::Result<v1::Ack>&) {
    begun.set_value();
    go_on.get_future().wait();
  });
  begun.get_future().wait();
  std::promise<bool> waited;
  queue.Submit({"agent-1", "w1", "w1"}, OneEvent(2),
               [&](const base::Result<v1::Ack>& ack) { waited.set_value(static_cast<bool>(ack)); });
  base::ErrorCode refused = base::ErrorCode::kInternal;
  queue.Submit({"agent-1", "w1", "w1"}, OneEvent(3),
               [&](const base::Result<v1::Ack>& ack) { refused = ack.error().code; });
  EXPECT_EQ(refused, base::ErrorCode::kUnavailable);
  go_on.set_value();
  EXPECT_TRUE(waited.get_future().get());
}

TEST_F(IngestQueueing, AStopAnswersEverybody) {
  Start(nullptr);
  Enrol("agent-1");
  std::atomic<int> answers{0};
  {
    ingest::IngestQueue queue(ingest_, lane_);
    for (std::uint64_t sequence = 1; sequence <= 50; ++sequence) {
      queue.Submit({"agent-1", "w1", "w1"}, OneEvent(sequence), [&](const base::Result<v1::Ack>&) { ++answers; });
    }
    queue.Stop();
    queue.Submit({"agent-1", "w1", "w1"}, OneEvent(51), [&](const base::Result<v1::Ack>& ack) {
      EXPECT_FALSE(ack);
      ++answers;
    });
  }
  EXPECT_EQ(answers, 51);
}

TEST_F(IngestQueueing, WhatWaitsGoesTogetherAndABadOneHarmsNobody) {
  Start(nullptr);
  Enrol("agent-1");
  Enrol("agent-3");
  std::vector<ingest::CommitJob> jobs;
  std::vector<std::string> answers;
  const auto add = [&](const std::string& agent) {
    v1::EventBatch batch;
    *batch.add_events() = MakeEvent({.agent = agent, .sequence = 1});
    jobs.push_back(ingest_.BatchJob({agent, "w1", "w1"}, batch, [&answers, agent](const base::Result<v1::Ack>& ack) {
      answers.push_back(agent + (ack ? " stored" : " failed"));
    }));
  };
  add("agent-1");
  add("agent-2");  // enrolled nowhere: refused
  add("agent-3");
  ingest::GroupCommit(lane_).Run(jobs);
  EXPECT_EQ(answers, (std::vector<std::string>{"agent-1 stored", "agent-2 failed", "agent-3 stored"}));
  EXPECT_EQ(store_.CountEvents().value(), 2U);
  EXPECT_EQ(store_.FindAgent("agent-1").value()->status.events(), 1U);
}

// A job that fails with this code, or works; notes its answer under its name.
ingest::CommitJob Job(const std::string& name, std::optional<base::ErrorCode> fails,
                      std::map<std::string, std::string>& answers) {
  ingest::CommitJob job;
  job.agent_id = name;
  job.work = [fails](StoreTransaction&) -> base::Result<void> {
    if (fails) return base::Error{*fails, "this agent's own"};
    return {};
  };
  job.done = [name, &answers](const base::Result<void>& done) { answers[name] = done ? "" : done.error().message; };
  return job;
}

TEST_F(IngestQueueing, ADamagedRowOfOneAgentIsItsOwnError) {
  std::map<std::string, std::string> answers;
  std::vector<ingest::CommitJob> jobs;
  jobs.push_back(Job("good", std::nullopt, answers));
  jobs.push_back(Job("damaged", base::ErrorCode::kDataLoss, answers));
  jobs.push_back(Job("good too", std::nullopt, answers));
  ingest::GroupCommit(lane_).Run(jobs);
  EXPECT_EQ(answers["good"] + answers["good too"], "");
  EXPECT_EQ(answers["damaged"], "this agent's own");
}

TEST_F(IngestQueueing, AStoreThatMayOnlyBeReadIsNoAgentsOwnError) {
  std::map<std::string, std::string> answers;
  std::vector<ingest::CommitJob> jobs;
  const std::atomic<bool> broken = false;
  jobs.push_back(Job("promised", base::ErrorCode::kPermissionDenied, answers));
  jobs[0].promise_broken = {std::shared_ptr<void>(), &broken};
  jobs.push_back(Job("other", std::nullopt, answers));
  ingest::GroupCommit(lane_).Run(jobs);
  ASSERT_EQ(jobs.size(), 1U) << "to be given to the store again";
  EXPECT_EQ(jobs[0].agent_id, "promised");
  EXPECT_EQ(answers["other"], "the collector cannot store events now, try again later");
}

TEST_F(IngestQueueing, WhenTooManyFailTheRestIsToldToComeAgainAndNotOfTheOthersErrors) {
  std::map<std::string, std::string> answers;
  std::vector<ingest::CommitJob> jobs;
  for (int i = 0; i < 12; ++i) {
    jobs.push_back(Job("bad " + std::to_string(i), base::ErrorCode::kDataLoss, answers));
  }
  jobs.push_back(Job("good", std::nullopt, answers));
  ingest::GroupCommit(lane_).Run(jobs);
  EXPECT_EQ(answers.size(), 13U) << "each is answered";
  EXPECT_EQ(answers["bad 0"], "this agent's own");
  EXPECT_EQ(answers["good"], "the collector is too busy with what cannot be stored, try again later");
}

TEST_F(IngestQueueing, AStoreThatFailsFailsAllOfTheGroup) {
  Start(nullptr);
  Enrol("agent-1");
  store_.FailCommits(1);
  std::vector<ingest::CommitJob> jobs;
  int failed = 0;
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    jobs.push_back(ingest_.BatchJob({"agent-1", "w1", "w1"}, OneEvent(sequence), [&](const base::Result<v1::Ack>& ack) {
      failed += !ack && ack.error().message.find("cannot store events now") != std::string::npos ? 1 : 0;
    }));
  }
  ingest::GroupCommit(lane_).Run(jobs);
  EXPECT_EQ(failed, 3);
  EXPECT_EQ(store_.CountEvents().value(), 0U);
}

TEST_F(IngestQueueing, WhatCameBehindABatchThatWasLostIsNotTaken) {
  Start(nullptr);
  Enrol("agent-1");
  const auto answers = [&](const std::vector<v1::EventBatch>& batches, std::size_t lost) {
    const AgentIdentity stream{"agent-1", "w1", "w1", 0, {}, std::make_shared<StreamOrder>()};
    std::string said;
    std::vector<ingest::CommitJob> read;  // all before the first is stored
    for (const v1::EventBatch& batch : batches) {
      read.push_back(
          ingest_.BatchJob(stream, batch, [&](const base::Result<v1::Ack>& ack) { said += ack ? "+" : "-"; }));
    }
    for (std::size_t i = 0; i < read.size(); ++i) {
      if (i == lost) store_.FailCommits(1);
      std::vector<ingest::CommitJob> alone;
      alone.push_back(std::move(read[i]));
      ingest::GroupCommit(lane_).Run(alone);
    }
    return said;
  };
  EXPECT_EQ(answers({OneEvent(1), OneEvent(2), OneEvent(3)}, 1), "+--")
      << "the third would move the mark past the second";
  EXPECT_EQ(store_.CountEvents().value(), 1U);
  EXPECT_EQ(answers({OneEvent(2), v1::EventBatch(), OneEvent(3)}, 9), "+--") << "the second is no batch";
  EXPECT_EQ(answers({OneEvent(3), OneEvent(4)}, 9), "++");
  EXPECT_EQ(store_.CountEvents().value(), 4U);
  EXPECT_EQ(store_.FindAgent("agent-1").value()->status.missing_events(), 0U);
}

AgentIdentity StreamOf(const std::string& agent) {
  return {agent, "w1", "w1", 0, {}, std::make_shared<StreamOrder>()};
}

v1::EventBatch OneEventOf(const std::string& agent, std::uint64_t sequence) {
  v1::EventBatch batch;
  *batch.add_events() = MakeEvent({.agent = agent, .sequence = sequence});
  return batch;
}

TEST_F(IngestQueueing, WhatStandsBehindABatchThatFailedInOneGroupIsRefusedToo) {
  Start(nullptr);
  Enrol("agent-1");
  const AgentIdentity stream = StreamOf("agent-1");
  std::string answers;
  std::vector<ingest::CommitJob> jobs;
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    jobs.push_back(ingest_.BatchJob(stream, OneEvent(sequence), [&answers, sequence](const base::Result<v1::Ack>& ack) {
      answers += std::to_string(sequence) + (ack ? "+" : "-");
    }));
  }
  jobs[1].work = [](StoreTransaction&) -> base::Result<void> {
    return base::Error{base::ErrorCode::kDataLoss, "a damaged row"};
  };
  ingest::GroupCommit(lane_).Run(jobs);
  EXPECT_EQ(answers, "2-1+3-") << "what failed is answered first; the third would move the mark past it";
  EXPECT_EQ(store_.CountEvents().value(), 1U);
  EXPECT_EQ(store_.FindAgent("agent-1").value()->status.missing_events(), 0U);
}

// Holds the queue's thread in an answer until it goes.
class BusyQueue {
 public:
  BusyQueue(ingest::IngestQueue& queue, const AgentIdentity& agent, const v1::EventBatch& batch) {
    queue.Submit(agent, batch, [this](const base::Result<v1::Ack>&) {
      begun_.set_value();
      go_on_.get_future().wait();
    });
    begun_.get_future().wait();
  }
  void GoOn() { go_on_.set_value(); }

 private:
  std::promise<void> begun_;
  std::promise<void> go_on_;
};

TEST_F(IngestQueueing, WhoReadsAheadTakesNoRoomFromTheFirstBatchesOfOthers) {
  Start(nullptr);
  constexpr std::size_t kAgents = 20;
  const auto name = [](std::size_t i) { return "agent-" + std::to_string(10 + i); };
  for (std::size_t i = 0; i <= kAgents; ++i) Enrol(name(i));
  const std::size_t size = OneEventOf(name(0), 1).ByteSizeLong();
  // Room for one of each and the one that is being answered: without reading ahead nobody would be refused.
  ingest::IngestQueue queue(ingest_, lane_, {.jobs = kAgents, .bytes = (kAgents + 1) * size});
  BusyQueue busy(queue, StreamOf(name(kAgents)), OneEventOf(name(kAgents), 1));
  int stored = 0;
  int refused = 0;
  int ahead = 0;
  std::atomic<int> answers{0};
  const auto count = [&](const base::Result<v1::Ack>& ack) {
    ++(ack ? stored : refused);
    ++answers;
    answers.notify_one();
  };
  for (std::size_t i = 0; i < kAgents; ++i) {
    const AgentIdentity stream = StreamOf(name(i));
    queue.Submit(stream, OneEventOf(name(i), 1), count);
    for (std::uint64_t sequence = 2; sequence <= 5 && queue.HasRoomToSpare(); ++sequence, ++ahead) {
      queue.Submit(stream, OneEventOf(name(i), sequence), count);
    }
  }
  EXPECT_EQ(refused, 0);
  EXPECT_GE(ahead, 7) << "and some could";
  queue.Submit(StreamOf("agent-99"), OneEventOf("agent-99", 1), count);
  EXPECT_EQ(refused, 1) << "the limit is still one";
  busy.GoOn();
  const int all = static_cast<int>(kAgents) + ahead + 1;
  for (int seen = answers; seen < all; seen = answers) answers.wait(seen);
  queue.Stop();
  EXPECT_EQ(stored, all - 1);
}

TEST_F(IngestQueueing, AgentsTakeTurnsAndEachKeepsItsOrder) {
  Start(nullptr);
  Enrol("agent-1");
  Enrol("agent-2");
  Enrol("agent-3");
  // A transaction for each two: who sends little is in the first of them.
  ingest::IngestQueue queue(ingest_, lane_, {.group_jobs = 2});
  BusyQueue busy(queue, StreamOf("agent-3"), OneEventOf("agent-3", 1));
  std::vector<std::string> order;
  std::promise<void> all;
  const auto submit = [&](const AgentIdentity& stream, std::uint64_t sequence) {
    const std::string label = stream.agent_id.substr(6) + "." + std::to_string(sequence);
    queue.Submit(stream, OneEventOf(stream.agent_id, sequence), [&, label](const base::Result<v1::Ack>& ack) {
      order.push_back(ack ? label : "refused");
      if (order.size() == 5) all.set_value();
    });
  };
  const AgentIdentity heavy = StreamOf("agent-1");
  for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) submit(heavy, sequence);
  submit(StreamOf("agent-2"), 1);
  busy.GoOn();
  all.get_future().wait();
  EXPECT_EQ(order, (std::vector<std::string>{"1.1", "2.1", "1.2", "1.3", "1.4"}));
  queue.Stop();
}

TEST_F(IngestQueueing, BytesAreBoundedOverallAndForEachAgent) {
  Start(nullptr);
  Enrol("agent-1");
  const std::size_t size = OneEvent(1).ByteSizeLong();
  ingest::IngestQueue queue(ingest_, lane_, {.bytes = 4 * size, .bytes_of_one_agent = 2 * size});
  std::promise<void> begun;
  std::promise<void> go_on;
  queue.Submit({"agent-1", "w1", "w1"}, OneEvent(1), [&](const base::Result<v1::Ack>&) {
    begun.set_value();
    go_on.get_future().wait();
  });
  begun.get_future().wait();
  std::atomic<int> refused{0};
  const auto submit = [&](const std::string& agent, std::uint64_t sequence) {
    queue.Submit({agent, "w1", "w1"}, OneEvent(sequence), [&](const base::Result<v1::Ack>& ack) {
      refused += !ack && ack.error().code == base::ErrorCode::kUnavailable ? 1 : 0;
    });
  };
  submit("agent-1", 2);
  EXPECT_EQ(refused, 0);
  submit("agent-1", 3);
  EXPECT_EQ(refused, 1) << "one agent's share";
  submit("agent-2", 1);
  submit("agent-3", 1);
  EXPECT_EQ(refused, 1);
  submit("agent-4", 1);
  EXPECT_EQ(refused, 2) << "all of it";
  EXPECT_LT(queue.Window(1).events, 100U) << "credits shrink as the queue fills";
  go_on.set_value();
  queue.Stop();
}

}  // namespace
}  // namespace vigie::server
