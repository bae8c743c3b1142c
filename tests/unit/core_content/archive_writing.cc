#include "tests/unit/core_content/archive_writing.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <stdexcept>

namespace vigie::content {
namespace {

// Collects what an archive writes; a failing step is a broken test.
class Writing {
 public:
  Writing() : archive_(archive_write_new()) {}
  ~Writing() { archive_write_free(archive_); }
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;

  archive* get() { return archive_; }
  void Check(int status) {
    if (status != ARCHIVE_OK) throw std::runtime_error(archive_error_string(archive_));
  }
  void Open() { Check(archive_write_open(archive_, &bytes_, nullptr, &Writing::Append, nullptr)); }
  void AddEntry(const std::string& name, std::size_t size) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname_utf8(entry, name.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(size));
    Check(archive_write_header(archive_, entry));
    archive_entry_free(entry);
  }
  void Write(std::string_view content) {
    if (archive_write_data(archive_, content.data(), content.size()) < 0) Check(ARCHIVE_FATAL);
  }
  std::string Close() {
    Check(archive_write_close(archive_));
    return bytes_;
  }

 private:
  static la_ssize_t Append(archive*, void* bytes, const void* data, std::size_t size) {
    static_cast<std::string*>(bytes)->append(static_cast<const char*>(data), size);
    return static_cast<la_ssize_t>(size);
  }
  archive* archive_;
  std::string bytes_;
};

void StartGzip(Writing& writing) {
  writing.Check(archive_write_add_filter_gzip(writing.get()));
  writing.Check(archive_write_set_format_raw(writing.get()));
  archive_write_set_bytes_in_last_block(writing.get(), 1);  // no padding behind the end
  writing.Open();
}

}  // namespace

std::string MakeZip(const ZipEntries& entries, const std::string& passphrase) {
  Writing writing;
  writing.Check(archive_write_set_format_zip(writing.get()));
  archive_write_set_bytes_in_last_block(writing.get(), 1);
  if (!passphrase.empty()) {
    writing.Check(archive_write_set_options(writing.get(), "zip:encryption=zipcrypt"));
    writing.Check(archive_write_set_passphrase(writing.get(), passphrase.c_str()));
  }
  writing.Open();
  for (const auto& [name, content] : entries) {
    writing.AddEntry(name, content.size());
    writing.Write(content);
  }
  return writing.Close();
}

std::string MakeGzip(std::string_view content) {
  Writing writing;
  StartGzip(writing);
  writing.AddEntry("data", content.size());
  writing.Write(content);
  return writing.Close();
}

std::string MakeArchive(const std::string& format, const ZipEntries& entries) {
  Writing writing;
  writing.Check(archive_write_set_format_by_name(writing.get(), format.c_str()));
  archive_write_set_bytes_in_last_block(writing.get(), 1);
  writing.Open();
  for (const auto& [name, content] : entries) {
    writing.AddEntry(name, content.size());
    writing.Write(content);
  }
  return writing.Close();
}

std::string Compress(const std::string& filter, std::string_view content) {
  Writing writing;
  writing.Check(archive_write_add_filter_by_name(writing.get(), filter.c_str()));
  writing.Check(archive_write_set_format_raw(writing.get()));
  archive_write_set_bytes_in_last_block(writing.get(), 1);
  writing.Open();
  writing.AddEntry("data", content.size());
  writing.Write(content);
  return writing.Close();
}

std::string MakeGzipOfZeros(std::size_t mebibytes) {
  const auto member = MakeGzip(std::string(std::size_t{1} << 20, '\0'));
  std::string bomb;
  for (std::size_t i = 0; i < mebibytes; ++i) bomb += member;
  return bomb;
}

}  // namespace vigie::content
