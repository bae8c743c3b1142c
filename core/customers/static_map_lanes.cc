#include "core/customers/static_map_lanes.h"

#include <algorithm>
#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace vigie::customers {

#if defined(__x86_64__)
namespace {

#define VIGIE_AVX512_MAP gnu::target("avx512f,avx512dq,avx512bw,popcnt")

constexpr std::size_t kMost = 256;    // look-ups at a time
constexpr std::size_t kAhead = 4;     // groups of eight whose blocks are on their way
constexpr __mmask8 kAllLanes = 0xFF;  // without a mask GCC 12 warns of what is in its own header

[[VIGIE_AVX512_MAP]] inline __m512i Load(const std::uint64_t* from) {
  return _mm512_loadu_si512(from);
}

[[VIGIE_AVX512_MAP]] inline __m512i All(std::uint64_t number) {
  return _mm512_set1_epi64(static_cast<long long>(number));
}

[[VIGIE_AVX512_MAP]] inline __m512i ShiftRight(__m512i numbers, unsigned bits) {
  return _mm512_maskz_srli_epi64(kAllLanes, numbers, bits);
}

// The operations of StaticMapShape, each on eight hashes.
class Lanes {
 public:
  [[VIGIE_AVX512_MAP]] explicit Lanes(const LaneLookups& lookups) : shape_(lookups.shape), blocks_(lookups.blocks) {}

  [[VIGIE_AVX512_MAP]] __m512i Mix(__m512i hashes) const {
    __m512i h = _mm512_add_epi64(hashes, All(shape_.seed));
    h = _mm512_mullo_epi64(_mm512_xor_si512(h, ShiftRight(h, 33)), All(0xFF51AFD7ED558CCDULL));
    h = _mm512_mullo_epi64(_mm512_xor_si512(h, ShiftRight(h, 33)), All(0xC4CEB9FE1A85EC53ULL));
    return _mm512_xor_si512(h, ShiftRight(h, 33));
  }

  // The upper half of number · blocks, which has at most 96 bits; as an offset of bytes.
  [[VIGIE_AVX512_MAP]] __m512i BlockOf(__m512i numbers) const {
    const __m512i blocks = All(shape_.blocks);
    const __m512i low = _mm512_maskz_mul_epu32(kAllLanes, numbers, blocks);
    const __m512i high = _mm512_maskz_mul_epu32(kAllLanes, ShiftRight(numbers, 32), blocks);
    const __m512i block = ShiftRight(_mm512_add_epi64(high, ShiftRight(low, 32)), 32);
    return _mm512_maskz_slli_epi64(kAllLanes, block, 6);
  }
  [[VIGIE_AVX512_MAP]] __m512i RefugeOf(__m512i mixed) const {
    return BlockOf(_mm512_mullo_epi64(mixed, All(0x9E3779B97F4A7C15ULL)));
  }

  [[VIGIE_AVX512_MAP]] __m512i ReadAt(__m512i offsets) const {
    return _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), kAllLanes, offsets, blocks_, 1);
  }

  // What the picked slots add up to. `begins`: the first eight bytes of each block.
  [[VIGIE_AVX512_MAP]] __m512i Sum(__m512i offsets, __m512i begins, __m512i mixed) const {
    const __m512i turn = _mm512_and_si512(begins, All(0xFF));
    const __m512i turned = _mm512_xor_si512(mixed, _mm512_maskz_slli_epi64(kAllLanes, turn, 32));
    __m512i picks = _mm512_mullo_epi64(_mm512_add_epi64(turned, turn), All(0xD6E8FEB86659FD93ULL));
    __m512i sum = _mm512_setzero_si512();
    for (std::size_t which = 0; which < StaticMapShape::kPicks; ++which) {
      picks = ShiftRight(picks, which == 0 ? 24 : 8);
      sum = _mm512_xor_si512(sum, SlotAt(offsets, _mm512_and_si512(picks, All(0xFF))));
    }
    return _mm512_and_si512(sum, All(shape_.slot_mask()));
  }

  [[VIGIE_AVX512_MAP]] __mmask8 HasFingerprint(__m512i sum, __m512i mixed) const {
    __m512i print = _mm512_mullo_epi64(_mm512_xor_si512(mixed, ShiftRight(mixed, 32)), All(0xA0761D6478BD642FULL));
    print = _mm512_xor_si512(print, ShiftRight(print, 29));
    print = _mm512_maskz_sll_epi64(kAllLanes, print, _mm_cvtsi32_si128(shape_.value_bits));
    const __m512i different = _mm512_xor_si512(_mm512_and_si512(print, All(shape_.slot_mask())), sum);
    return _mm512_testn_epi64_mask(different, All(~shape_.value_mask()));
  }

  // Bit (mixed mod 8) of the marks, which are the second byte of the block.
  [[VIGIE_AVX512_MAP]] static __mmask8 MayHaveLeft(__m512i begins, __m512i mixed) {
    const __m512i marks = ShiftRight(begins, 8);
    const __m512i mark = _mm512_and_si512(mixed, All(7));
    return _mm512_test_epi64_mask(_mm512_maskz_srlv_epi64(kAllLanes, marks, mark), All(1));
  }

  [[VIGIE_AVX512_MAP]] __m512i ValueOf(__m512i sum) const { return _mm512_and_si512(sum, All(shape_.value_mask())); }

  void Prefetch(const std::uint64_t* offsets) const {
    for (std::size_t i = 0; i < kMapLanes; ++i) __builtin_prefetch(blocks_ + offsets[i]);
  }

 private:
  [[VIGIE_AVX512_MAP]] __m512i SlotAt(__m512i offsets, __m512i picks) const {
    const __m512i slot = ShiftRight(_mm512_maskz_mul_epu32(kAllLanes, picks, All(shape_.slots_per_block())), 8);
    const __m512i bit = _mm512_add_epi64(_mm512_maskz_mul_epu32(kAllLanes, slot, All(shape_.slot_bits)),
                                         All(StaticMapShape::kSlotsBegin));
    const __m512i byte = _mm512_maskz_min_epu64(kAllLanes, ShiftRight(bit, 3), All(kStaticMapBlockBytes - 8));
    const __m512i shift = _mm512_sub_epi64(bit, _mm512_maskz_slli_epi64(kAllLanes, byte, 3));
    return _mm512_maskz_srlv_epi64(kAllLanes, ReadAt(_mm512_add_epi64(offsets, byte)), shift);
  }

  StaticMapShape shape_;
  const char* blocks_;
};

