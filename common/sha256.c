#include "common/sha256.h"

#include <string.h>

enum { BLOCK = 64, ROUNDS = 64, INPUT = 4 * BLOCK };

static const uint32_t constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate_word(uint32_t word, unsigned by)
{
    return word >> by | word << (32 - by);
}

static void expand_block(const uint8_t *block, uint32_t words[ROUNDS])
{
    for (int i = 0; i < 16; i++)
        words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 |
                   block[4 * i + 3];
    for (int i = 16; i < ROUNDS; i++) {
        uint32_t a = words[i - 15], b = words[i - 2];
        words[i] = words[i - 16] + (rotate_word(a, 7) ^ rotate_word(a, 18) ^ a >> 3) + words[i - 7] +
                   (rotate_word(b, 17) ^ rotate_word(b, 19) ^ b >> 10);
    }
}

static void mix_block(uint32_t state[8], const uint8_t *block)
{
    uint32_t words[ROUNDS], s[8];

    expand_block(block, words);
    memcpy(s, state, sizeof(s));
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t one = s[7] + (rotate_word(s[4], 6) ^ rotate_word(s[4], 11) ^ rotate_word(s[4], 25)) +
                       ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[i] + words[i];
        uint32_t two = (rotate_word(s[0], 2) ^ rotate_word(s[0], 13) ^ rotate_word(s[0], 22)) +
                       ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof(*s));
        s[4] += one;
        s[0] = one + two;
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

static const uint32_t first_state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

/* Pads the last `len` bytes of `total`, which lie in `input`, and writes the hash. */
static void end_hash(uint32_t state[8], uint8_t input[INPUT], uint32_t len, uint64_t total, uint8_t to[SHA256_BYTES])
{
    const uint32_t blocks = (len + 9 + BLOCK - 1) / BLOCK;

    input[len] = 0x80;
    for (uint32_t i = 0; i < 8; i++)
        input[blocks * BLOCK - 1 - i] = (uint8_t)(total * 8 >> (8 * i));
    for (uint32_t i = 0; i < blocks; i++)
        mix_block(state, input + i * BLOCK);
    for (int i = 0; i < SHA256_BYTES; i++)
        to[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

void sha256_of(struct bytes first, struct bytes second, uint8_t to[SHA256_BYTES])
{
    uint8_t input[INPUT] = { 0 };
    uint32_t state[8];

    memcpy(state, first_state, sizeof(state));
    memcpy(input, first.at, first.len);
    memcpy(input + first.len, second.at, second.len);
    end_hash(state, input, first.len + second.len, first.len + second.len, to);
}

const char *sha256_hex(struct bytes bytes, char to[2 * SHA256_BYTES + 1])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t input[INPUT] = { 0 }, hash[SHA256_BYTES];
    uint32_t state[8], at = 0;

    memcpy(state, first_state, sizeof(state));
    for (; bytes.len - at >= BLOCK; at += BLOCK)
        mix_block(state, bytes.at + at);
    if (bytes.len > at)
        memcpy(input, bytes.at + at, bytes.len - at);
    end_hash(state, input, bytes.len - at, bytes.len, hash);
    for (int i = 0; i < SHA256_BYTES; i++) {
        to[2 * i] = digits[hash[i] >> 4];
        to[2 * i + 1] = digits[hash[i] & 15];
    }
    to[2 * SHA256_BYTES] = '\0';
    return to;
}
