#include "frontends/cli/sound/kit.h"

#include <string.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/base/units.h"
#include "frontends/cli/sound/pattern.h"
#include "frontends/cli/sound/sound_commands.h"
#include "proto/wire/codec_copy.h"

enum { PAGE = 100, KEYS = 12 };

static struct text option_text(const char *value)
{
    return value ? text_of(value) : TEXT("");
}

static struct text project_of(const struct cli *cli)
{
    return option_text(cli->options.project);
}

/* ---- printing ---- */

/* Makers count octaves differently, so each name has its number: C2/36. "-": the pad has none. */
static void print_note(struct cli *cli, uint64_t note)
{
    static const char *const names[KEYS] = { "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B" };
    const struct text text = note > PAD_NOTE_MOST ? TEXT("-")
                                                  : arena_printf(&cli->arena, "%s%d/%llu", names[note % KEYS],
                                                                 (int)(note / KEYS) - 1, (unsigned long long)note);

    cli_column(&cli->out, text, 8);
}

/* The lock of a kit that was loaded before; NULL: none. */
static const struct held_pad *find_lock(const struct kit *kit, uint64_t pad)
{
    for (uint32_t i = 0; i < kit->held.count; i++)
        if (kit->held.at[i].pad == pad)
            return &kit->held.at[i];
    return NULL;
}

static void print_slot(struct cli *cli, const struct kit *kit, const struct kit_slot *slot, uint64_t first)
{
    const uint64_t pad = first + slot->pad;
    const struct held_pad *lock = find_lock(kit, pad);

    cli_print(&cli->out, "%3llu  ", (unsigned long long)pad);
    print_note(cli, kit_note(slot, pad));
    cli_column(&cli->out, slot->slot, 10);
    if (lock)
        cli_print(&cli->out, "locked, plays %.*s of %.*s; here: ", TEXT_ARG(lock->slot), TEXT_ARG(lock->name));
    cli_column(&cli->out, slot->layers.count ? slot->layers.at[0].name : TEXT("-"), 24);
    if (slot->has_locked && slot->locked && !lock)
        cli_print(&cli->out, "locked; ");
    if (slot->layers.count > 1)
        cli_print(&cli->out, "and %u more; ", slot->layers.count - 1);
    if (slot->placeholder.len)
        cli_print(&cli->out, "placeholder: %.*s\n", TEXT_ARG(slot->placeholder));
    else
        cli_print(&cli->out, "%.*s\n", TEXT_ARG(slot->why));
}

/* The pads that a lock holds and for which the kit has no slot. */
static void print_held(struct cli *cli, const struct kit *kit, uint64_t first)
{
    for (uint32_t i = 0; i < kit->held.count; i++) {
        const struct held_pad *lock = &kit->held.at[i];
        bool shown = false;
        for (uint32_t k = 0; k < kit->slots.count; k++)
            shown |= first + kit->slots.at[k].pad == lock->pad;
        if (!shown)
            cli_print(&cli->out, "%3llu  locked, plays %.*s of %.*s\n", (unsigned long long)lock->pad,
                      TEXT_ARG(lock->slot), TEXT_ARG(lock->name));
    }
}

static void print_kit(struct cli *cli, const struct kit *kit, uint64_t first)
{
    char id[ID_TEXT_SIZE];

    if (kit->name.len == 0) { /* of `kit lock --off` */
        cli_print(&cli->out, "no kit is loaded; %u pad%s locked\n", kit->held.count, text_plural(kit->held.count));
        print_held(cli, kit, first);
        return;
    }
    cli_print(&cli->out, "%.*s  %s %s", TEXT_ARG(kit->name), choice_word(&kit_scope_table, kit->scope.value),
              choice_word(&kit_family_table, kit->family.value));
    for (uint32_t i = 0; i < kit->tags.count; i++)
        cli_print(&cli->out, " +%.*s", TEXT_ARG(kit->tags.at[i]));
    if (kit->has_key)
        cli_print(&cli->out, "  %.*s", TEXT_ARG(kit->key));
    if (kit->has_seed)
        cli_print(&cli->out, "  seed %llu", (unsigned long long)kit->seed);
    cli_print(&cli->out, "  %s\n", id_write(kit->id, id));
    if (kit->has_author && kit->author.len)
        cli_print(&cli->out, "by %.*s\n", TEXT_ARG(kit->author));
    if (kit->has_licence && kit->licence.len)
        cli_print(&cli->out, "licence: %.*s\n", TEXT_ARG(kit->licence));
    cli_none(cli, kit->slots.count, "It has no slots: loophole kit set NAME kick sound=kick");
    if (kit->slots.count)
        cli_print(&cli->out, "PAD  NOTE     SLOT       SOUND                    WHY\n");
    for (uint32_t i = 0; i < kit->slots.count; i++)
        print_slot(cli, kit, &kit->slots.at[i], first);
    print_held(cli, kit, first);
}

