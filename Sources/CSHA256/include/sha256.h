// The compression function of SHA-256 (FIPS 180-4, section 6.2.2) by the processor's own instructions, for one message
// or for two that have the same next blocks.
//
// Rounds wait for each other: a second state goes through them in the time that the first one leaves unused, and what
// both add in each round, the message schedule, is made once. See docs/decisions, "Two digests in one pass".

#ifndef CHIDORI_SHA256_H
#define CHIDORI_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether the functions below can be called on this processor.
bool chidori_sha256_available(void);

// Takes `count` blocks of 64 bytes into one state of eight words.
void chidori_sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t count);

// Takes `count` blocks of 64 bytes into two states.
void chidori_sha256_blocks_twofold(uint32_t first[8], uint32_t second[8], const uint8_t *blocks, size_t count);

#endif
