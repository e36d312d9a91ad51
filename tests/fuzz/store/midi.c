/* Any bytes as a MIDI file: refused with an explanation, or a pattern that passes its rules, and is exported and
 * imported to the same steps. */
#include "store/pattern/midi_export.h"
#include "store/pattern/midi_import.h"
#include "store/pattern/pattern_check.h"
#include "tests/fuzz/fuzz.h"

static void import_again(const struct pattern *pattern, struct arena *arena)
{
    struct remarks remarks = { .arena = arena };
    struct buffer bytes = { 0 };
    struct fault fault = { 0 };
    struct midi_file file;
    struct pattern back;

    midi_export(pattern, arena, &file, &remarks);
    midi_file_write(&file, &bytes);
    holds(midi_file_read(buffer_bytes(&bytes), arena, &file, &fault) == ERR_OK);
    holds(midi_import(&file, arena, &back, &remarks, &fault) == ERR_OK);
    holds(back.sequencer.tracks.count == pattern->sequencer.tracks.count);
    for (uint32_t i = 0; i < back.sequencer.tracks.count; i++)
        holds(text_equal(back.sequencer.tracks.at[i].pattern, pattern->sequencer.tracks.at[i].pattern));
    buffer_free(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = { 0 };
    struct remarks remarks = { .arena = &arena };
    struct fault fault = { 0 };
    struct midi_file file;
    struct pattern pattern;
    enum err e = midi_file_read(bytes_of(bytes, len), &arena, &file, &fault);

    if (e == ERR_OK)
        e = midi_import(&file, &arena, &pattern, &remarks, &fault);
    holds(e == ERR_OK || (fault.code == e && fault.what[0]));
    if (e == ERR_OK) {
        holds(pattern_check(&pattern, PATTERN_IN_MESSAGE, &fault) == ERR_OK);
        import_again(&pattern, &arena);
    }
    arena_free(&arena);
    return 0;
}