using Numbers = std::array<std::uint64_t, kMost + kMapLanes>;  // eight more may be written

struct Home {
  Numbers mixed, offsets;
};
struct Away {
  Numbers mixed, offsets, places;
  std::size_t count = 0;
};

[[VIGIE_AVX512_MAP]] inline void Start(const Lanes& lanes, const std::uint64_t* hashes, std::size_t place, Home& home) {
  const __m512i mixed = lanes.Mix(Load(hashes + place));
  _mm512_storeu_si512(home.mixed.data() + place, mixed);
  _mm512_storeu_si512(home.offsets.data() + place, lanes.BlockOf(mixed));
  lanes.Prefetch(home.offsets.data() + place);
}

// Those that may be in their refuge are put down in `away`.
[[VIGIE_AVX512_MAP]] void FindAtHome(const Lanes& lanes, const LaneLookups& lookups, Away& away) {
  Home homes;
  const std::uint64_t* const hashes = lookups.hashes.data();
  const std::size_t count = lookups.hashes.size();
  for (std::size_t i = 0; i < std::min(kAhead * kMapLanes, count); i += kMapLanes) Start(lanes, hashes, i, homes);
  __m512i places = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
  for (std::size_t i = 0; i < count; i += kMapLanes, places = _mm512_add_epi64(places, All(kMapLanes))) {
    if (i + kAhead * kMapLanes < count) Start(lanes, hashes, i + kAhead * kMapLanes, homes);
    const __m512i mix = Load(homes.mixed.data() + i);
    const __m512i home = Load(homes.offsets.data() + i);
    const __m512i begins = lanes.ReadAt(home);
    const __m512i sum = lanes.Sum(home, begins, mix);
    const __mmask8 found = lanes.HasFingerprint(sum, mix);
    const auto left = static_cast<__mmask8>(lanes.MayHaveLeft(begins, mix) & ~found);
    _mm512_storeu_si512(lookups.values.data() + i,
                        _mm512_mask_blend_epi64(found, All(StaticMap::kNotFound), lanes.ValueOf(sum)));
    _mm512_storeu_si512(away.mixed.data() + away.count, _mm512_maskz_compress_epi64(left, mix));
    _mm512_storeu_si512(away.places.data() + away.count, _mm512_maskz_compress_epi64(left, places));
    away.count += static_cast<std::size_t>(__builtin_popcount(left));
  }
}

[[VIGIE_AVX512_MAP]] void FindAway(const Lanes& lanes, const LaneLookups& lookups, Away& away) {
  for (std::size_t i = 0; i < away.count; i += kMapLanes) {
    _mm512_storeu_si512(away.offsets.data() + i, lanes.RefugeOf(Load(away.mixed.data() + i)));
    lanes.Prefetch(away.offsets.data() + i);
  }
  for (std::size_t i = 0; i < away.count; i += kMapLanes) {
    const auto here = static_cast<__mmask8>(away.count - i >= kMapLanes ? 0xFF : (1U << (away.count - i)) - 1);
    const __m512i mix = Load(away.mixed.data() + i);
    const __m512i refuge = Load(away.offsets.data() + i);
    const __m512i sum = lanes.Sum(refuge, lanes.ReadAt(refuge), mix);
    const auto found = static_cast<__mmask8>(lanes.HasFingerprint(sum, mix) & here);
    _mm512_mask_i64scatter_epi64(lookups.values.data(), found, Load(away.places.data() + i), lanes.ValueOf(sum), 8);
  }
}

#undef VIGIE_AVX512_MAP

}  // namespace

bool HasMapLanes(const StaticMapShape& shape) {
  static const bool has = __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                          __builtin_cpu_supports("popcnt") != 0;
  return has && shape.blocks <= 0xFFFFFFFF;
}

void FindInLanes(const LaneLookups& lookups) {
  const Lanes lanes(lookups);
  Away away;
  for (std::size_t begin = 0; begin < lookups.hashes.size(); begin += kMost) {
    const std::size_t count = std::min(kMost, lookups.hashes.size() - begin);
    const LaneLookups some{lookups.shape, lookups.blocks, lookups.hashes.subspan(begin, count),
                           lookups.values.subspan(begin, count)};
    away.count = 0;
    FindAtHome(lanes, some, away);
    FindAway(lanes, some, away);
  }
}

#else

bool HasMapLanes(const StaticMapShape&) {
  return false;
}

void FindInLanes(const LaneLookups&) {
}

#endif

}  // namespace vigie::customers
