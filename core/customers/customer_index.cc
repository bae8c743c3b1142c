#include "core/customers/customer_index.h"

#include <sodium.h>

#include <cstring>
#include <optional>
#include <utility>

#include "core/customers/email_candidates.h"
#include "core/customers/iban_candidates.h"
#include "core/customers/index_format.h"
#include "core/customers/key_candidates.h"
#include "core/customers/pair_finder.h"
#include "core/customers/phone_candidates.h"
#include "core/customers/static_map.h"
#include "core/customers/token_scanner.h"
#include "platform/mapped_file.h"

namespace vigie::customers {
namespace {

constexpr std::uint32_t kMaxSharers = 1U << 16;  // no list is longer, whatever a file says

IndexInfo InfoOf(const IndexHeader& header, std::size_t bytes) {
  IndexInfo info;
  info.format_version = kIndexFormatVersion;
  info.id = HexOf(header.id);
  info.records = header.records;
  info.strong_cells = header.strong_cells;
  info.weak_cells = header.weak_cells;
  info.pairs = header.pairs;
  info.bytes = bytes;
  info.built_at = header.built_at;
  info.region = header.region;
  return info;
}

base::Error WrongKey() {
  return {base::ErrorCode::kPermissionDenied,
          "the customer index was built with another key; give the key file that vigie index build was given"};
}

class MappedCustomerIndex final : public CustomerIndex {
 public:
  MappedCustomerIndex(platform::MappedFile file, const OpenedIndex& opened, const CellHasher& hasher,
                      const PhonePlan& plan)
      : file_(std::move(file)),
        header_(opened.header),
        info_(InfoOf(opened.header, file_.bytes().size())),
        hasher_(hasher),
        plan_(plan),
        shared_(opened.sections[Section::kShared]) {}

  base::Result<void> OpenSections(const IndexSections& sections) {
    const std::pair<Section, StaticMap*> maps[] = {{Section::kStrong, &strong_},
                                                   {Section::kTokens, &tokens_},
                                                   {Section::kWords, &words_},
                                                   {Section::kPairs, &pairs_}};
    for (const auto& [section, map] : maps) {
      auto opened = StaticMap::Open(sections[section]);
      if (!opened) return opened.error().Wrap("customer index");
      *map = *opened;
    }
    return {};
  }

  const IndexInfo& info() const override { return info_; }

  void Match(std::string_view text, RecordSet& found) const override {
    ForEachEmail(text, [&](std::string_view candidate) {
      if (const auto email = NormaliseEmail(candidate)) MatchStrong(CellKind::kEmail, *email, found);
    });
    ForEachPhone(text, plan_, [&](std::string_view phone) { MatchStrong(CellKind::kPhone, phone, found); });
    ForEachIban(text, [&](std::string_view iban) { MatchStrong(CellKind::kIban, iban, found); });
    MatchTokens(text, found);
  }

 private:
  void MatchTokens(std::string_view text, RecordSet& found) const {
    const WordIndex word_index{hasher_, tokens_, words_, pairs_, header_.word_counts};
    PairFinder pairs(word_index);
    KeyCandidates keys({header_.key_counts, header_.min_key_bytes, header_.max_key_bytes});
    const std::function<void(std::uint64_t)> take_record = [&](std::uint64_t record) { AddRecord(record, found); };
    const std::function<void(std::string_view)> take_key = [&](std::string_view key) {
      MatchStrong(CellKind::kKey, key, found);
    };
    TokenScanner scanner(text);
    for (Token token; scanner.Next(token);) {
      pairs.Add(token, take_record);
      keys.Add(token, take_key);
    }
  }

  void MatchStrong(CellKind kind, std::string_view normalised, RecordSet& found) const {
    const auto value = strong_.Find(hasher_.Strong(kind, normalised));
    if (!value) return;
    if (*value <= header_.last_record) return AddRecord(*value, found);
    AddShared(*value - header_.last_record - 1, found);
  }

  void AddRecord(std::uint64_t record, RecordSet& found) const {
    if (record > 0 && record <= header_.last_record) found.Add(static_cast<RecordId>(record));
  }

  // A list of records: their number, then their ids. The place may come from a chance match: nothing about it is
  // certain.
  void AddShared(std::uint64_t place, RecordSet& found) const {
    const auto count = SharedAt(place);
    if (!count || *count > kMaxSharers) return;
    for (std::uint64_t i = 1; i <= *count; ++i) {
      if (const auto record = SharedAt(place + i)) AddRecord(*record, found);
    }
  }

  std::optional<std::uint32_t> SharedAt(std::uint64_t place) const {
    if (place >= shared_.size() / sizeof(std::uint32_t)) return std::nullopt;
    std::uint32_t value = 0;
    std::memcpy(&value, shared_.data() + place * sizeof(value), sizeof(value));
    return value;
  }

  platform::MappedFile file_;
  IndexHeader header_;
  IndexInfo info_;
  CellHasher hasher_;
  PhonePlan plan_;
  std::string_view shared_;
  StaticMap strong_;
  StaticMap tokens_;
  StaticMap words_;
  StaticMap pairs_;
};

struct MappedIndex {
  platform::MappedFile file;
  OpenedIndex opened;
};

base::Result<MappedIndex> MapIndex(const base::FileDescriptor& file) {
  if (sodium_init() < 0) return base::Error{base::ErrorCode::kInternal, "libsodium cannot be initialised"};
  auto mapped = platform::MappedFile::Map(file);
  if (!mapped) return mapped.error().Wrap("customer index");
  auto opened = DecodeIndex(mapped->bytes());
  if (!opened) return opened.error();
  return MappedIndex{*std::move(mapped), *opened};
}

}  // namespace

base::Result<std::unique_ptr<CustomerIndex>> CustomerIndex::Open(const base::FileDescriptor& file,
                                                                 const IndexKey& key) {
  auto index = MapIndex(file);
  if (!index) return index.error();
  const OpenedIndex opened = index->opened;
  const CellHasher hasher(key, opened.header.id);
  const auto seal = hasher.Seal(opened.sealed);
  if (sodium_memcmp(seal.data(), opened.seal.data(), seal.size()) != 0) return WrongKey();
  const auto plan = FindPhonePlan(opened.header.region);
  if (!plan) {
    return base::Error{base::ErrorCode::kUnsupported,
                       "the customer index was built for a region that this program does not know; update the program"};
  }
  auto made = std::make_unique<MappedCustomerIndex>(std::move(index->file), opened, hasher, *plan);
  if (auto sections = made->OpenSections(opened.sections); !sections) return sections.error();
  return std::unique_ptr<CustomerIndex>(std::move(made));
}

base::Result<IndexInfo> CustomerIndex::ReadInfo(const base::FileDescriptor& file) {
  const auto index = MapIndex(file);
  if (!index) return index.error();
  return InfoOf(index->opened.header, index->file.bytes().size());
}

}  // namespace vigie::customers