enum err kit_show(struct cli *cli, const struct kit *kit, uint64_t first)
{
    for (uint32_t i = 0; i < kit->silent.count; i++)
        cli_warn_of_silent(&kit->silent.at[i], "pad");
    if (cli->options.json)
        return cli_json(cli, &kit_shape, kit);
    print_kit(cli, kit, kit->has_loaded ? kit->loaded : first);
    return ERR_OK;
}

enum err kit_send_change(struct cli *cli, const char *name, const void *request, struct fault *fault)
{
    struct kit kit = { 0 };
    enum err e = cli_change(cli, name, request, &kit, fault);

    return e == ERR_OK ? kit_show(cli, &kit, 0) : e;
}

static uint32_t count_placeholders(const struct kit *kit)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < kit->slots.count; i++)
        count += kit->slots.at[i].placeholder.len > 0;
    return count;
}

static void print_line(struct cli *cli, const struct kit *kit)
{
    char id[ID_TEXT_SIZE];

    cli_column(&cli->out, kit->name, 24);
    cli_print(&cli->out, "%-10s%-9s%5u %12u  %s\n", choice_word(&kit_scope_table, kit->scope.value),
              choice_word(&kit_family_table, kit->family.value), kit->slots.count, count_placeholders(kit),
              id_write(kit->id, id));
}

enum err kit_print_all(struct cli *cli, struct fault *fault)
{
    struct project_kits request = { .project = project_of(cli), .limit = PAGE };
    struct kits kits = { .more = true };
    uint64_t count = 0;
    enum err e = ERR_OK;

    while (kits.more) {
        kits = (struct kits){ 0 };
        e = cli_ask(cli, "project.kits", &request, &kits, fault);
        if (e != ERR_OK)
            return e;
        if (count == 0 && kits.each.count && !cli->options.json)
            cli_print(&cli->out, "NAME                     SCOPE     FAMILY   SLOTS PLACEHOLDERS  ID\n");
        for (uint32_t i = 0; i < kits.each.count; i++)
            if (cli->options.json)
                (void)cli_json(cli, &kit_shape, &kits.each.at[i]);
            else
                print_line(cli, &kits.each.at[i]);
        count += kits.each.count;
        request.offset = kits.next;
    }
    cli_none(cli, count, "There is no kit: `loophole kit build` makes one from the library.");
    return ERR_OK;
}

static enum err ask_for_kit(struct cli *cli, struct kit *kit, struct fault *fault)
{
    const struct project_kit request = { .project = project_of(cli), .kit = text_of(cli->args[0]) };

    return cli_ask(cli, "project.kit", &request, kit, fault);
}

enum err kit_print_one(struct cli *cli, struct fault *fault)
{
    struct kit kit = { 0 };
    enum err e = ask_for_kit(cli, &kit, fault);

    return e == ERR_OK ? kit_show(cli, &kit, 0) : e;
}

/* ---- making and changing ---- */

enum err kit_read_scope(const struct cli *cli, struct choice *to, struct fault *fault)
{
    const char *typed = cli->options.scope ? cli->options.scope : "global";

    for (int32_t i = KIT_SCOPE_GLOBAL; i <= KIT_SCOPE_EPHEMERAL; i++)
        if (strcmp(choice_word(&kit_scope_table, i), typed) == 0)
            to->value = i;
    return to->value
               ? ERR_OK
               : fault_set(fault, ERR_BAD_REQUEST, "scope %s is unknown: expected global, project or ephemeral", typed);
}

