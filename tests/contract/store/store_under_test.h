#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/store.h"

namespace vigie::server {

// A folder that disappears with its test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string File(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// Every body of Store passes the tests of this fixture.
class StoreContract : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override;

  Store& store() { return *store_; }
  // Runs `body` in a transaction that must succeed.
  void Write(const std::function<base::Result<void>(StoreTransaction&)>& body);
  void Append(const std::vector<v1::Event>& events, const std::string& host = "w1");
  // Ids of all pages together, read by pages of `page_size`.
  std::vector<std::string> Query(EventQuery query, std::uint32_t page_size = 100);

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

}  // namespace vigie::server
