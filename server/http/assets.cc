#include "server/http/assets.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/credentials/certificates.h"
#include "platform/base/logging.h"

namespace vigie::server::http {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using platform::FileKind;

constexpr std::size_t kMostFiles = 4096;
constexpr std::size_t kMostBytes = 64 << 20;
constexpr std::size_t kMostPathBytes = 512;
constexpr std::size_t kEtagDigits = 32;
constexpr std::string_view kIndex = "/index.html";
constexpr std::string_view kLasting = "/assets/";

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kTypes = {{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".txt", "text/plain; charset=utf-8"},
    {".wasm", "application/wasm"},
}};

// Never a page, whatever stands behind them.
constexpr std::array<std::string_view, 6> kServices = {"assets", "api", "session", "metrics", "healthz", "readyz"};

bool IsPlain(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         letter == '-' || letter == '_';
}

bool IsPlainName(std::string_view name) {
  return !name.starts_with('.') &&
         std::ranges::all_of(name, [](char letter) { return IsPlain(letter) || letter == '.'; });
}

std::string_view TypeOf(std::string_view path) {
  const auto* found = std::ranges::find_if(kTypes, [&](const auto& type) { return path.ends_with(type.first); });
  return found == kTypes.end() ? std::string_view() : found->second;
}

Asset::Form FormOf(std::string bytes) {
  std::string etag = '"' + credentials::TokenHash(bytes).substr(0, kEtagDigits) + '"';
  return {std::move(bytes), std::move(etag)};
}

bool IsRoute(std::string_view path) {
  if (path.size() > kMostPathBytes || path.find("//") != std::string_view::npos) return false;
  if (!std::ranges::all_of(path, [](char letter) { return IsPlain(letter) || letter == '/'; })) return false;
  const std::string_view first = path.substr(1, path.find('/', 1) - 1);
  return std::ranges::find(kServices, first) == kServices.end();
}

// Reads a tree of files; what is odd in it is left out.
class Tree {
 public:
  Tree(platform::FileSystem& files, std::string root) : files_(files), root_(std::move(root)) {}

  Result<std::map<std::string, std::string>> Read() {
    std::vector<std::string> folders = {""};
    while (!folders.empty()) {
      const std::string folder = std::move(folders.back());
      folders.pop_back();
      const auto names = files_.List(root_ + folder);
      if (!names) return names.error();
      for (const std::string& name : *names) {
        if (auto taken = Take(folder + "/" + name, name, folders); !taken) return taken.error();
      }
    }
    return std::move(found_);
  }

 private:
  Result<void> Take(const std::string& path, const std::string& name, std::vector<std::string>& folders) {
    const auto status = files_.StatusOf(root_ + path, false);
    if (!status) return status.error();
    if (status->kind == FileKind::kDirectory && IsPlainName(name)) {
      folders.push_back(path);
      return CheckSize();
    }
    if (status->kind != FileKind::kRegular || !IsPlainName(name)) {
      base::LogWarning("console: {}{} is left out: it is no plain file", root_, path);
      return {};
    }
    auto bytes = files_.ReadFile(root_ + path, kMostBytes - bytes_);
    if (!bytes) return bytes.error();
    bytes_ += bytes->size();
    found_.emplace(path, *std::move(bytes));
    return CheckSize();
  }

  Result<void> CheckSize() {
    if (++entries_ <= kMostFiles) return {};
    return Error{ErrorCode::kResourceExhausted, root_ + " holds more than a console can be"};
  }

  platform::FileSystem& files_;
  const std::string root_;
  std::map<std::string, std::string> found_;
  std::size_t bytes_ = 0;
  std::size_t entries_ = 0;
};

std::optional<Asset::Form> TakeForm(std::map<std::string, std::string>& tree, const std::string& path) {
  auto found = tree.extract(path);
  if (found.empty()) return std::nullopt;
  return FormOf(std::move(found.mapped()));
}

}  // namespace

Result<Assets> Assets::Read(platform::FileSystem& files, const std::string& directory) {
  auto tree = Tree(files, directory).Read();
  if (!tree) return tree.error();
  Assets assets;
  // Sorted: X stands before X.br and X.gz.
  while (!tree->empty()) {
    auto file = tree->extract(tree->begin());
    const std::string& path = file.key();
    const std::string_view type = TypeOf(path);
    if (type.empty()) {
      base::LogWarning("console: {}{} is left out: its type is not known", directory, path);
      continue;
    }
    assets.assets_.emplace(path, Asset{.type = std::string(type),
                                       .lasting = path.starts_with(kLasting),
                                       .plain = FormOf(std::move(file.mapped())),
                                       .gzip = TakeForm(*tree, path + ".gz"),
                                       .brotli = TakeForm(*tree, path + ".br")});
  }
  if (assets.assets_.contains(kIndex)) return assets;
  return Error{ErrorCode::kNotFound, directory + " holds no console: there is no index.html"};
}

const Asset* Assets::Find(std::string_view path) const {
  if (!path.starts_with('/')) return nullptr;
  if (const auto found = assets_.find(path); found != assets_.end()) return &found->second;
  if (path.ends_with('/') && path.size() > 1) path.remove_suffix(1);
  const std::string folder(path == "/" ? "" : path);
  if (const auto found = assets_.find(folder + std::string(kIndex)); found != assets_.end()) return &found->second;
  const auto first_page = assets_.find(kIndex);
  return first_page != assets_.end() && IsRoute(path) ? &first_page->second : nullptr;
}

}  // namespace vigie::server::http
