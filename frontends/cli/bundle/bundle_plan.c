#include "frontends/cli/bundle/bundle_plan.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/bundle/bundle_check.h"
#include "frontends/cli/bundle/bundle_project.h"
#include "frontends/cli/send/item_file.h"
#include "proto/wire/codec_copy.h"
#include "proto/wire/json_bounds.h"
#include "schema_project.h"
#include "store/pattern/pattern_check.h"
#include "store/pattern/pattern_file.h"

enum { NAME_CUT = 150 /* bytes of a name, so that a path has at most 200 characters */, NAMED_MOST = 5 };

/* ---- names ---- */

/* A portable name that no other file of its folder has; a long one loses characters before its extension. */
static struct text choose_name(struct bundle_plan *plan, struct safe_names *names, struct text from)
{
    char extension[TEXT_EXTENSION_SIZE], name[SAFE_NAME_SIZE], cut[NAME_CUT + 1];
    uint32_t len = from.len;

    (void)text_extension(bytes_of(from.at, from.len), extension);
    if (len > NAME_CUT) {
        len = text_repair(cut, (uint32_t)(NAME_CUT - 1 - strlen(extension)), from);
        from = arena_printf(&plan->cli->arena, "%.*s%s%s", (int)len, cut, extension[0] ? "." : "", extension);
    }
    safe_names_choose(names, bytes_of(from.at, from.len), name);
    return arena_text(&plan->cli->arena, text_of(name));
}

static struct text join_path(struct bundle_plan *plan, const char *folder, struct text name, const char *ending)
{
    return arena_printf(&plan->cli->arena, "%s/%.*s%s", folder, TEXT_ARG(name), ending);
}

/* ---- patterns ---- */

/* The id that the pattern of a slot had in the bundle from which the project came: any text of a stranger. */
static struct text find_kept_id(const struct bundle_plan *plan, uint64_t slot)
{
    const struct tree *slots = tree_get(tree_get(&plan->document, BUNDLE_PROJECT_KEPT), "slots");

    for (uint32_t i = 0; slots && slots->type == TREE_OBJECT && i < slots->count; i++)
        if (slots->members[i].value.type == TREE_WHOLE && slots->members[i].value.whole == (int64_t)slot)
            return slots->members[i].name;
    return (struct text){ 0 };
}

static enum err add_pattern(struct bundle_plan *plan, const struct project_slot *slot, struct fault *fault)
{
    struct arena *arena = &plan->cli->arena;
    struct pattern_file *file = arena_alloc(arena, sizeof(*file));
    struct bundle_part part = { .slot = slot->slot, .id = find_kept_id(plan, slot->slot) };
    enum err e = pattern_file_read(slot->file, arena, file, fault);

    if (e == ERR_OK)
        e = pattern_file_text(file, arena, &part.text, fault);
    if (e != ERR_OK)
        return fault_hint(fault, "the pattern of slot %u of bank %u cannot be exported",
                          (unsigned)((slot->slot - 1) % 128 + 1), (unsigned)((slot->slot - 1) / 128 + 1)),
               e;
    part.length = pattern_steps(&file->pattern);
    part.time = file->pattern.timestamp;
    part.counted = bundle_check_count_steps(&file->pattern);
    if (part.id.len == 0 || safe_names_has(&plan->patterns, part.id)) {
        part.id = choose_name(plan, &plan->patterns, file->pattern.metadata.name);
        part.path = join_path(plan, "patterns", part.id, ".json");
    } else /* another program chose the id: only the portable form of it is a name of a file */
        part.path = join_path(plan, "patterns", choose_name(plan, &plan->patterns, part.id), ".json");
    if (!safe_names_has(&plan->patterns, part.id))
        safe_names_take(&plan->patterns, part.id);
    plan->pattern = arena_grow(arena, plan->pattern, plan->pattern_count, &plan->pattern_room, sizeof(part));
    plan->pattern[plan->pattern_count++] = part;
    return ERR_OK;
}

/* ---- snapshots of mixers ---- */