enum err kit_make(struct cli *cli, struct fault *fault)
{
    struct project_new_kit request = { .project = project_of(cli),
                                       .name = text_of(cli->args[0]),
                                       .family.value = KIT_FAMILY_FREE };
    enum err e = kit_read_scope(cli, &request.scope, fault);

    for (int i = 1; e == ERR_OK && i < cli->count; i++)
        e = units_assign(cli, &project_new_kit_shape, cli->args[i], &request, fault);
    return e == ERR_OK ? kit_send_change(cli, "project.new_kit", &request, fault) : e;
}

/* The value after "KEY=", or NULL: it is another key. */
static const char *value_of(const char *typed, const char *key)
{
    const size_t len = strlen(key);

    return strncmp(typed, key, len) == 0 && typed[len] == '=' ? typed + len + 1 : NULL;
}

static enum err add_layer(struct cli *cli, const char *typed, struct kit_slot *slot, struct fault *fault)
{
    char *args[] = { (char *)(uintptr_t)typed };
    struct kit_layer *layers = arena_array(&cli->arena, slot->layers.count + 1, sizeof(*layers));
    struct kit_layer layer = { .velocity_until = 1, .has_velocity_until = true, .gain = 1, .has_gain = true };
    enum err e = named_first(cli, 1, args, &layer.media, fault);

    if (e != ERR_OK)
        return e;
    if (slot->layers.count)
        memcpy(layers, slot->layers.at, slot->layers.count * sizeof(*layers));
    layers[slot->layers.count] = layer;
    slot->layers = (struct kit_layer_list){ slot->layers.count + 1, layers };
    return ERR_OK;
}

/* A preset is the only layer of its slot; the service notes its values. */
static enum err set_preset(struct cli *cli, const char *name, struct kit_slot *slot, struct fault *fault)
{
    const struct project_preset request = { .project = project_of(cli), .preset = text_of(name) };
    struct kit_layer *layer = arena_alloc(&cli->arena, sizeof(*layer));
    struct preset preset = { 0 };
    enum err e = cli_ask(cli, "project.preset", &request, &preset, fault);

    *layer = (struct kit_layer){ .has_preset = true,
                                 .preset = preset.id,
                                 .velocity_until = 1,
                                 .has_velocity_until = true,
                                 .gain = 1,
                                 .has_gain = true };
    slot->layers = (struct kit_layer_list){ e == ERR_OK, layer };
    return e;
}

static bool is_of_layer(const char *typed)
{
    return value_of(typed, "velocity") || value_of(typed, "pitch") || value_of(typed, "start") ||
           value_of(typed, "end");
}

/* A key of the sound that was named last. */
static enum err assign_layer(struct cli *cli, const char *typed, struct kit_slot *slot, struct fault *fault)
{
    struct kit_layer *layer = slot->layers.count ? &slot->layers.at[slot->layers.count - 1] : NULL;

    if (!layer) {
        fault_set(fault, ERR_BAD_REQUEST, "slot %.*s has no sound that %s could change", TEXT_ARG(slot->slot), typed);
        return fault_hint(fault, "name the sound first: sound=kick %s", typed);
    }
    if (value_of(typed, "velocity"))
        return units_range(cli, value_of(typed, "velocity"), &layer->velocity_from, &layer->velocity_until, fault);
    return units_assign(cli, &kit_layer_shape, typed, layer, fault);
}

static enum err assign_slot(struct cli *cli, const char *typed, struct kit_slot *slot, struct fault *fault)
{
    const char *sound = value_of(typed, "sound"), *layer = value_of(typed, "layer"),
               *preset = value_of(typed, "preset");

    if (sound || layer || preset)
        slot->why = (struct text){ 0 };
    if (preset)
        return set_preset(cli, preset, slot, fault);
    if (sound)
        slot->layers.count = 0;
    if (sound && !*sound)
        return ERR_OK;
    if (sound || layer)
        return add_layer(cli, sound ? sound : layer, slot, fault);
    return is_of_layer(typed) ? assign_layer(cli, typed, slot, fault)
                              : units_assign(cli, &kit_slot_shape, typed, slot, fault);
}

