// What a bench wants done to files, without the cost of an interpreter between the calls:
//   file_workload read LIST            opens each file named in LIST (one a line), reads it, closes it
//   file_workload time LIST            the same; prints how long each open took, in microseconds, one a line
//   file_workload burst DIR MADE GONE  makes MADE small files in DIR, and removes GONE others (named gone-N) between
//   them
// Prints how many could not be opened or made ("refused N") at the end. Exit code 2: used wrongly.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace {

std::vector<std::string> Lines(const char* path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

bool ReadAll(int file) {
  std::array<char, 65536> buffer;
  ssize_t count = 0;
  do {
    count = ::read(file, buffer.data(), buffer.size());
  } while (count > 0);
  ::close(file);
  return count == 0;
}

int Read(const std::vector<std::string>& paths, bool print_times) {
  using Clock = std::chrono::steady_clock;
  int refused = 0;
  for (const std::string& path : paths) {
    const auto begin = Clock::now();
    const int file = ::open(path.c_str(), O_RDONLY);
    const auto opened = Clock::now();
    if (file < 0 || !ReadAll(file)) ++refused;
    if (print_times) std::printf("%lld\n", static_cast<long long>((opened - begin) / std::chrono::microseconds(1)));
  }
  return refused;
}

bool MakeFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (file < 0) return false;
  const bool written = ::write(file, "nothing of interest\n", 20) == 20;
  return ::close(file) == 0 && written;
}

int Burst(const std::string& folder, int made, int gone) {
  int refused = 0;
  int removed = 0;
  for (int i = 0; i < made; ++i) {
    if (!MakeFile(folder + "/made-" + std::to_string(i))) ++refused;
    for (; removed < static_cast<long long>(gone) * (i + 1) / made; ++removed) {
      if (::unlink((folder + "/gone-" + std::to_string(removed)).c_str()) < 0) ++refused;
    }
  }
  return refused;
}

}  // namespace

int main(int count, char** words) {
  const std::string what = count > 1 ? words[1] : "";
  int refused = 0;
  if ((what == "read" || what == "time") && count == 3) {
    refused = Read(Lines(words[2]), what == "time");
  } else if (what == "burst" && count == 5) {
    refused = Burst(words[2], std::atoi(words[3]), std::atoi(words[4]));
  } else {
    std::fprintf(stderr, "usage: file_workload read|time LIST | burst DIR MADE GONE\n");
    return 2;
  }
  std::printf("refused %d\n", refused);
  return 0;
}
