#include "core/policy/ip_address.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace vigie::policy {
namespace {

using platform::IpAddress;

constexpr std::size_t kIpv4At = 12;  // in ::ffff:a.b.c.d
constexpr std::size_t kGroups = 8;

std::optional<unsigned> ParseNumber(std::string_view text, int base, unsigned limit) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size() || number > limit) return std::nullopt;
  return number;
}

std::optional<IpAddress> ParseIpv4(std::string_view text) {
  IpAddress address{};
  address[10] = address[11] = 0xff;
  for (std::size_t i = kIpv4At; i < address.size(); ++i) {
    const bool last = i + 1 == address.size();
    const auto end = last ? text.size() : text.find('.');
    if (end == text.npos || end == 0 || end > 3 || (end > 1 && text[0] == '0')) return std::nullopt;
    const auto number = ParseNumber(text.substr(0, end), 10, 255);
    if (!number) return std::nullopt;
    address[i] = static_cast<std::uint8_t>(*number);
    text.remove_prefix(last ? end : end + 1);
  }
  return address;
}

// The groups on one side of "::".
class Groups {
 public:
  // False if the text is no list of groups.
  bool Parse(std::string_view text, bool may_end_in_ipv4) {
    if (text.empty()) return true;
    while (true) {
      const auto end = std::min(text.find(':'), text.size());
      const bool last = end == text.size();
      if (!Add(text.substr(0, end), last && may_end_in_ipv4)) return false;
      if (last) return true;
      text.remove_prefix(end + 1);
    }
  }
  std::size_t size() const { return size_; }
  void CopyTo(std::uint8_t* bytes) const { std::copy_n(bytes_.begin(), size_ * 2, bytes); }

 private:
  bool Add(std::string_view text, bool may_be_ipv4) {
    if (may_be_ipv4 && text.find('.') != text.npos) {
      const auto ipv4 = ParseIpv4(text);
      if (!ipv4 || size_ + 2 > kGroups) return false;
      std::copy(ipv4->begin() + kIpv4At, ipv4->end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_ * 2));
      size_ += 2;
      return true;
    }
    const auto number = text.empty() || text.size() > 4 ? std::nullopt : ParseNumber(text, 16, 0xffff);
    if (!number || size_ == kGroups) return false;
    bytes_[size_ * 2] = static_cast<std::uint8_t>(*number >> 8);
    bytes_[size_ * 2 + 1] = static_cast<std::uint8_t>(*number & 0xff);
    ++size_;
    return true;
  }

  std::array<std::uint8_t, kGroups * 2> bytes_{};
  std::size_t size_ = 0;
};

std::optional<IpAddress> ParseIpv6(std::string_view text) {
  IpAddress address{};
  Groups before;
  Groups after;
  const auto gap = text.find("::");
  if (gap == text.npos) {
    if (!before.Parse(text, true) || before.size() != kGroups) return std::nullopt;
    before.CopyTo(address.data());
    return address;
  }
  if (!before.Parse(text.substr(0, gap), false) || !after.Parse(text.substr(gap + 2), true)) return std::nullopt;
  if (before.size() + after.size() >= kGroups) return std::nullopt;
  before.CopyTo(address.data());
  after.CopyTo(address.data() + (kGroups - after.size()) * 2);
  return address;
}

}  // namespace

std::optional<IpAddress> ParseIpAddress(std::string_view text) {
  return text.find(':') == text.npos ? ParseIpv4(text) : ParseIpv6(text);
}

bool IsIpv4(const IpAddress& address) {
  return std::all_of(address.begin(), address.begin() + 10, [](std::uint8_t byte) { return byte == 0; }) &&
         address[10] == 0xff && address[11] == 0xff;
}

bool Contains(const platform::AddressRange& range, const IpAddress& address, std::uint32_t port) {
  if (range.port != 0 && range.port != port) return false;
  const std::size_t whole = range.prefix_bits / 8U;
  if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole), range.address.begin()))
    return false;
  const unsigned rest = range.prefix_bits % 8U;
  return rest == 0 || ((address[whole] ^ range.address[whole]) >> (8U - rest)) == 0;
}

}  // namespace vigie::policy