static uint64_t free_pad(const struct kit *kit)
{
    uint64_t pad = 0;

    for (uint32_t i = 0; i < kit->slots.count; i++)
        if (kit->slots.at[i].pad == pad) {
            pad++;
            i = UINT32_MAX; /* looks at all again */
        }
    return pad;
}

/* The kit's slot of that name; a new one has the first free pad. All of it is in the arena. */
static enum err find_slot(struct cli *cli, const char *name, struct kit_slot *to, uint64_t *revision,
                          struct fault *fault)
{
    struct kit answer = { 0 }, kit = { 0 };
    enum err e = ask_for_kit(cli, &answer, fault);

    if (e == ERR_OK)
        e = codec_copy(&kit_shape, &answer, &cli->arena, &kit);
    if (e != ERR_OK)
        return e;
    *revision = kit.revision;
    *to = (struct kit_slot){ .slot = text_of(name), .pad = free_pad(&kit) };
    for (uint32_t i = 0; i < kit.slots.count; i++)
        if (text_is(kit.slots.at[i].slot, name))
            *to = kit.slots.at[i];
    return ERR_OK;
}

/* The slot was read first, so the kit must be as it was then. */
static enum err change_slot(struct cli *cli, struct project_set_kit *request, struct fault *fault)
{
    struct kit_slot slot;
    uint64_t revision = 0;
    enum err e = find_slot(cli, cli->args[1], &slot, &revision, fault);

    if (e == ERR_OK && cli->count == 2) {
        fault_set(fault, ERR_BAD_REQUEST, "nothing is to be changed in slot %s", cli->args[1]);
        return fault_hint(fault, "such as %s sound=kick, or %s off", cli->args[1], cli->args[1]), ERR_BAD_REQUEST;
    }
    for (int i = 2; e == ERR_OK && i < cli->count; i++)
        e = assign_slot(cli, cli->args[i], &slot, fault);
    if (e != ERR_OK)
        return e;
    request->slots = (struct kit_slot_list){ 1, &slot };
    if (!request->has_expect) {
        request->has_expect = true;
        request->expect = revision;
    }
    return kit_send_change(cli, "project.set_kit", request, fault);
}

static enum err remove_slot(struct cli *cli, struct project_set_kit *request, struct fault *fault)
{
    struct text slot = text_of(cli->args[1]);

    request->remove = (struct text_list){ 1, &slot };
    return kit_send_change(cli, "project.set_kit", request, fault);
}

enum err kit_change(struct cli *cli, struct fault *fault)
{
    struct project_set_kit request = { .project = project_of(cli),
                                       .kit = text_of(cli->args[0]),
                                       .has_expect = cli->options.expect >= 0,
                                       .expect = (uint64_t)cli->options.expect };
    enum err e = ERR_OK;

    if (!strchr(cli->args[1], '=')) {
        if (cli->count == 3 && strcmp(cli->args[2], "off") == 0)
            return remove_slot(cli, &request, fault);
        return change_slot(cli, &request, fault);
    }
    for (int i = 1; e == ERR_OK && i < cli->count; i++)
        e = units_assign(cli, &project_set_kit_shape, cli->args[i], &request, fault);
    return e == ERR_OK ? kit_send_change(cli, "project.set_kit", &request, fault) : e;
}

static enum err copy_kit(struct cli *cli, const char *name, bool move, struct fault *fault)
{
    struct project_copy_kit request = {
        .project = project_of(cli), .kit = text_of(cli->args[0]), .name = option_text(name), .move = move
    };
    enum err e = kit_read_scope(cli, &request.scope, fault);

    return e == ERR_OK ? kit_send_change(cli, "project.copy_kit", &request, fault) : e;
}

enum err kit_copy(struct cli *cli, struct fault *fault)
{
    return copy_kit(cli, cli->args[1], false, fault);
}

