/* Actions of loops as text: the reader and the writer are each other's inverse. */
#include <stdlib.h>
#include <string.h>

#include "services/project/loop/loop_actions.h"
#include "tests/unit/claim.h"

enum { ROUNDS = 20000 };

static uint64_t chance = 7;

static uint64_t draw_number(uint64_t most)
{
    chance = chance * 6364136223846793005u + 1442695040888963407u;
    return (chance >> 33) % most;
}

static struct loop_action draw_action(void)
{
    struct loop_action action = { .verb = (enum loop_verb)(1 + draw_number(LOOP_VERB_RELEASE)) };

    action.at =
        (int64_t)(draw_number(1000000) * 1000000000 + draw_number(1000000000)) / (int64_t)(1 + draw_number(1000));
    for (size_t i = 0; i < sizeof(action.item.b); i++)
        action.item.b[i] = (uint8_t)draw_number(256);
    action.item.b[0] &= 0x7f;
    action.frame = (int64_t)draw_number(UINT64_C(1) << 31);
    action.pad = (int64_t)draw_number(128);
    action.has_key = draw_number(2);
    action.key = (int64_t)draw_number(128);
    action.value = (double)draw_number(1000000) / (double)(1 + draw_number(1000));
    return action;
}

static void check_values(const struct loop_action *a, const struct loop_action *b)
{
    assert_int_equal(a->verb, b->verb);
    assert_int_equal(a->at, b->at);
    if (a->verb == LOOP_VERB_PLAY)
        assert_memory_equal(a->item.b, b->item.b, sizeof(a->item.b));
    if (a->verb == LOOP_VERB_PLAY || a->verb == LOOP_VERB_SEEK)
        assert_int_equal(a->frame, b->frame);
    if (a->verb == LOOP_VERB_HIT || a->verb == LOOP_VERB_RELEASE) {
        assert_int_equal(a->pad, b->pad);
        assert_int_equal(a->has_key, b->has_key);
        assert_int_equal(a->has_key ? a->key : 0, b->key);
    }
    if (a->verb == LOOP_VERB_HIT || a->verb == LOOP_VERB_VOLUME)
        assert_memory_equal(&a->value, &b->value, sizeof(a->value));
}

CLAIM(what_is_written_reads_back_as_the_same_action)
{
    struct arena arena = { 0 };

    for (int round = 0; round < ROUNDS; round++) {
        struct loop_action action = draw_action();
        const struct loop_action_list one = { 1, &action };
        const struct loop_action_list again = loop_actions_read(loop_actions_write(&one, &arena), &arena);
        assert_int_equal(again.count, 1);
        check_values(&action, &again.at[0]);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

CLAIM(any_text_is_written_back_to_the_last_byte)
{
    static const char letters[] = "0123456789. \n@playpausestopseekvolumehit-e+\t'\"";
    struct arena arena = { 0 };
    char text[200];

    for (int round = 0; round < ROUNDS; round++) {
        const uint32_t len = (uint32_t)draw_number(sizeof(text));
        for (uint32_t i = 0; i < len; i++)
            text[i] = letters[draw_number(sizeof(letters) - 1)];
        const struct loop_action_list actions = loop_actions_read((struct text){ len, text }, &arena);
        assert_true(text_equal(loop_actions_write(&actions, &arena), (struct text){ len, text }));
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static enum loop_verb verb_of(const char *line)
{
    struct arena arena = { 0 };
    const struct loop_action_list actions = loop_actions_read(text_of(line), &arena);
    const enum loop_verb verb = actions.count == 1 ? actions.at[0].verb : LOOP_VERB_UNKNOWN;

    arena_free(&arena);
    return verb;
}

CLAIM(lines_of_another_program_are_unknown)
{
    assert_int_equal(verb_of("1.5 volume 0.8"), LOOP_VERB_VOLUME);
    assert_int_equal(verb_of("01.50 stop"), LOOP_VERB_STOP);
    assert_int_equal(verb_of("0 hit 127 1"), LOOP_VERB_HIT);
    assert_int_equal(verb_of("0 hit 127 1 127"), LOOP_VERB_HIT);
    static const char *const unknown[] = {
        "1.5 dance",     "x stop",       "1.0000000001 stop",  "1 hit 128 1",   "1  stop",       "1 stop now",
        "1 volume loud", "-1 stop",      "1 play a@1",         "1 seek 1.5",    "1. stop",       "1e3 stop",
        "1 volume inf",  "1 volume 1 2", "9999999999999 stop", "1 hit 3 1 128", "1 release 3 -1"
    };
    for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
        assert_int_equal(verb_of(unknown[i]), LOOP_VERB_UNKNOWN);
}
