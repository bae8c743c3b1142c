#include "core/customers/growing_record_set.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace vigie::customers {
namespace {

constexpr std::uint32_t kBitsOfWord = 64;

}  // namespace

void GrowingRecordSet::Add(std::span<const RecordId> ids) {
  if (waiting_.size() + ids.size() <= kMostWaiting) {
    waiting_.insert(waiting_.end(), ids.begin(), ids.end());
    return;
  }
  AddToPages(waiting_);
  waiting_.clear();
  AddToPages(ids);
}

void GrowingRecordSet::AddToPages(std::span<const RecordId> ids) {
  Page* page = nullptr;
  for (const RecordId id : ids) {
    if (page == nullptr || page->number != (id >> kPageBits) + 1) page = &PageOf(id);
    const std::uint32_t low = id & ((1U << kPageBits) - 1);
    page->ids[low / kBitsOfWord] |= std::uint64_t{1} << (low % kBitsOfWord);
  }
}

std::size_t GrowingRecordSet::PlaceOf(std::uint32_t number) const {
  const std::size_t mask = pages_.size() - 1;
  // Fibonacci hashing: pages of neighbours lie apart.
  std::size_t place = (number * 0x9e3779b1U) >> (32 - std::bit_width(mask));
  while (pages_[place].number != 0 && pages_[place].number != number) place = (place + 1) & mask;
  return place;
}

GrowingRecordSet::Page& GrowingRecordSet::PageOf(RecordId id) {
  const std::uint32_t number = (id >> kPageBits) + 1;
  if (!pages_.empty()) {
    Page& page = pages_[PlaceOf(number)];
    if (page.number == number) return page;
  }
  if (used_ == kMostPages) SettlePages();
  if (2 * (used_ + 1) > pages_.size()) Grow();
  ++used_;
  Page& page = pages_[PlaceOf(number)];
  page.number = number;
  return page;
}

void GrowingRecordSet::Grow() {
  std::vector<Page> old(std::max(kFewest, 2 * pages_.size()));
  old.swap(pages_);
  for (Page& page : old) {
    if (page.number != 0) pages_[PlaceOf(page.number)] = std::move(page);
  }
}

void GrowingRecordSet::Settle() {
  SettlePages();
  set_.AddAll(waiting_);
  waiting_.clear();
}

void GrowingRecordSet::SettlePages() {
  UnitePagesInto(set_);
  pages_.clear();
  used_ = 0;
}

RecordSet GrowingRecordSet::Set() const {
  RecordSet set = set_;
  UnitePagesInto(set);
  set.AddAll(waiting_);
  return set;
}

void GrowingRecordSet::UnitePagesInto(RecordSet& set) const {
  std::vector<const Page*> pages;
  for (const Page& page : pages_) {
    if (page.number != 0) pages.push_back(&page);
  }
  std::ranges::sort(pages, {}, &Page::number);
  std::vector<RecordId> ids;
  for (const Page* page : pages) AddIds(*page, ids);
  set.AddAll(ids);
}

void GrowingRecordSet::AddIds(const Page& page, std::vector<RecordId>& ids) {
  RecordId first = (page.number - 1) << kPageBits;
  for (const std::uint64_t word : page.ids) {
    for (std::uint64_t left = word; left != 0; left &= left - 1) {
      ids.push_back(first + static_cast<RecordId>(std::countr_zero(left)));
    }
    first += kBitsOfWord;
  }
}

}  // namespace vigie::customers
