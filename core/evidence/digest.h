#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace vigie::evidence {

using Digest = std::array<unsigned char, 32>;

std::string_view Bytes(const Digest& digest);
// Nothing if they are not 32.
std::optional<Digest> ToDigest(std::string_view bytes);
std::string Hex(const Digest& digest);

// SHA-256 over a domain, which ends with a zero byte, and what is added. One thread.
class Hasher {
 public:
  explicit Hasher(std::string_view domain);
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& Add(std::uint64_t number);        // 8 bytes, little-endian
  Hasher& AddText(std::string_view text);   // behind its length
  Hasher& AddRest(std::string_view bytes);  // as they are: of unknown length at the end only
  Hasher& Add(const Digest& digest);
  // Nothing may be added afterwards.
  Digest Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace vigie::evidence
