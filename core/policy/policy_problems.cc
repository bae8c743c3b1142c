#include "core/policy/policy_problems.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

#include "core/policy/problem_reasons.h"

namespace vigie::policy {
namespace {

// Takes "FILE:LINE: " off the front; nothing if it does not stand there.
std::optional<std::uint32_t> TakeLine(std::string_view file_name, std::string_view& message) {
  if (!message.starts_with(file_name) || !message.substr(file_name.size()).starts_with(':')) return std::nullopt;
  const std::string_view rest = message.substr(file_name.size() + 1);
  std::uint32_t line = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), line);
  const std::string_view behind = rest.substr(static_cast<std::size_t>(end - rest.data()));
  if (error != std::errc() || !behind.starts_with(": ")) return std::nullopt;
  message = behind.substr(2);
  return line;
}

bool IsKeyCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_.[]-").find(c) != std::string_view::npos;
}

// Takes "a.b[2].c: " off the front; empty if there is no key.
std::string TakeKey(std::string_view& message) {
  const std::size_t end = message.find(": ");
  if (end == std::string_view::npos) return {};
  const std::string_view key = message.substr(0, end);
  if (key.empty() || !std::ranges::all_of(key, IsKeyCharacter)) return {};
  message.remove_prefix(end + 2);
  return std::string(key);
}

std::string LineOf(const std::string& text, std::uint32_t number) {
  std::istringstream lines(text);
  std::string line;
  for (std::uint32_t i = 0; i < number; ++i) {
    if (!std::getline(lines, line)) return {};
  }
  return line;
}

// "window" of thresholds[2].window
std::string_view LastName(std::string_view key) {
  if (key.ends_with(']')) key = key.substr(0, key.rfind('['));
  return key.substr(key.rfind('.') + 1);  // npos + 1 = 0
}

// Where the key stands in its line, from 1 and in characters; else where the line begins.
std::uint32_t ColumnOf(std::string_view line, std::string_view key) {
  std::size_t byte = line.find(std::string(LastName(key)) + ":");
  if (key.empty() || byte == std::string_view::npos) byte = line.find_first_not_of(" \t");
  if (byte == std::string_view::npos) return 0;
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::uint32_t>(std::ranges::count_if(line.substr(0, byte), begins)) + 1;
}

}  // namespace

v1::PolicyProblem LocateProblem(const base::Error& error, std::string_view file_name, const std::string& text) {
  v1::PolicyProblem problem;
  std::string_view message = error.message;
  if (const auto line = TakeLine(file_name, message)) {
    problem.set_line(*line);
    problem.set_key(TakeKey(message));
    problem.set_column(ColumnOf(LineOf(text, *line), problem.key()));
  }
  problem.set_message(std::string(message));
  if (auto detail = ReasonOfProblem(message)) *problem.mutable_detail() = *std::move(detail);
  return problem;
}

std::vector<v1::PolicyProblem> LocateProblems(const std::vector<base::Error>& errors, std::string_view file_name,
                                              const std::string& text) {
  std::vector<v1::PolicyProblem> problems;
  problems.reserve(errors.size());
  for (const base::Error& error : errors) problems.push_back(LocateProblem(error, file_name, text));
  std::ranges::stable_sort(problems, {}, [](const auto& problem) { return problem.line(); });
  return problems;
}

}  // namespace vigie::policy
