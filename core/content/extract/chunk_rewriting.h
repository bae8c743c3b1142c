#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vigie::content {

// Copies text that comes in chunks to `out` and lets `append` rewrite what begins with one of `signs`: append(rest,
// out) returns how many bytes it used, or 0 if it needs more of them. Those wait in `waiting` for the next chunk.
template <typename Append>
void RewriteChunk(std::string_view chunk, std::string_view signs, std::string& waiting, std::string& out,
                  const Append& append) {
  std::string joined;
  if (!waiting.empty()) {
    joined = waiting + std::string(chunk);
    waiting.clear();
    chunk = joined;
  }
  while (!chunk.empty()) {
    const auto plain = chunk.substr(0, chunk.find_first_of(signs));
    out.append(plain);
    chunk.remove_prefix(plain.size());
    if (chunk.empty()) return;
    const auto used = append(chunk, out);
    if (used == 0) return waiting.assign(chunk), void();
    chunk.remove_prefix(used);
  }
}

}  // namespace vigie::content