enum err kit_save(struct cli *cli, struct fault *fault)
{
    return copy_kit(cli, cli->options.name, true, fault);
}

enum err kit_remove(struct cli *cli, struct fault *fault)
{
    const struct project_remove_kit request = { .project = project_of(cli), .kit = text_of(cli->args[0]) };
    struct nothing nothing = { 0 };
    enum err e = cli_change(cli, "project.remove_kit", &request, &nothing, fault);

    if (e == ERR_OK && !cli->options.json)
        cli_print(&cli->out, "removed: %s\n", cli->args[0]);
    return e;
}

/* ---- building ---- */

static enum err read_family(const struct cli *cli, struct choice *to, struct fault *fault)
{
    const char *typed = cli->options.kind ? cli->options.kind : "drum";

    for (int32_t i = KIT_FAMILY_DRUM; i <= KIT_FAMILY_TEXTURE; i++)
        if (strcmp(choice_word(&kit_family_table, i), typed) == 0)
            to->value = i;
    return to->value ? ERR_OK
                     : fault_set(fault, ERR_BAD_REQUEST, "kind %s is unknown: expected drum, vocal or texture", typed);
}

/* Names and ids of kits and ids of items stay as they are; a path becomes the id of its item. */
static enum err read_like(struct cli *cli, struct project_build_kit *request, struct fault *fault)
{
    char id[ID_TEXT_SIZE];
    struct id item;
    enum err e = ERR_OK;

    request->like = cli_split(cli, cli->options.like);
    request->has_like = request->like.count > 0;
    for (uint32_t i = 0; e == ERR_OK && i < request->like.count; i++) {
        struct text *one = &request->like.at[i];
        if (!memchr(one->at, '/', one->len))
            continue;
        e = named_exactly(cli, arena_text(&cli->arena, *one).at, &item, fault);
        if (e == ERR_OK)
            *one = arena_text(&cli->arena, text_of(id_write(item, id)));
    }
    return e;
}

/* "," would be as no option at all. */
static enum err check_lists(const struct cli *cli, const struct project_build_kit *request, struct fault *fault)
{
    const struct {
        const char *name, *typed;
        uint32_t count;
    } each[] = {
        { "--tags", cli->options.tags, request->tags.count },
        { "--without", cli->options.without, request->without.count },
        { "--slots", cli->options.slots, request->slots.count },
        { "--like", cli->options.like, request->like.count },
    };

    for (size_t i = 0; i < sizeof(each) / sizeof(*each); i++)
        if (each[i].typed && each[i].count == 0)
            return fault_set(fault, ERR_BAD_REQUEST, "%s \"%s\" names nothing: expected A,B,…", each[i].name,
                             each[i].typed);
    return ERR_OK;
}

/* "none" tunes nothing, also if the project has a key. */
static struct text read_key(const struct cli *cli)
{
    const struct text key = option_text(cli->options.key);

    return text_is(key, "none") ? TEXT("") : key;
}

enum err kit_build_chosen(struct cli *cli, struct fault *fault)
{
    struct project_build_kit request = { .project = project_of(cli),
                                         .name = option_text(cli->options.name),
                                         .slots = cli_split(cli, cli->options.slots),
                                         .query = option_text(cli->options.in),
                                         .has_tags = cli->options.tags != NULL,
                                         .tags = cli_split(cli, cli->options.tags),
                                         .has_without = cli->options.without != NULL,
                                         .without = cli_split(cli, cli->options.without),
                                         .has_section = cli->options.section != NULL,
                                         .section = option_text(cli->options.section),
                                         .has_key = cli->options.key != NULL,
                                         .key = read_key(cli),
                                         .has_seed = cli->options.seed > 0,
                                         .seed = (uint64_t)cli->options.seed };
    enum err e = kit_read_scope(cli, &request.scope, fault);

    if (e == ERR_OK)
        e = read_family(cli, &request.family, fault);
    if (e == ERR_OK)
        e = read_like(cli, &request, fault);
    if (e == ERR_OK)
        e = check_lists(cli, &request, fault);
    return e == ERR_OK ? kit_send_change(cli, "project.build_kit", &request, fault) : e;
}
