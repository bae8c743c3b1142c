#include "tests/bench/dense_floor.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "core/content/distinct_counter.h"
#include "core/customers/index_format.h"
#include "core/customers/index_layers.h"
#include "core/customers/token_scanner.h"
#include "tests/bench/bench_directory.h"

namespace vigie::bench {
namespace {

using customers::CellKind;
using customers::SipLanes;
constexpr std::size_t kBatch = customers::IndexLayers::kBatch;

struct Cells {
  std::string key, email, phone;
  std::array<std::string, 2> counted;  // as the detectors spell it
  customers::TokenSum name, company;
};

// A floor that left work out would be none.
void Require(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "dense_floor: " << what << "\n";
  std::abort();
}

// Hands on the hashes of messages, a batch of at most kBatch at a time.
template <typename TakeBatch>
class HashBatches {
 public:
  explicit HashBatches(const TakeBatch& take) : take_(take) { batch_.reserve(kBatch); }

  void Add(SipLanes& lanes, std::string_view message) {
    Require(lanes.Add(message), "a value is longer than the lanes take");
    if (lanes.full()) Drain(lanes);
  }
  // What waits in lanes that are not full.
  void Drain(SipLanes& lanes) {
    const auto hashes = lanes.Finish();
    if (batch_.size() + hashes.size() > kBatch) Flush();
    batch_.insert(batch_.end(), hashes.begin(), hashes.end());
  }
  void Flush() {
    take_(batch_);
    batch_.clear();
  }

 private:
  const TakeBatch& take_;
  std::vector<std::uint64_t> batch_;
};

customers::IndexLayers LayersOf(const std::vector<customers::OpenedIndex>& opened) {
  std::vector<customers::IndexLayer> layers;
  for (const auto& one : opened) {
    auto layer = customers::IndexLayer::Open(one);
    if (!layer) std::abort();
    layers.push_back(*std::move(layer));
  }
  return customers::IndexLayers(std::move(layers));
}

std::vector<customers::OpenedIndex> Opened(std::string_view index) {
  auto opened = customers::DecodeIndex(index);
  if (!opened) std::abort();
  return *std::move(opened);
}

}  // namespace

class DenseFloor::Work {
 public:
  Work(const std::vector<customers::OpenedIndex>& opened, std::uint64_t rows)
      : hasher_(BenchKey(), opened.front().header.id), layers_(LayersOf(opened)) {
    for (std::uint64_t row = 0; row < rows; ++row) Add(PersonAt(row));
    const auto lanes = (first_.size() + customers::kWordLanes - 1) / customers::kWordLanes * customers::kWordLanes;
    for (auto* words : {&first_, &second_, &sizes_}) words->resize(lanes, 1);
  }

  std::uint64_t Run() const {
    customers::RecordSet found;
    HashWords();
    FindStrong(found);
    FindPairs(found);
    Require(found.size() == rows_.size(), "not every row's customer was found");
    Require(Count() == rows_.size() * 2, "not every row's values were counted");
    return found.size();
  }

 private:
  void Add(const Person& person) {
    const auto plan = *customers::FindPhonePlan("FR");
    Cells cells;
    cells.key = *customers::NormaliseKey(person.id);
    cells.email = *customers::NormaliseEmail(person.email);
    cells.phone = *customers::NormalisePhone(person.phone, plan);
    cells.counted = {cells.email, "+33" + cells.phone};
    cells.name = AddWords(person.name);
    cells.company = AddWords(person.company);
    for (const auto& cell : {person.id, person.email, person.phone}) AddWords(cell);
    rows_.push_back(std::move(cells));
  }

  customers::TokenSum AddWords(std::string_view cell) {
    customers::TokenSum sum;
    customers::TokenScanner scanner(cell);
    customers::Token token;
    while (scanner.Next(token)) {
      sum.Add(hasher_.OfToken(token.folded));
      std::array<char, 16> written{};
      token.folded.copy(written.data(), written.size());
      first_.push_back(0);
      second_.push_back(0);
      std::memcpy(&first_.back(), written.data(), 8);
      std::memcpy(&second_.back(), written.data() + 8, 8);
      sizes_.push_back(std::min(token.folded.size(), customers::kShortWord));
    }
    return sum;
  }

  void HashWords() const {
    std::array<std::uint64_t, kBatch> hashes{};
    std::array<std::uint64_t, kBatch> marks{};
    for (std::size_t i = 0; i < first_.size(); i += hashes.size()) {
      const auto count = std::min(hashes.size(), first_.size() - i);
      hasher_.OfWords({{first_.data() + i, count}, {second_.data() + i, count}, {sizes_.data() + i, count}},
                      {{hashes.data(), count}, {marks.data(), count}});
    }
  }

  void FindStrong(customers::RecordSet& found) const {
    const auto take = [&](const std::vector<std::uint64_t>& cells) { layers_.FindStrong(cells, found); };
    HashBatches batches(take);
    auto keys = hasher_.LanesOf(CellKind::kKey);
    auto emails = hasher_.LanesOf(CellKind::kEmail);
    auto phones = hasher_.LanesOf(CellKind::kPhone);
    for (const auto& row : rows_) {
      batches.Add(keys, row.key);
      batches.Add(emails, row.email);
      batches.Add(phones, row.phone);
    }
    for (auto* lanes : {&keys, &emails, &phones}) batches.Drain(*lanes);
    batches.Flush();
  }

  void FindPairs(customers::RecordSet& found) const {
    std::array<std::uint64_t, kBatch> words{};
    std::array<std::uint64_t, kBatch> kinds{};
    std::array<std::uint64_t, kBatch / 2> pairs{};
    std::array<bool, kBatch / 2> known{};
    for (std::size_t begin = 0; begin < rows_.size(); begin += pairs.size()) {
      const auto count = std::min(pairs.size(), rows_.size() - begin);
      for (std::size_t i = 0; i < count; ++i) {
        words[2 * i] = hasher_.Words(rows_[begin + i].name);
        words[2 * i + 1] = hasher_.Words(rows_[begin + i].company);
        pairs[i] = hasher_.Pair(words[2 * i], words[2 * i + 1]);
      }
      layers_.FindWords({words.data(), 2 * count}, {kinds.data(), 2 * count});
      layers_.FindPairs({pairs.data(), count}, {known.data(), count}, found);
    }
  }

  // Different values of both columns.
  std::uint64_t Count() const {
    std::array<content::DistinctCounter, 2> counters;
    for (std::size_t which = 0; which < counters.size(); ++which) {
      SipLanes lanes({1, 2});
      const auto take = [&](const std::vector<std::uint64_t>& hashes) {
        for (const auto hash : hashes) counters[which].Add(hash);
      };
      HashBatches batches(take);
      for (const auto& row : rows_) batches.Add(lanes, row.counted[which]);
      batches.Drain(lanes);
      batches.Flush();
    }
    return counters[0].count() + counters[1].count();
  }

  customers::CellHasher hasher_;
  customers::IndexLayers layers_;
  std::vector<Cells> rows_;
  std::vector<std::uint64_t> first_, second_, sizes_;  // of the words
};

DenseFloor::DenseFloor(std::string_view index, std::uint64_t rows)
    : work_(std::make_unique<const Work>(Opened(index), rows)) {
}

DenseFloor::~DenseFloor() = default;

std::uint64_t DenseFloor::Run() const {
  return work_->Run();
}

}  // namespace vigie::bench
