#include "frontends/osc/kit_reply.h"

#include "frontends/osc/reply.h"
#include "proto/wire/json_write.h"
#include "schema_project.h"
#include "schema_web.h"

static struct text name_of_sound(const struct kit_slot *slot)
{
    return slot->layers.count ? slot->layers.at[0].name : TEXT("");
}

/* ---- rows ---- */

static uint32_t count_placeholders(const struct kit *kit)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < kit->slots.count; i++)
        count += kit->slots.at[i].placeholder.len > 0;
    return count;
}

static void send_kit_row(const struct osc *osc, const struct sockaddr_in *to, const struct kit *kit)
{
    struct reply reply = reply_begin("/kit/row");
    char id[ID_TEXT_SIZE];

    reply_add_text(&reply, kit->name);
    reply_add_text(&reply, text_of(choice_word(&kit_scope_table, kit->scope.value)));
    reply_add_text(&reply, text_of(choice_word(&kit_family_table, kit->family.value)));
    reply_add_whole(&reply, kit->slots.count);
    reply_add_whole(&reply, count_placeholders(kit));
    reply_add_text(&reply, text_of(id_write(kit->id, id)));
    (void)reply_send(&reply, osc, to);
}

static void send_slot_row(const struct osc *osc, const struct sockaddr_in *to, const struct kit_slot *slot)
{
    struct reply reply = reply_begin("/kit/row");

    reply_add_text(&reply, slot->slot);
    reply_add_whole(&reply, (int64_t)slot->pad);
    reply_add_text(&reply, name_of_sound(slot));
    reply_add_text(&reply, slot->placeholder.len ? slot->placeholder : slot->why);
    reply_add_whole(&reply, slot->has_locked && slot->locked);
    (void)reply_send(&reply, osc, to);
}

/* The values are JSON. */
static void send_preset_row(const struct osc *osc, const struct sockaddr_in *to, const struct preset *preset,
                            struct arena *arena)
{
    struct reply reply = reply_begin("/preset/row");
    struct buffer values = { 0 };
    char id[ID_TEXT_SIZE];

    json_write(&voice_values_shape, &preset->voice, &values);
    reply_add_text(&reply, preset->name);
    reply_add_text(&reply, text_of(choice_word(&kit_scope_table, preset->scope.value)));
    reply_add_whole(&reply, (int64_t)preset->version);
    reply_add_text(&reply, text_of(id_write(preset->id, id)));
    reply_add_text(&reply, arena_take(arena, &values));
    (void)reply_send(&reply, osc, to);
}

static struct text send_preset(const struct osc *osc, const struct sockaddr_in *to, const struct preset *preset,
                               struct arena *arena)
{
    send_preset_row(osc, to, preset, arena);
    return arena_printf(arena, "%.*s: version %llu", TEXT_ARG(preset->name), (unsigned long long)preset->version);
}

static struct text send_presets(const struct osc *osc, const struct sockaddr_in *to, const struct presets *presets,
                                struct arena *arena)
{
    for (uint32_t i = 0; i < presets->each.count; i++)
        send_preset_row(osc, to, &presets->each.at[i], arena);
    return arena_printf(arena, "%s%u preset%s", presets->more ? "the first " : "", presets->each.count,
                        text_plural(presets->each.count));
}

/* ---- sentences ---- */

static struct text say_seed(struct arena *arena, const struct kit *kit)
{
    return arena_printf(arena, "%.*s: seed %llu", TEXT_ARG(kit->name), (unsigned long long)kit->seed);
}

static struct text say_swap(struct arena *arena, const struct kit *kit, const struct project_swap_kit *ask)
{
    struct text sound = { 0 };

    for (uint32_t i = 0; i < kit->slots.count; i++)
        if (text_equal(kit->slots.at[i].slot, ask->slot))
            sound = name_of_sound(&kit->slots.at[i]);
    return arena_printf(arena, "%.*s: %.*s", TEXT_ARG(ask->slot), TEXT_ARG(sound));
}

static struct text say_load(struct arena *arena, const struct kit_loaded *loaded)
{
    const struct text said = arena_printf(arena, "%.*s is on the pads from %llu on", TEXT_ARG(loaded->kit.name),
                                          (unsigned long long)loaded->first);

    return loaded->silent.count
               ? arena_printf(arena, "%.*s; %u sounds could not be loaded", TEXT_ARG(said), loaded->silent.count)
           : loaded->kit.held.count
               ? arena_printf(arena, "%.*s; locked pads that stay: %u", TEXT_ARG(said), loaded->kit.held.count)
               : said;
}

static struct text say_commit(struct arena *arena, const struct kit_committed *made)
{
    return arena_printf(arena, "%.*s: %llu hit%s, on track %.*s from beat %g", TEXT_ARG(made->name),
                        (unsigned long long)made->hits, text_plural(made->hits), TEXT_ARG(made->track_name),
                        made->start);
}

static struct text say_kit(struct arena *arena, const struct osc_request *request, const struct kit *kit)
{
    const struct shape *asked = request->ask->request;

    if (asked == &project_swap_kit_shape)
        return say_swap(arena, kit, request->body);
    if (asked == &project_randomise_kit_shape || asked == &project_build_kit_shape)
        return say_seed(arena, kit);
    if (asked == &project_kit_shape || asked == &web_chop_kit_shape)
        return arena_printf(arena, "%.*s: %u slots", TEXT_ARG(kit->name), kit->slots.count);
    return arena_printf(arena, "%s: done", request->route->path);
}

bool kit_reply_send(const struct osc *osc, const struct sockaddr_in *to, const struct osc_request *request,
                    struct arena *arena, const void *answer)
{
    const struct shape *shape = request->ask->answer;
    const struct kits *kits = shape == &kits_shape ? answer : NULL;
    const struct kit *shown = request->ask->request == &project_kit_shape ? answer : NULL;
    struct text said;

    for (uint32_t i = 0; kits && i < kits->each.count; i++)
        send_kit_row(osc, to, &kits->each.at[i]);
    for (uint32_t i = 0; shown && i < shown->slots.count; i++)
        send_slot_row(osc, to, &shown->slots.at[i]);
    if (kits)
        said = arena_printf(arena, kits->more ? "the first %u kits" : "%u kits", kits->each.count);
    else if (shape == &kit_loaded_shape)
        said = say_load(arena, answer);
    else if (shape == &kit_committed_shape)
        said = say_commit(arena, answer);
    else if (shape == &kit_shape)
        said = say_kit(arena, request, answer);
    else if (shape == &presets_shape)
        said = send_presets(osc, to, answer, arena);
    else if (shape == &preset_shape)
        said = send_preset(osc, to, answer, arena);
    else
        return false;
    reply_say(osc, to, text_of(request->route->path), said, ERR_OK);
    return true;
}
