#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "core/inspection/inspector_pool.h"

namespace vigie::cli {

// What commands that inspect files here take: indexes with their keys, and how it is done.
struct InspectorArguments {
  std::vector<std::string> indexes;
  std::vector<std::string> key_files;
  std::string inspector;
  std::size_t jobs = 0;  // 0 = as many as there are cores
  bool ocr = false;
};

// `arguments` outlives the command.
void AddInspectorOptions(CLI::App* command, InspectorArguments& arguments);

// Pairs each index with its key, finds the inspector and resolves `jobs`. `command` begins the errors.
base::Result<inspection::InspectorPoolOptions> MakePoolOptions(InspectorArguments& arguments,
                                                               const std::string& command);

}  // namespace vigie::cli