static void add_mixer(struct bundle_plan *plan, struct text name, struct text type, const struct tree *body)
{
    struct arena *arena = &plan->cli->arena;
    struct bundle_part part = { .id = choose_name(plan, &plan->mixers, name.len ? name : TEXT("mixer")), .type = type };
    struct buffer text = { 0 };

    part.path = join_path(plan, "mixer", part.id, ".json");
    tree_write(body, true, &text);
    part.text = arena_take(arena, &text);
    plan->mixer = arena_grow(arena, plan->mixer, plan->mixer_count, &plan->mixer_room, sizeof(part));
    plan->mixer[plan->mixer_count++] = part;
}

/* What a snapshot calls the channels that have many voices. */
static const char *type_of_strip(struct text bus)
{
    if (text_is(bus, "master"))
        return "master";
    return text_is(bus, "preview") || text_is(bus, "metronome") ? "channel" : "subgroup";
}

static void set_strip_value(struct bundle_plan *plan, struct tree *to, const char *key, struct text bus,
                            const struct tree *value)
{
    struct tree one = { .type = TREE_OBJECT };

    if (!value)
        return;
    tree_set_text(&one, &plan->cli->arena, bus, *value);
    tree_set(to, &plan->cli->arena, key, one);
}

/* A channel of the mixer that the project keeps. */
static void add_strip(struct bundle_plan *plan, const struct tree *strip)
{
    struct arena *arena = &plan->cli->arena;
    const struct text bus = tree_text(strip, "bus");
    struct tree body = { .type = TREE_OBJECT }, sends = { .type = TREE_OBJECT };

    tree_set(&body, arena, "name", tree_of_text(bus));
    tree_set(&body, arena, "snapshot_type", tree_of_text(text_of(type_of_strip(bus))));
    set_strip_value(plan, &body, "gains", bus, tree_get(strip, "gain"));
    set_strip_value(plan, &body, "pans", bus, tree_get(strip, "pan"));
    set_strip_value(plan, &body, "mutes", bus, tree_get(strip, "mute"));
    for (int i = 0; i < 2; i++) {
        const struct tree *send = tree_get(strip, i ? "delay_send" : "reverb_send");
        if (send)
            tree_set(&sends, arena, i ? "delay" : "reverb", *send);
    }
    if (sends.count)
        set_strip_value(plan, &body, "sends", bus, &sends);
    add_mixer(plan, bus, text_of(type_of_strip(bus)), &body);
}

static void add_mixers(struct bundle_plan *plan)
{
    const struct tree *list = tree_get(&plan->document, "mixer"), *sound = tree_get(&plan->document, "sound"), *strips;

    for (uint32_t i = 0; list && i < list->count; i++) {
        const struct tree *part = &list->members[i].value;
        const struct text type = tree_text(part, "snapshot_type");
        struct tree body = tree_clone(part, &plan->cli->arena);
        tree_remove(&body, TEXT("id"));
        add_mixer(plan, tree_text(part, "name"), bundle_manifest_is_type(type) ? type : TEXT("master"), &body);
    }
    strips = sound && sound->count ? tree_get(tree_get(&sound->members[0].value, "mixer"), "strips") : NULL;
    for (uint32_t i = 0; strips && strips->type == TREE_LIST && i < strips->count; i++)
        add_strip(plan, &strips->members[i].value);
}

/* --mixer-snapshot "Name=path,type" */
static enum err add_typed_mixer(struct bundle_plan *plan, struct text typed, struct fault *fault)
{
    const char *comma = memrchr(typed.at, ',', typed.len);
    struct text rest = { comma ? (uint32_t)(comma - typed.at) : 0, typed.at }, name = text_cut(&rest, '=');
    const struct text type = { comma ? typed.len - (uint32_t)(comma - typed.at) - 1 : 0, comma ? comma + 1 : NULL };
    struct buffer bytes = { 0 };
    struct tree body;
    enum err e;

