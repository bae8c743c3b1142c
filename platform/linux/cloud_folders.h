#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace vigie::platform {

// The folders of cloud clients that exist now, and what they look like inside.
class CloudFolders {
 public:
  // Absolute paths, and "~/Name" for the home of each user.
  explicit CloudFolders(std::vector<std::string> folders) : folders_(std::move(folders)) {}

  // Folder → a number that changes when there are other folders in it. Does not follow symbolic links; looks at 4096
  // folders at most.
  std::map<std::string, std::uint64_t> Look() const;

 private:
  std::vector<std::string> folders_;
};

// The homes of people in a text such as /etc/passwd (passwd(5)): user id 1000 and above, without nobody.
std::vector<std::string> HomesIn(const std::string& passwd);

}  // namespace vigie::platform
