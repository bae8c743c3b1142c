#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vigie::content {

inline std::string LittleEndian(std::uint64_t value, std::size_t width) {
  std::string bytes;
  for (std::size_t i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

// An entry of a compound file's directory (MS-CFB 2.6.1).
inline std::string CompoundEntry(std::string_view name, int type, std::uint32_t first_sector, std::size_t bytes) {
  std::string entry;
  for (const char c : name) entry += std::string{c, '\0'};
  entry.resize(64, '\0');
  entry += LittleEndian(2 * name.size() + 2, 2) + LittleEndian(static_cast<std::uint64_t>(type), 1) + '\1' +
           LittleEndian(0xffffffff, 4) + LittleEndian(0xffffffff, 4) + LittleEndian(type == 5 ? 1 : 0xffffffff, 4);
  entry.resize(116, '\0');
  return entry + LittleEndian(first_sector, 4) + LittleEndian(bytes, 8);
}

// A compound file of version 3 with one stream, which is filled up to 4096 bytes at least.
inline std::string MakeCompoundFile(std::string_view name, std::string stream) {
  stream.resize(std::max<std::size_t>((stream.size() + 511) / 512 * 512, 4096), '\0');
  const auto sectors = stream.size() / 512;
  std::string table = LittleEndian(0xfffffffd, 4) + LittleEndian(0xfffffffe, 4);
  for (std::size_t i = 0; i < sectors; ++i) table += LittleEndian(i + 1 == sectors ? 0xfffffffe : i + 3, 4);
  while (table.size() < 512) table += LittleEndian(0xffffffff, 4);
  auto directory = CompoundEntry("Root Entry", 5, 0xfffffffe, 0) + CompoundEntry(name, 2, 2, stream.size());
  directory.resize(512, '\0');
  std::string header = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + std::string(16, '\0') + LittleEndian(0x3e, 2) +
                       LittleEndian(3, 2) + LittleEndian(0xfffe, 2) + LittleEndian(9, 2) + LittleEndian(6, 2) +
                       std::string(6, '\0') + LittleEndian(0, 4) + LittleEndian(1, 4) + LittleEndian(1, 4) +
                       LittleEndian(0, 4) + LittleEndian(4096, 4) + LittleEndian(0xfffffffe, 4) + LittleEndian(0, 4) +
                       LittleEndian(0xfffffffe, 4) + LittleEndian(0, 4) + LittleEndian(0, 4);
  while (header.size() < 512) header += LittleEndian(0xffffffff, 4);
  return header + table + directory + stream;
}

inline std::string BiffRecord(std::uint16_t type, const std::string& data) {
  return LittleEndian(type, 2) + LittleEndian(data.size(), 2) + data;
}

// A BIFF8 workbook of one sheet with one row of two strings.
inline std::string MakeXls(const std::string& first, const std::string& second) {
  const auto begin = [](std::uint16_t kind) {
    return BiffRecord(0x809, LittleEndian(0x600, 2) + LittleEndian(kind, 2) + LittleEndian(0x0dbb, 2) +
                                 LittleEndian(0x07cc, 2) + LittleEndian(0, 4) + LittleEndian(6, 4));
  };
  const auto text = [](const std::string& value) { return LittleEndian(value.size(), 2) + '\0' + value; };
  const auto strings = BiffRecord(0xfc, LittleEndian(2, 4) + LittleEndian(2, 4) + text(first) + text(second));
  const auto sheet_name = [](std::size_t offset) {
    return BiffRecord(0x85, LittleEndian(offset, 4) + LittleEndian(0, 2) + '\7' + '\0' + "Clients");
  };
  const auto end = BiffRecord(0x0a, "");
  const auto before = begin(5) + BiffRecord(0x42, LittleEndian(1200, 2));
  const auto offset = before.size() + sheet_name(0).size() + strings.size() + end.size();
  const auto cell = [](std::uint64_t column) {
    return BiffRecord(0xfd,
                      LittleEndian(0, 2) + LittleEndian(column, 2) + LittleEndian(0, 2) + LittleEndian(column, 4));
  };
  return MakeCompoundFile("Workbook",
                          before + sheet_name(offset) + strings + end + begin(0x10) + cell(0) + cell(1) + end);
}

}  // namespace vigie::content
