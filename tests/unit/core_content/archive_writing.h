#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigie::content {

using ZipEntries = std::vector<std::pair<std::string, std::string>>;  // name, content

// Containers for tests, made with libarchive. `passphrase`: entries are encrypted with it (traditional PKWARE
// encryption).
std::string MakeZip(const ZipEntries& entries, const std::string& passphrase = "");
std::string MakeGzip(std::string_view content);
// In libarchive's words: "7zip", "ustar", "pax", "newc", "iso9660", "arbsd"…
std::string MakeArchive(const std::string& format, const ZipEntries& entries);
// "bzip2", "xz", "zstd", "lz4", "lzma", "lzip", "compress", "gzip".
std::string Compress(const std::string& filter, std::string_view content);
// So many times 1 MiB of zeros, as gzip: about a thousandth of that.
std::string MakeGzipOfZeros(std::size_t mebibytes);

}  // namespace vigie::content
