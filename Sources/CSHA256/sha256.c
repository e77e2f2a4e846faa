#include "sha256.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,avx2")))

static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

// The instructions want a state's words as two vectors, (a, b, e, f) and (c, d, g, h), highest first.
typedef struct {
    __m128i abef, cdgh;
} State;

WITH_SHA static inline State load(const uint32_t words[8]) {
    __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)words), 0xB1);         // c d a b
    __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(words + 4)), 0x1B);  // e f g h
    return (State){_mm_alignr_epi8(low, high, 8), _mm_blend_epi16(high, low, 0xF0)};
}

WITH_SHA static inline void store(uint32_t words[8], State state) {
    __m128i low = _mm_shuffle_epi32(state.abef, 0x1B);
    __m128i high = _mm_shuffle_epi32(state.cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)words, _mm_blend_epi16(low, high, 0xF0));
    _mm_storeu_si128((__m128i *)(words + 4), _mm_alignr_epi8(high, low, 8));
}

// The schedule's words 4·step to 4·step + 3, from the sixteen before them.
WITH_SHA static inline __m128i scheduled(const __m128i words[16], int step) {
    __m128i latest = words[step - 1];
    __m128i sum = _mm_add_epi32(
        _mm_sha256msg1_epu32(words[step - 4], words[step - 3]), _mm_alignr_epi8(latest, words[step - 2], 4));
    return _mm_sha256msg2_epu32(sum, latest);
}

WITH_SHA static inline void add(State *state, State before) {
    state->abef = _mm_add_epi32(state->abef, before.abef);
    state->cdgh = _mm_add_epi32(state->cdgh, before.cdgh);
}

// Takes blocks into the first state, and into the second if there is one.
WITH_SHA __attribute__((always_inline)) static inline void take(
    State *first, State *second, const uint8_t *blocks, size_t count) {
    const __m128i bigEndian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    // So far ahead of the rounds, the schedule never keeps them waiting.
    const int ahead = 3;
    for (; count > 0; count--, blocks += 64) {
        State firstBefore = *first, secondBefore = second ? *second : *first;
        __m128i words[16];
#pragma clang loop unroll(full)
        for (int step = -ahead; step < 16; step++) {
            int next = step + ahead;
            if (next < 4) {
                words[next] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)blocks + next), bigEndian);
            } else if (next < 16) {
                words[next] = scheduled(words, next);
            }
            if (step < 0) continue;
            // Four rounds, two at a time; both states' go side by side.
            __m128i low = _mm_add_epi32(words[step], _mm_load_si128((const __m128i *)constants + step));
            __m128i high = _mm_shuffle_epi32(low, 0x0E);
            first->cdgh = _mm_sha256rnds2_epu32(first->cdgh, first->abef, low);
            if (second) second->cdgh = _mm_sha256rnds2_epu32(second->cdgh, second->abef, low);
            first->abef = _mm_sha256rnds2_epu32(first->abef, first->cdgh, high);
            if (second) second->abef = _mm_sha256rnds2_epu32(second->abef, second->cdgh, high);
        }
        add(first, firstBefore);
        if (second) add(second, secondBefore);
    }
}

bool chidori_sha256_available(void) {
    unsigned a, b, c, d;
    return __builtin_cpu_supports("avx2") && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

WITH_SHA void chidori_sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t count) {
    State one = load(state);
    take(&one, 0, blocks, count);
    store(state, one);
}

WITH_SHA void chidori_sha256_blocks_twofold(
    uint32_t first[8], uint32_t second[8], const uint8_t *blocks, size_t count) {
    State one = load(first), two = load(second);
    take(&one, &two, blocks, count);
    store(first, one);
    store(second, two);
}

#else

// Elsewhere the caller asks first, and hashes twice.
bool chidori_sha256_available(void) { return false; }
void chidori_sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t count) { __builtin_trap(); }
void chidori_sha256_blocks_twofold(uint32_t first[8], uint32_t second[8], const uint8_t *blocks, size_t count) {
    __builtin_trap();
}

#endif
