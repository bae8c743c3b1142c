#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/customers/phone_plan.h"
#include "platform/base/result.h"

// What makes two cells of a directory one and the same. README.md explains each with examples. All functions are pure.
namespace vigie::customers {

enum class CellKind { kKey, kEmail, kPhone, kName, kIban, kText };
inline constexpr std::size_t kCellKinds = 6;

std::string_view CellKindName(CellKind kind);
std::optional<CellKind> ParseCellKind(std::string_view name);

// Cells of more words are known by their first six; n-grams of text are no longer either.
inline constexpr std::size_t kMaxCellTokens = 6;
inline constexpr std::size_t kMaxKeyTokens = 6;
inline constexpr std::size_t kMaxEmailBytes = 320;  // RFC 3696, erratum 1690
inline constexpr std::size_t kMaxKeyBytes = 64;

// The reasons never contain the value.
// Jean+promo@Example.COM → jean@example.com: what follows a + is the mailbox's own affair (RFC 5233).
base::Result<std::string> NormaliseEmail(std::string_view cell);
// The same for a candidate of ForEachEmail, into `buffer`, without a detour through memory. Nothing if it is not ASCII.
std::optional<std::string_view> FoldAsciiEmail(std::string_view candidate, std::span<char, kMaxEmailBytes> buffer);
base::Result<std::string> NormalisePhone(std::string_view cell,
                                         const PhonePlan& plan);  // +33.6.12.34.56.78 → 612345678
base::Result<std::string> NormaliseIban(std::string_view cell);   // fr76 3000 … → FR763000…; ISO 13616 check
base::Result<std::string> NormaliseKey(std::string_view cell);    // CUST-0001 → cust0001
// Names and text: folded tokens in alphabetical order, at most the first six. Élodie LE GALL → elodie gall le
base::Result<std::string> NormaliseWords(std::string_view cell);
base::Result<std::string> Normalise(CellKind kind, std::string_view cell, const PhonePlan& plan);

// Whether a normalised key can identify alone: five characters with letters and digits mixed, or eight with a digit.
// Other keys (42, 00017, "paris") are written everywhere by chance; they count only together with the person's name.
bool IsDistinctiveKey(std::string_view normalised);

// Words as people see them: Jean-Pierre and O'Brien are one, Marie Curie two.
std::size_t CountWords(std::string_view cell);

}  // namespace vigie::customers
