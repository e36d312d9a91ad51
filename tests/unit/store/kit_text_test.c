#include <string.h>

#include "store/catalogue.h"
#include "store/community.h"
#include "store/elements.h"
#include "store/kit/kit_text.h"
#include "tests/unit/store/scratch.h"

#define KIT_CLAIM(name) CLAIM_WITH(name, begin_kits, scratch_drop)

static const struct kit_alias no_alias;
static const uint8_t here[16] = { 1 }, gone[16] = { 2 };

static int begin_kits(void **state)
{
    scratch_make(state);
    scratch_open(*state);
    scratch_begin(*state);
    scratch_ground(*state);
    return 0;
}

/* An item with this content; without one it is not analysed. */
static struct id put_item(struct scratch *s, const char *name, const uint8_t *content)
{
    struct media media = scratch_media(s, name);

    media.content = bytes_of(content, content ? 16 : 0);
    assert_int_equal(catalogue_put_media(&s->w, NULL, &media), ERR_OK);
    return media.id;
}

static void remove_item(struct scratch *s, struct id item)
{
    struct media media;

    assert_int_equal(catalogue_media(s->w.txn, &s->arena, item, &media), ERR_OK);
    assert_int_equal(catalogue_remove_media(&s->w, &media), ERR_OK);
}

static struct text body_with(struct scratch *s, const char *slots)
{
    return arena_printf(&s->arena,
                        "{\"author\":\"Ana\",\"family\":\"drum\",\"later\":\"kept\",\"licence\":\"CC0\\nline\","
                        "\"name\":\"Dusty\",\"seed\":18446744073709551,\"slots\":[%s],\"tags\":[\"lofi\"]}",
                        slots);
}

static struct text slot_with(struct scratch *s, struct id media, const char *more)
{
    char id[ID_TEXT_SIZE];

    return arena_printf(&s->arena,
                        "{\"gain\":0.5,\"layers\":[{\"end\":0,\"media\":\"%s\",\"name\":\"Kick\",\"pitch\":-3.25,"
                        "\"start\":7,\"velocity_from\":0.25}],\"pad\":3,\"placeholder\":\"\",\"slot\":\"kick\"%s}",
                        id_write(media, id), more);
}

static enum err write_text(struct scratch *s, struct text body, struct text *to)
{
    const struct element part = { .id = id_new(), .project = elements_global_kits, .body = body };
    struct fault fault = { 0 };

    return kit_text_write(s->w.txn, &s->arena, &part, &no_alias, to, &fault);
}

static struct text text_for(struct scratch *s, struct text body)
{
    struct text text;

    assert_int_equal(write_text(s, body, &text), ERR_OK);
    return text;
}

static bool has_word(struct text text, const char *word)
{
    return memmem(text.at, text.len, word, strlen(word)) != NULL;
}

static struct text body_of_text(struct scratch *s, struct text text, struct text was)
{
    struct kit kit = { 0 };
    struct fault fault = { 0 };

    if (kit_text_read(s->w.txn, &s->arena, text, &kit, &fault) != ERR_OK)
        fail_msg("%s: %.*s", fault.what, TEXT_ARG(text));
    return kit_text_body(s->w.txn, &s->arena, &kit, was);
}

KIT_CLAIM(a_text_and_its_body_lead_to_each_other)
{
    struct scratch *s = *state;
    const struct id item = put_item(s, "kick.wav", here);
    const struct text text = text_for(s, body_with(s, slot_with(s, item, "").at));
    const struct text body = body_of_text(s, text, TEXT(""));
    char id[ID_TEXT_SIZE];

    assert_true(has_word(text, "\"content\":\"AQAAAAAAAAAAAAAAAAAAAA==\""));
    assert_true(has_word(text, "\"pitch\":-3.25") && has_word(text, "CC0\\nline") &&
                has_word(text, "18446744073709551"));
    assert_true(has_word(body, id_write(item, id)));
    assert_true(text_equal(text_for(s, body), text));
    assert_true(text_equal(body_of_text(s, text_for(s, body), body), body));
}

KIT_CLAIM(nothing_of_this_engine_is_in_a_text)
{
    struct scratch *s = *state;
    const struct id item = put_item(s, "kick.wav", here);
    char id[ID_TEXT_SIZE], more[800];

    id_write(item, id);
    snprintf(more, sizeof(more),
             ",\"why\":\"secret\",\"locked\":true,\"anchor\":\"%s\",\"turn\":4,\"before_why\":\"secret\",\"before\":"
             "[{\"media\":\"%s\",\"name\":\"secret\",\"velocity_from\":0,\"pitch\":0,\"start\":0,\"end\":0}]",
             id, id);
    const struct text body = body_with(s, slot_with(s, item, more).at);
    const struct text text = text_for(s, body);
    static const char *const words[] = { "secret", "locked", "anchor", "turn",     "before",     "why",
                                         "later",  "scope",  "media",  "revision", "placeholder" };
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        assert_false(has_word(text, words[i]));
    assert_false(has_word(text, id));
    const struct text again = body_of_text(s, text, body);
    assert_true(has_word(again, "\"locked\":true") && has_word(again, "\"turn\":4") &&
                has_word(again, "\"later\":\"kept\""));
    assert_true(text_equal(text_for(s, again), text));
}

