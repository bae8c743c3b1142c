// The libraries behind text, mail, markup and databases do their work in the real sandbox, where nothing can be opened.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "core/inspection/inspector_pool.h"
#include "platform/linux/linux_platform.h"
#include "tests/support/temporary_directory.h"

namespace vigie::inspection {
namespace {

std::string DatabaseWithAMail(const std::string& path) {
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  sqlite3_exec(database, "CREATE TABLE c (mail); INSERT INTO c VALUES ('ann@example.com')", nullptr, nullptr, nullptr);
  sqlite3_close(database);
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(TextFormatsInTheSandbox, AreReadInFullByOneWorker) {
  const char* const directory = std::getenv("VIGIE_BIN_DIR");
  const auto launcher = platform::MakeWorkerLauncher();
  const auto files = platform::MakeFileSystem();
  auto pool =
      InspectorPool::Create({.executable = std::string(directory == nullptr ? "bin" : directory) + "/vigie-inspector",
                             .processes = 1,
                             .indexes = {},
                             .budget = {},
                             .on_worker_started = {}},
                            *launcher, *files);
  ASSERT_TRUE(pool) << pool.error().message;
  const test::TemporaryDirectory folder;
  const std::string iso_2022_jp = "\x1b$B;3ED\x1b(B ann@example.com\n";
  for (const std::string& content :
       {std::string("Ren\x8e"
                    "e Lef\x8fvre; ann@example.com\n"),
        iso_2022_jp, std::string("\xc8\xe2\xe0\xed\xee\xe2 \xd1\xe5\xf0\xe3\xe5\xe9; ann@example.com\n"),
        std::string("\x8e\x52\x93\x63\x91\xbe\x98\x59\x82\xcd\x93\x8c\x8b\x9e, ann@example.com\n"),
        std::string("<html><p title='ann@example.com'>&eacute;</p></html>"),
        std::string("<?xml version='1.0'?><a>ann@example.com</a>"), std::string("YW5uQGV4YW1wbGUuY29tIGlzIGhlcmU=\n"),
        std::string(
            "From: ann@example.com\nSubject: =?iso-8859-1?Q?=E9?=\nContent-Type: text/plain; charset=koi8-r\n\n\xc9\n"),
        std::string("{\\rtf1\\ansi\\ansicpg1251 \\'c8 ann@example.com}"), DatabaseWithAMail(folder / "made.db")}) {
    std::FILE* const file = std::tmpfile();
    std::fwrite(content.data(), 1, content.size(), file);
    std::fflush(file);
    base::FileDescriptor descriptor(fileno(file));
    const auto inspection = (*pool)->Inspect(descriptor, base::Deadline::After(std::chrono::seconds(20)));
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << inspection.media_type();
    ASSERT_EQ(inspection.classes_size(), 1) << inspection.media_type();
    EXPECT_EQ(inspection.classes(0).distinct(), 1U) << inspection.media_type();
    (void)descriptor.Release();
    std::fclose(file);
  }
  EXPECT_EQ((*pool)->counts().failures, 0U);
  EXPECT_EQ((*pool)->counts().restarts, 0U);
}

}  // namespace
}  // namespace vigie::inspection