    if (name.len == 0 || rest.len == 0 || !bundle_manifest_is_type(type))
        return fault_set(fault, ERR_BAD_REQUEST,
                         "--mixer-snapshot %.*s: expected NAME=PATH,TYPE with the type channel, subgroup or master",
                         TEXT_ARG(typed));
    e = file_read_all(arena_text(&plan->cli->arena, rest).at, PATTERN_FILE_BYTES, &bytes, fault);
    if (e == ERR_OK)
        e = tree_read_bounded((struct text){ (uint32_t)bytes.len, (const char *)bytes.at }, JSON_VALUES_PART,
                              &plan->cli->arena, &body, fault);
    if (e == ERR_OK)
        add_mixer(plan, name, type, &body);
    buffer_free(&bytes);
    return e;
}

/* ---- sounds ---- */

static struct bundle_sound *add_sound(struct bundle_plan *plan, struct text name)
{
    struct bundle_sound *sound;

    plan->sound =
        arena_grow(&plan->cli->arena, plan->sound, plan->sound_count, &plan->sound_room, sizeof(*plan->sound));
    sound = &plan->sound[plan->sound_count++];
    *sound = (struct bundle_sound){ .name = choose_name(plan, &plan->assets, name) };
    sound->path = join_path(plan, "assets", sound->name, "");
    return sound;
}

static void note_items(struct bundle_plan *plan)
{
    const struct tree *items = tree_get(&plan->document, "items");
    struct id id;

    for (uint32_t i = 0; items && items->type == TREE_LIST && i < items->count; i++)
        if (tree_id(&items->members[i].value, "id", &id) && !id_is_zero(id))
            *id_table_number(&plan->items, id) = i + 1;
}

static const struct tree *find_document_item(const struct bundle_plan *plan, struct id id)
{
    const uint32_t number =
        id_table_has(&plan->items, id) ? *id_table_number((struct id_table *)(uintptr_t)&plan->items, id) : 0;

    return number ? &tree_get(&plan->document, "items")->members[number - 1].value : NULL;
}

static const struct bundle_sound *find_content(const struct bundle_plan *plan, struct text content)
{
    for (uint32_t i = 0; content.len && i < plan->sound_count; i++)
        if (text_equal(plan->sound[i].content, content))
            return &plan->sound[i];
    return NULL;
}

static bool can_open(const struct item *item)
{
    struct fault none = { 0 };
    struct stat st;
    int fd = -1;

    if (item_file_open(item, false, &fd, &st, &none) != ERR_OK)
        return false;
    close(fd);
    return true;
}

/* Asks for the item of an id, or for one of the content that the document states. NULL: its file cannot be read now. */
static const struct item *get_item(struct bundle_plan *plan, struct id id, struct text content, struct fault *fault)
{
    struct arena *arena = &plan->cli->arena;
    struct search_get get = { .has_id = true, .id = id, .has_leads = true, .leads = true };
    struct media_found found = { 0 };
    struct item *item = arena_alloc(arena, sizeof(*item));
    uint8_t *bytes = arena_alloc(arena, 16);
    enum err e;

    for (uint32_t i = 0; content.len == 32 && i < 32; i++)
        bytes[i / 2] =
            (uint8_t)(bytes[i / 2] << 4 | (content.at[i] <= '9' ? content.at[i] - '0' : content.at[i] - 'a' + 10));
    get.has_content = content.len == 32;
    get.content = bytes_of(bytes, 16);
    e = cli_ask(plan->cli, "search.get", &get, &found, fault);
    if (e != ERR_OK)
        return NULL;
    codec_keep(&item_shape, &found.item, arena, item);
    return can_open(item) ? item : (fault_set(fault, ERR_NOT_FOUND, "it cannot be read"), NULL);
}

static void note_missing(struct bundle_plan *plan, const struct tree *part, struct id id)
{
    char room[ID_TEXT_SIZE];
    const struct text name = tree_text(part, "name");

    plan->missing.at[plan->missing.count++] =
        name.len ? name : arena_text(&plan->cli->arena, text_of(id_write(id, room)));
}