KIT_CLAIM(a_slot_whose_sound_is_another_one_keeps_nothing)
{
    struct scratch *s = *state;
    const struct id item = put_item(s, "kick.wav", here), other = put_item(s, "other.wav", gone);
    const struct text was = body_with(s, slot_with(s, item, ",\"locked\":true,\"why\":\"secret\"").at);
    const struct text text = text_for(s, body_with(s, slot_with(s, other, "").at));

    assert_false(has_word(body_of_text(s, text, was), "locked"));
    assert_false(has_word(body_of_text(s, text, was), "secret"));
}

KIT_CLAIM(a_key_that_the_team_removed_goes)
{
    struct scratch *s = *state;
    const struct text was = body_with(s, "");
    const struct text body =
        body_of_text(s, TEXT("{\"family\":\"drum\",\"name\":\"Clean\",\"slots\":[],\"tags\":[],\"next\":1}"), was);

    assert_true(has_word(body, "\"later\":\"kept\"") && has_word(body, "Clean"));
    assert_false(has_word(body, "Ana") || has_word(body, "CC0") || has_word(body, "seed") || has_word(body, "next"));
}

KIT_CLAIM(a_sound_that_is_not_here_is_found_when_it_comes)
{
    struct scratch *s = *state;
    const struct id item = put_item(s, "kick.wav", here);
    const struct text text = text_for(s, body_with(s, slot_with(s, item, "").at));
    char id[ID_TEXT_SIZE];

    remove_item(s, item);
    const struct text body = body_of_text(s, text, TEXT(""));
    assert_false(has_word(body, id_write(item, id)));
    assert_true(text_equal(text_for(s, body), text));
    const struct id later = put_item(s, "later.wav", here);
    assert_true(has_word(body_of_text(s, text, TEXT("")), id_write(later, id)));
}

KIT_CLAIM(a_sound_without_a_content_waits)
{
    struct scratch *s = *state;
    const struct id item = put_item(s, "kick.wav", NULL);
    struct text text;

    assert_int_equal(write_text(s, body_with(s, slot_with(s, item, "").at), &text), ERR_NOT_FOUND);
    assert_int_equal(text.len, 0);
}

KIT_CLAIM(a_layer_with_a_preset_has_no_content)
{
    struct scratch *s = *state;
    const struct text body =
        body_with(s, "{\"layers\":[{\"content\":\"AQAAAAAAAAAAAAAAAAAAAA==\",\"end\":0,\"media\":"
                     "\"00000000000000000000000000\",\"name\":\"Bass\",\"pitch\":0,\"preset\":"
                     "\"01J0000000000000000000000V\",\"start\":0,\"velocity_from\":0}],\"pad\":0,\"placeholder\":\"\","
                     "\"slot\":\"bass\",\"why\":\"\"}");
    const struct text text = text_for(s, body);

    assert_true(has_word(text, "\"preset\":\"01J0000000000000000000000V\""));
    assert_false(has_word(text, "content"));
    assert_true(text_equal(text_for(s, body_of_text(s, text, TEXT(""))), text));
}

KIT_CLAIM(an_excluded_sound_is_found_by_item_and_by_content)
{
    struct scratch *s = *state;
    const struct id item = put_item(s, "kick.wav", here);
    const struct exclusion exclusion = { .folder = s->folder, .since = 1 };
    const struct text body = body_with(s, slot_with(s, item, "").at), open = text_for(s, body);
    struct bytes_list paths;
    struct text text;

    assert_int_equal(community_put_exclusion(&s->w, &exclusion), ERR_OK);
    assert_int_equal(community_excluded_paths(s->w.txn, &s->arena, &paths), ERR_OK);
    assert_int_equal(write_text(s, body, &text), ERR_DENIED);
    assert_true(text_equal(text, open));
    assert_true(kit_text_is_excluded(s->w.txn, &s->arena, &paths, open));
    remove_item(s, item); /* a forgotten sound is no reason */
    assert_false(kit_text_is_excluded(s->w.txn, &s->arena, &paths, open));
}

KIT_CLAIM(an_alias_is_not_said)
{
    struct scratch *s = *state;
    const struct element part = { .id = id_new(), .body = body_with(s, "") };
    const struct kit_alias alias = { TEXT("Dusty"), TEXT("Own") }, other = { TEXT("Else"), TEXT("Own") };
    struct text text;

    assert_int_equal(kit_text_write(s->w.txn, &s->arena, &part, &alias, &text, NULL), ERR_OK);
    assert_true(has_word(text, "\"name\":\"Own\""));
    assert_int_equal(kit_text_write(s->w.txn, &s->arena, &part, &other, &text, NULL), ERR_OK);
    assert_true(has_word(text, "\"name\":\"Dusty\""));
}

KIT_CLAIM(people_read_the_name_and_the_number_of_slots)
{
    struct scratch *s = *state;

    assert_true(text_is(kit_text_words(&s->arena, TEXT("{\"name\":\"Dusty\",\"slots\":[{}]}")), "Dusty, 1 slot"));
    assert_true(text_is(kit_text_words(&s->arena, TEXT("{")), ""));
    assert_true(text_is(kit_text_name(&s->arena, TEXT("{\"name\":\"Dusty\"}")), "Dusty"));
}
