#include <string.h>

#include "services/indexer/base/naming.h"
#include "tests/unit/claim.h"

static struct bytes name_of(const char *text)
{
    return bytes_of(text, strlen(text));
}

CLAIM(the_extension_says_the_kind_in_any_case)
{
    static const struct {
        const char *name;
        enum kind kind;
    } cases[] = {
        { "kick.wav", KIND_AUDIO },     { "KICK.WAV", KIND_AUDIO }, { "a.b.Flac", KIND_AUDIO },
        { "x.opus", KIND_AUDIO },       { "x.mp3", KIND_AUDIO },    { "song.mid", KIND_MIDI },
        { "clip.MOV", KIND_VIDEO },     { "kick", KIND_OTHER },     { "kick.", KIND_OTHER },
        { ".wav", KIND_OTHER },         { "x.txt", KIND_OTHER },    { "x.wav.asd", KIND_OTHER },
        { "\xff\xfe.wav", KIND_AUDIO }, { "", KIND_OTHER },         { "x.averyveryverylongextension", KIND_OTHER },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(naming_kind(name_of(cases[i].name)), cases[i].kind);
}

CLAIM(globs_hold_for_names_and_paths)
{
    struct text globs[] = { TEXT("*.bak.wav"), TEXT("old"), TEXT("kits/*/raw"), TEXT("") };
    struct naming_rules rules = { .ignore = { 4, globs } };

    assert_true(naming_passed_over(&rules, "a.bak.wav"));
    assert_true(naming_passed_over(&rules, "deep/below/a.bak.wav"));
    assert_true(naming_passed_over(&rules, "deep/old"));
    assert_true(naming_passed_over(&rules, "kits/808/raw"));
    assert_false(naming_passed_over(&rules, "kits/808/more/raw"));
    assert_false(naming_passed_over(&rules, "bold"));
    assert_false(naming_passed_over(&rules, "a.wav"));
}

CLAIM(hidden_names_are_passed_over_unless_wanted)
{
    struct naming_rules rules = { 0 };

    assert_true(naming_passed_over(&rules, ".a.wav"));
    assert_true(naming_passed_over(&rules, "deep/.git"));
    assert_false(naming_passed_over(&rules, "deep/a.wav"));
    rules.hidden_files = true;
    assert_false(naming_passed_over(&rules, ".a.wav"));
    assert_true(naming_passed_over(&rules, ".loophole-labels-1.part")); /* its own, while it writes */
}

CLAIM(the_pack_is_the_topmost_folder_or_the_library)
{
    struct arena arena = { 0 };

    assert_true(text_is(naming_pack(&arena, "/music/drums", "TR808/kicks/one.wav"), "TR808"));
    assert_true(text_is(naming_pack(&arena, "/music/drums", "one.wav"), "drums"));
    assert_true(text_is(naming_pack(&arena, "/", "one.wav"), "/"));
    assert_true(text_is(naming_pack(&arena, "/music",
                                    "b\xff"
                                    "d/one.wav"),
                        "b\xef\xbf\xbd"
                        "d"));
    arena_free(&arena);
}
