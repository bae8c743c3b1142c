#include "core/customers/text_search.h"

#include <algorithm>
#include <array>

#include "core/customers/email_candidates.h"
#include "core/customers/iban_candidates.h"
#include "core/customers/phone_candidates.h"
#include "core/customers/text_tokens.h"

namespace vigie::customers {

TextSearch::TextSearch(const SearchedIndex& index, RecordSet& found)
    : index_(index),
      found_(found),
      pairs_(index.layers, index.hasher, found),
      keys_({index.layers.shape().key_counts, index.layers.shape().min_key_bytes, index.layers.shape().max_key_bytes}),
      take_phone_([this](std::string_view phone) { TakeStrong(CellKind::kPhone, phone); }),
      take_iban_([this](std::string_view iban) { TakeStrong(CellKind::kIban, iban); }),
      take_key_([this](std::string_view key) { TakeStrong(CellKind::kKey, key); }) {
  strong_.reserve(IndexLayers::kBatch);
  for (const CellKind kind : {CellKind::kKey, CellKind::kEmail, CellKind::kPhone, CellKind::kIban}) {
    unhashed_[static_cast<std::size_t>(kind)] = index.hasher.LanesOf(kind);
  }
}

void TextSearch::Search(std::string_view text) {
  if (Has(CellKind::kEmail)) TakeEmails(text);
  // A key may have any words beside its number.
  const WantedTokens wanted{.known_to = index_.layers.token_filters(), .strangers = keys_.longest() > 1};
  TextTokens tokens(text, index_.hasher, wanted);
  for (auto batch = tokens.Next(); !batch.empty(); batch = tokens.Next()) {
    SortOut(batch);
    TakeTokens(text, batch);
  }
  pairs_.Finish();
  HashWaiting();
  LookUpStrong();
}

// Apart from what depends on the answers, so that the loads of these overlap.
void TextSearch::SortOut(std::span<const TextToken> tokens) {
  known_.Clear(tokens.size());
  numbers_.Clear(tokens.size());
  for (std::uint32_t i = 0; i < tokens.size(); ++i) {
    known_.AddIf(tokens[i].is_known, i);
    numbers_.AddIf(tokens[i].has_digit, i);
  }
}

void TextSearch::TakeTokens(std::string_view text, std::span<const TextToken> tokens) {
  pairs_.Add(tokens, known_.all());
  for (const std::uint32_t place : numbers_.all()) TakeNumber(text, tokens[place]);
  if (!Has(CellKind::kKey)) return;
  keys_.Add({text, tokens, numbers_.all()}, take_key_);
}

void TextSearch::TakeEmails(std::string_view text) {
  std::array<char, kMaxEmailBytes> folded{};
  ForEachEmail(text, [&](std::string_view candidate) {
    if (const auto ascii = FoldAsciiEmail(candidate, folded)) return TakeStrong(CellKind::kEmail, *ascii);
    if (const auto email = NormaliseEmail(candidate)) TakeStrong(CellKind::kEmail, *email);
  });
}

// A token with digits may begin a phone number or an IBAN.
void TextSearch::TakeNumber(std::string_view text, const TextToken& token) {
  if (Has(CellKind::kPhone) && IsDigit(text[token.begin]) && token.begin >= numbers_end_) {
    numbers_end_ = TakePhonesAt({text, token.begin}, index_.plan, take_phone_);
  }
  if (Has(CellKind::kIban)) TakeIbanAt(text, token.begin, take_iban_);
}

void TextSearch::TakeStrong(CellKind kind, std::string_view normalised) {
  SipLanes& lanes = unhashed_[static_cast<std::size_t>(kind)];
  if (!lanes.Add(normalised)) {
    const std::uint64_t cell = index_.hasher.Strong(kind, normalised);
    return AddStrong({&cell, 1});
  }
  if (lanes.full()) AddStrong(lanes.Finish());
}

void TextSearch::AddStrong(std::span<const std::uint64_t> cells) {
  if (strong_.size() + cells.size() > IndexLayers::kBatch) LookUpStrong();
  strong_.insert(strong_.end(), cells.begin(), cells.end());
}

void TextSearch::HashWaiting() {
  for (SipLanes& lanes : unhashed_) AddStrong(lanes.Finish());
}

void TextSearch::LookUpStrong() {
  index_.layers.FindStrong(strong_, found_);
  strong_.clear();
}

}  // namespace vigie::customers
