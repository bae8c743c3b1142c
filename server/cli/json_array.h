#pragma once

#include <ostream>
#include <string>

namespace vigie::cli {

// A JSON array with one element on each line, written as the elements come: an answer of any length needs no memory.
class JsonArray {
 public:
  explicit JsonArray(std::ostream& out) : out_(out) {}

  void Add(const std::string& json) {
    out_ << (empty_ ? "[\n  " : ",\n  ") << json;
    empty_ = false;
  }
  void End() { out_ << (empty_ ? "[]\n" : "\n]\n"); }

 private:
  std::ostream& out_;
  bool empty_ = true;
};

}  // namespace vigie::cli
