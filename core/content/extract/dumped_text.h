#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vigie::content {

// One line of a hex dump, as xxd, hexdump, od -t x1, Wireshark and PowerShell print them.
struct DumpLine {
  std::string_view offset;  // digits of whatever base
  std::string_view hex;     // groups of digits and spaces
  std::string_view aside;   // the column of text, if there is one
  bool is_swapped = false;  // words of two bytes, the lower one first
  std::size_t bytes = 0;
};

// Nothing if `line` (without its end) is none.
std::optional<DumpLine> ReadDumpLine(std::string_view line);

// Whether `offset` spells the number in base 16, 8 or 10.
bool IsOffset(std::string_view offset, std::uint64_t number);

// How many bytes a line of uuencode (POSIX, uuencode) spells; nothing if it is none. 0 = the last one.
std::optional<std::size_t> UuencodedBytes(std::string_view line);

// "begin 644 name", which announces such lines.
bool IsUuencodeBegin(std::string_view line);

}  // namespace vigie::content