/* The copy that the project collected; NULL: none. */
static struct bundle_sound *add_copy(struct bundle_plan *plan, const struct tree *part)
{
    const struct text copy = tree_text(part, "copy");
    struct text name = copy, folder;
    struct bundle_sound *sound;
    struct fault none = { 0 };
    int fd;

    if (plan->from.folder.folder < 0 || !text_starts(copy, TEXT("Media/")))
        return NULL;
    fd = beneath_open_file(&plan->from.folder, arena_text(&plan->cli->arena, copy).at, O_RDONLY, 0, &none);
    if (fd < 0)
        return NULL;
    close(fd);
    do {
        folder = text_cut(&name, '/');
    } while (name.len && memchr(name.at, '/', name.len));
    (void)folder;
    sound = add_sound(plan, name);
    sound->copy = arena_text(&plan->cli->arena, copy).at;
    return sound;
}

static struct text name_item_file(struct bundle_plan *plan, const struct item *item)
{
    return arena_utf8(&plan->cli->arena, item->media.file, SAFE_NAME_MOST);
}

/* Errors: those of asking, but not that the sound is missing. */
static enum err find_use(struct bundle_plan *plan, struct id id, struct bundle_use *to, struct fault *fault)
{
    const struct tree *part = find_document_item(plan, id);
    const struct text content = tree_text(part, "content");
    const struct item *item;
    struct bundle_sound *sound;

    *to = (struct bundle_use){ .id = id, .sound = find_content(plan, content) };
    if (to->sound)
        return ERR_OK;
    item = get_item(plan, id, content, fault);
    if (!item && fault->code != ERR_NOT_FOUND)
        return fault->code;
    if (!item && (sound = add_copy(plan, part))) {
        sound->content = content;
        to->sound = sound;
        return ERR_OK;
    }
    if (!item) {
        note_missing(plan, part, id);
        return ERR_OK;
    }
    sound = add_sound(plan, name_item_file(plan, item));
    sound->content = content;
    sound->item = item;
    to->sound = sound;
    return ERR_OK;
}

static enum err find_uses(struct bundle_plan *plan, const struct id_list *uses, struct fault *fault)
{
    struct arena *arena = &plan->cli->arena;
    enum err e = ERR_OK;

    note_items(plan);
    plan->use = arena_array(arena, uses->count, sizeof(*plan->use));
    plan->missing.at = arena_array(arena, uses->count, sizeof(*plan->missing.at));
    plan->sound_room = uses->count + plan->cli->options.asset.count; /* so that no sound moves */
    plan->sound = arena_array(arena, plan->sound_room + 1, sizeof(*plan->sound));
    for (uint32_t i = 0; e == ERR_OK && i < uses->count; i++)
        e = find_use(plan, uses->at[i], &plan->use[plan->use_count++], fault);
    return e;
}

/* --asset "name=path" */
static enum err add_typed_sound(struct bundle_plan *plan, struct text typed, struct fault *fault)
{
    struct text rest = typed, name = text_cut(&rest, '=');

    if (name.len == 0 || rest.len == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "--asset %.*s: expected NAME=PATH", TEXT_ARG(typed));
    if (safe_names_has(&plan->assets, name))
        return fault_set(fault, ERR_EXISTS, "--asset %.*s: the bundle has a sound of that name", TEXT_ARG(typed));
    add_sound(plan, name)->file = arena_text(&plan->cli->arena, rest).at;
    return ERR_OK;
}

static enum err refuse_missing(const struct bundle_plan *plan, struct fault *fault)
{
    struct buffer line = { 0 };

    for (uint32_t i = 0; i < plan->missing.count && i < NAMED_MOST; i++)
        cli_print(&line, "%s%.*s", i ? ", " : "", TEXT_ARG(plan->missing.at[i]));
    fault_set(fault, ERR_NOT_FOUND, "%u sound%s missing or offline: %.150s%s", plan->missing.count,
              plan->missing.count == 1 ? " is" : "s are", buffer_c(&line),
              plan->missing.count > NAMED_MOST ? ", …" : "");
    buffer_free(&line);
    return fault_hint(fault, "nothing was written; --without-missing leaves them out and lists them in the manifest"),
           ERR_NOT_FOUND;
}

