/* The loops for all processors give the same numbers, to the last bit. */
#include "services/search/near/near_machine.h"
#include "tests/unit/claim.h"
#include "tests/unit/search/made.h"

static void fill_bytes(void *to, size_t len, uint64_t *seed)
{
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)to)[i] = made_draw(seed) % 8 ? (uint8_t)made_draw(seed) : made_draw(seed) % 2 ? 0x80 : 0x7f;
}

struct inputs {
    int8_t codes[48 * NEAR_WIDTH];
    uint8_t blocks[5 * NEAR_BLOCK_BYTES];
    uint32_t places[48];
    float floats[48 * NEAR_WIDTH], weights[NEAR_WIDTH];
    struct near_aim aim;
    struct near_words words;
    struct near_scales scales;
};

struct outputs {
    float scanned[48], picked[47], measured[47];
    uint32_t closest, sifted[5], some[5], below[48], below_count;
    struct near_table table;
};

static void draw_inputs(struct inputs *in, uint64_t *seed)
{
    uint32_t smaller = made_draw(seed) % 13;

    fill_bytes(in, sizeof(*in), seed);
    for (uint32_t i = 0; i < 48; i++)
        in->places[i] = made_draw(seed) % 48;
    for (uint32_t i = 0; i < 48 * NEAR_WIDTH; i++)
        in->floats[i] = made_about_zero(seed);
    for (uint32_t block = 0, i = 0; block < NEAR_BLOCKS; block++)
        for (float weight = (float)(made_draw(seed) % 1000) / 7; i < near_block_ends[block]; i++)
            in->aim.weights[i] = weight;
    for (uint32_t i = 0; i < NEAR_WIDTH; i++)
        in->weights[i] = in->aim.weights[i / 4];
    for (uint32_t i = 0; i < NEAR_PAIRS * NEAR_WORDS; i++)
        in->scales.at[i / NEAR_WORDS][i % NEAR_WORDS] = (int16_t)(made_draw(seed) % 32768 >> smaller);
}

static void run_machine(const struct near_machine *machine, const struct inputs *in, struct outputs *out)
{
    memset(out, 0, sizeof(*out));
    machine->scan(in->codes, 48, &in->aim, out->scanned);
    out->closest = machine->closest(in->codes, 48, &in->aim);
    machine->pick(in->codes, in->places, 47, &in->aim, out->picked);
    machine->measure(in->floats, in->places, 23, in->floats + 64, in->weights, out->measured);
    machine->measure(in->floats, NULL, 24, in->floats + 64, in->weights, out->measured + 23);
    machine->tabulate(in->codes, &in->aim, &in->words, &in->scales, &out->table);
    machine->sift(in->blocks, 5, &out->table, 255, out->sifted);
    machine->sift(in->blocks, 5, &out->table, 0, out->some);
    out->below_count = machine->below(out->scanned, 45, out->scanned[7], out->below);
    memset(out->below + out->below_count, 0, sizeof(out->below) - out->below_count * sizeof(out->below[0]));
}

CLAIM(all_processors_give_the_same_numbers)
{
    static struct inputs in;
    static struct outputs first, other;
    uint64_t seed = 12;
    uint32_t bits = 0;

    for (uint32_t round = 0; round < 300; round++) {
        draw_inputs(&in, &seed);
        run_machine(near_machine_at(0), &in, &first);
        for (uint32_t i = 0; i < 5; i++)
            bits += (uint32_t)__builtin_popcount(first.sifted[i]);
        for (uint32_t number = 1; number < near_machine_count(); number++) {
            if (!near_machine_at(number))
                continue;
            run_machine(near_machine_at(number), &in, &other);
            assert_memory_equal(&first, &other, sizeof(first));
        }
    }
    assert_in_range(bits, 1, 300 * 5 * 32 - 1);
}
