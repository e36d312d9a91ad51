/* The form in which text is found: folded, and cut into words. */
#include <string.h>

#include "common/naming/fold.h"
#include "services/search/index/words.h"
#include "services/search/query/phrase.h"
#include "tests/unit/claim.h"

static const struct folded {
    const char *from, *to;
} FOLDED[] = {
    { "Kick 808", "kick 808" },
    { "ÀÉÎõü", "aeiou" },
    { "Straße ÆØŁ", "strasse aeol" },
    { "Ŀŀŉ", "lln" },
    { "ΚΛΑΒΙ Клавиша Ё", "κλαβι клавиша е" },
    { "e\xCC\x81t\xC3\xA9", "ete" },
    { "Ệ", "e" },
    { "音", "音" },
    { "синий СИНИ\u0419 сини\u0438\u0306", "синии синии синии" },
    { "Άλφα α\u0301λφα ΆΈΉΊΌΎΏ ΐΰϊϋΪΫ", "αλφα αλφα αεηιουω ιυιυιυ" },
    { "ΚΑΛΟΣ καλός", "καλοσ καλοσ" },
    { "Ґанок Ї Ў Ѓ Ќ Ѡ Ӂ Ӄ ӄ ԥԤ", "ґанок і у г к ѡ ж ӄ ӄ ԥԥ" },
    { "ガか\u3099ぱ", "カかは" },
    { "a\xff"
      "b",
      "a\xEF\xBF\xBD"
      "b" },
};

CLAIM(text_is_folded_to_small_letters_without_accents)
{
    for (size_t i = 0; i < sizeof(FOLDED) / sizeof(FOLDED[0]); i++) {
        struct arena arena = { 0 };
        struct text folded = fold_text(&arena, text_of(FOLDED[i].from));

        assert_int_equal(folded.len, strlen(FOLDED[i].to));
        assert_memory_equal(folded.at, FOLDED[i].to, folded.len);
        assert_true(text_is_utf8(folded));
        arena_free(&arena);
    }
}

static bool join_word(void *state, struct text word)
{
    struct buffer *to = state;

    buffer_printf(to, "%s%.*s", to->len ? " " : "", TEXT_ARG(word));
    return true;
}

static const struct cut {
    const char *from, *words;
    bool parts;
} CUT[] = {
    { "Kick_Hard01 (dry)", "kick hard 01 hard01 dry", true },
    { "Kick_Hard01 (dry)", "kick hard01 dry", false },
    { "TR808EmulationKit", "tr 808 emulation kit tr808emulationkit", true },
    { "BD", "bd", true },
    { "BDKick", "bdkick", true },
    { "été-ÉTÉ", "ete ete", true },
    { "", "", true },
    { "---", "", true },
    { "東京", "東 京", true },
    { "か\u3099ギ", "か キ", true },
    { "a\xff"
      "b",
      "a b", true },
};

CLAIM(text_is_cut_into_runs_and_their_parts)
{
    for (size_t i = 0; i < sizeof(CUT) / sizeof(CUT[0]); i++) {
        struct buffer words = { 0 };

        words_each(text_of(CUT[i].from), CUT[i].parts, join_word, &words);
        assert_string_equal(buffer_c(&words), CUT[i].words);
        buffer_free(&words);
    }
}

CLAIM(a_long_run_is_cut_not_overrun)
{
    struct buffer words = { 0 };
    char run[300];

    memset(run, 'a', sizeof(run));
    words_each((struct text){ sizeof(run), run }, true, join_word, &words);
    assert_int_equal(words.len, WORDS_LONGEST);
    buffer_free(&words);
}

CLAIM(a_phrase_is_found_where_its_words_follow_each_other)
{
    assert_true(phrase_is_in(TEXT("A Dark_Kick, long"), TEXT("dark kick")));
    assert_false(phrase_is_in(TEXT("dark long kick"), TEXT("dark kick")));
    assert_false(phrase_is_in(TEXT("dark kicks"), TEXT("dark kick")));
    assert_false(phrase_is_in(TEXT("dark kick"), TEXT("")));
}