/* ---- the project ---- */

static void keep_slots(struct bundle_plan *plan, const struct whole_project *whole, struct project_slot_list *to)
{
    struct arena *arena = &plan->cli->arena;
    struct project_slot *grown = arena_array(arena, to->count + whole->slots.count, sizeof(*grown));

    if (to->count)
        memcpy(grown, to->at, to->count * sizeof(*grown));
    for (uint32_t i = 0; i < whole->slots.count; i++)
        grown[to->count + i] =
            (struct project_slot){ whole->slots.at[i].slot, arena_text(arena, whole->slots.at[i].file) };
    to->at = grown;
    to->count += whole->slots.count;
}

static enum err read_file(struct bundle_plan *plan, struct id_list *uses, struct project_slot_list *slots,
                          struct fault *fault)
{
    enum err e;

    if (plan->cli->count)
        return fault_set(fault, ERR_BAD_REQUEST, "expected the name of a project or --project-file, and not both");
    e = bundle_project_file_read(plan->cli, plan->cli->options.project_file, &plan->from, fault);
    plan->document = plan->from.document;
    *uses = plan->from.uses;
    *slots = plan->from.slots;
    return e;
}

static enum err ask_project(struct bundle_plan *plan, struct id_list *uses, struct project_slot_list *slots,
                            struct fault *fault)
{
    struct cli *cli = plan->cli;
    struct project_document ask = { .project = text_of(cli->count ? cli->args[0] : "") };
    struct whole_project whole = { 0 };
    enum err e;

    do {
        e = cli_ask(cli, "project.document", &ask, &whole, fault);
        if (e == ERR_OK && ask.from == 0) {
            e = tree_read(whole.file, &cli->arena, &plan->document, fault);
            uses->count = whole.uses.count;
            uses->at = arena_array(&cli->arena, uses->count, sizeof(*uses->at));
            if (uses->count)
                memcpy(uses->at, whole.uses.at, uses->count * sizeof(*uses->at));
        }
        if (e == ERR_OK)
            keep_slots(plan, &whole, slots);
        ask.from = whole.next;
    } while (e == ERR_OK && ask.from);
    return e;
}

static enum err add_typed(struct bundle_plan *plan, struct fault *fault)
{
    const struct options *options = &plan->cli->options;
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < options->mixer_snapshot.count; i++)
        e = add_typed_mixer(plan, options->mixer_snapshot.at[i], fault);
    for (uint32_t i = 0; e == ERR_OK && i < options->asset.count; i++)
        e = add_typed_sound(plan, options->asset.at[i], fault);
    return e;
}

enum err bundle_plan_make(struct cli *cli, struct bundle_plan *to, struct fault *fault)
{
    struct project_slot_list slots = { 0 };
    struct id_list uses = { 0 };
    enum err e;

    *to = (struct bundle_plan){ .cli = cli, .from = { .folder = { .folder = -1 } } };
    e = cli->options.sampler_manifest
            ? bundle_sampler_read(cli->options.sampler_manifest, &cli->arena, &to->sampler, fault)
            : ERR_OK;
    if (e == ERR_OK)
        e = cli->options.project_file ? read_file(to, &uses, &slots, fault) : ask_project(to, &uses, &slots, fault);
    for (uint32_t i = 0; e == ERR_OK && i < slots.count; i++)
        e = add_pattern(to, &slots.at[i], fault);
    if (e == ERR_OK) {
        add_mixers(to);
        e = find_uses(to, &uses, fault);
    }
    if (e == ERR_OK)
        e = add_typed(to, fault);
    if (e == ERR_OK && to->missing.count && !cli->options.without_missing)
        e = refuse_missing(to, fault);
    return e;
}

void bundle_plan_free(struct bundle_plan *plan)
{
    safe_names_free(&plan->patterns);
    safe_names_free(&plan->mixers);
    safe_names_free(&plan->assets);
    id_table_free(&plan->items);
    bundle_project_file_close(&plan->from);
}
