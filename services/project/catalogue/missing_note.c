#include "services/project/catalogue/missing_note.h"

#include <math.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/naming/safe_names.h"
#include "common/process/log.h"
#include "schema_availability.h"
#include "schema_persist.h"
#include "services/project/parts/kinds.h"
#include "services/project/parts/uses.h"
#include "store/fact_name.h"

enum { AT_ONCE = 256, TAGS_MOST = 64, FACTS_MOST = 32, BUDGET_MS = 30000, NEXT_US = 1000 };

struct missing_noting {
    struct project *p;
    struct id project, after; /* the last item that was sent */
    bool has_root;            /* the catalogue has the volume "/", on which each path lies */
    missing_noted *done;
    bool has_begun, is_asked;    /* is_asked: persist or availability has not answered yet */
    struct missing_noting *next; /* begins when this one has ended */
};

static void go_on(struct project *p);

/* ---- one item, as the project's file has it ---- */

static struct text short_text(const struct tree *tree, const char *key, uint32_t most)
{
    struct text text = tree_text(tree, key);

    return text.len <= most ? text : (struct text){ 0 };
}

static uint64_t read_whole(const struct tree *tree, const char *key, double most)
{
    double real = tree_real(tree, key, 0);

    return real > 0 && real <= most ? (uint64_t)real : 0;
}

static void read_format(const struct tree *format, struct missing_item *to)
{
    to->container = short_text(format, "container", 32);
    to->sample_format = short_text(format, "sample_format", 32);
    to->bit_depth = read_whole(format, "bit_depth", 64);
    to->sample_rate = read_whole(format, "sample_rate", 1e7);
    to->channels = read_whole(format, "channels", 1024);
    to->frames = (int64_t)read_whole(format, "frames", 1e15);
}

static void read_tags(const struct tree *list, struct arena *arena, struct missing_item *to)
{
    to->tags.at = arena_array(arena, TAGS_MOST, sizeof(*to->tags.at));
    for (uint32_t i = 0; list && list->type == TREE_LIST && i < list->count && to->tags.count < TAGS_MOST; i++) {
        const struct tree *tag = &list->members[i].value;
        if (tag->type == TREE_TEXT && tag->text.len > 0 && tag->text.len <= 64)
            to->tags.at[to->tags.count++] = tag->text;
    }
}

static bool read_own_fact(const struct tree_member *member, struct fact *to)
{
    const struct tree *value = tree_get(&member->value, "value");
    const struct text text = short_text(&member->value, "value", 255);
    struct id unused;

    if (!text_is(tree_text(&member->value, "source"), "user") || !member->name.len || member->name.len > 64 ||
        fact_name_other(member->name, &unused)) /* an item of the other machine */
        return false;
    *to = (struct fact){ .attribute = member->name, .source.value = SOURCE_USER, .confidence = 1, .shown = true };
    to->has_number = value && (value->type == TREE_REAL || value->type == TREE_WHOLE);
    to->number = to->has_number ? value->real : 0;
    to->has_text = text.len > 0;
    to->text = text;
    return to->has_number || to->has_text;
}

/* Those that a person gave it: the analysis makes its own again when the file is here. */
static void read_own_facts(const struct tree *facts, struct arena *arena, struct missing_item *to)
{
    to->facts.at = arena_array(arena, FACTS_MOST, sizeof(*to->facts.at));
    for (uint32_t i = 0; facts && facts->type == TREE_OBJECT && i < facts->count && to->facts.count < FACTS_MOST; i++)
        to->facts.count += read_own_fact(&facts->members[i], &to->facts.at[to->facts.count]);
}

static bool read_frames(const struct tree *body, const char *key, int64_t *to)
{
    const struct tree *value = tree_get(body, key);
    const bool is_whole = value && value->type == TREE_WHOLE && fabs(value->real) < 1e15;

    *to = is_whole ? value->whole : 0;
    return is_whole;
}

/* A take that was recorded elsewhere keeps its place in the music. */
static void read_history(const struct tree *body, struct missing_item *to)
{
    to->favourite = to->has_favourite = tree_bool(body, "favourite", false);
    to->origin = (struct choice){ .value = choice_value(&origin_table, tree_text(body, "origin")) };
    to->has_origin = to->origin.value > 0;
    to->has_first = read_frames(body, "first", &to->first);
    to->has_latency = read_frames(body, "latency", &to->latency);
}

/* The path at which the item was seen; an item without one is missing in the project's Media. */
static struct bytes item_path_of(const struct tree *body, struct text folder, struct arena *arena)
{
    struct text path = short_text(tree_get(body, "storage"), "path", 4000), name = short_text(body, "name", 255);
    char safe[SAFE_NAME_SIZE];

    if (path.len > 1 && path.at[0] == '/')
        return bytes_of(path.at, path.len);
    safe_name_write(name.len ? name : TEXT("sound"), safe);
    path = arena_printf(arena, "%.*s/Media/Audio/%s", TEXT_ARG(folder), safe);
    return bytes_of(path.at, path.len);
}

static bool read_missing_item(const struct element *part, struct text folder, struct arena *arena,
                              struct missing_item *to)
{
    struct tree body;
    uint8_t *content = arena_alloc(arena, 16);

    if (tree_read(part->body, arena, &body, NULL) != ERR_OK ||
        (!tree_get(&body, "name") && !tree_get(&body, "content")))
        return false;
    *to = (struct missing_item){ .id = part->id, .name = short_text(&body, "name", 255) };
    to->path = item_path_of(&body, folder, arena);
    if (uses_read_content(tree_text(&body, "content"), content))
        to->content = bytes_of(content, 16);
    read_format(tree_get(&body, "format"), to);
    read_tags(tree_get(&body, "tags"), arena, to);
    read_own_facts(tree_get(&body, "facts"), arena, to);
    to->notes = short_text(&body, "notes", 4000);
    to->has_notes = to->notes.len > 0;
    read_history(&body, to);
    return true;
}

/* ---- asking ---- */

/* Ends the noting at the head of the queue. */
static void end_noting(struct missing_noting *n)
{
    n->p->notings = n->next;
    n->done(n->p, n->project, !id_is_zero(n->after));
    free(n);
}

static void take_added(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct missing_noting *n = state;
    struct project *p = n->p;

    (void)answer;
    n->is_asked = false;
    if (error != ERR_OK) {
        log_warn("missing items of a project are not in the catalogue: %s", fault->what);
        end_noting(n);
    }
    go_on(p);
}

/* Most projects have none, and neither has what lies under no project, as up to 1,024 kits do. */
static bool has_item(const struct element_list *parts)
{
    uint32_t i = 0;

    while (i < parts->count && parts->at[i].kind.value != ELEMENT_KIND_ITEM)
        i++;
    return i < parts->count;
}

/* The next items after the last that was sent. */
static void gather_items(struct missing_noting *n, struct txn *txn, struct arena *arena, struct missing_item_list *to)
{
    struct text folder = elements_folder(txn, arena, n->project);
    struct element_list parts;
    struct item_uses uses;

    to->at = arena_array(arena, AT_ONCE, sizeof(*to->at));
    if (parts_all(txn, arena, n->project, &parts) != ERR_OK || !has_item(&parts))
        return;
    uses_find_listed(arena, &parts, &uses);
    uses_resolve(txn, arena, &parts, &uses);
    for (uint32_t i = 0; i < uses.count && to->count < AT_ONCE; i++) {
        const struct item_use *use = &uses.at[i];
        const struct element *part =
            use->known || id_compare(use->id, n->after) <= 0 ? NULL : parts_in(&parts, use->id);
        if (part && part->kind.value == ELEMENT_KIND_ITEM && read_missing_item(part, folder, arena, &to->at[to->count]))
            to->count++;
    }
}

static void take_root(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct missing_noting *n = state;

    (void)error, (void)answer, (void)fault;
    n->has_root = true;
    n->is_asked = false;
    go_on(n->p);
}

static bool ask_for_root(struct missing_noting *n)
{
    const struct availability_find find = { .path = bytes_of("/", 1) };

    return service_ask(n->p->service, "availability.find", &find, BUDGET_MS, NULL, take_root, n, NULL) == ERR_OK;
}

static bool send_items(struct missing_noting *n, const struct persist_add_missing *ask)
{
    if (ask->each.count == 0)
        return false;
    if (!n->has_root)
        return ask_for_root(n);
    n->after = ask->each.at[ask->each.count - 1].id;
    return service_ask(n->p->service, "persist.add_missing", ask, BUDGET_MS, NULL, take_added, n, NULL) == ERR_OK;
}

static void send_next(struct missing_noting *n)
{
    struct persist_add_missing ask = { 0 };
    struct arena arena = { 0 };
    struct txn *txn;

    n->has_begun = true;
    if (project_read(n->p, &txn, NULL) == ERR_OK) {
        gather_items(n, txn, &arena, &ask.each);
        n->is_asked = send_items(n, &ask);
        txn_end(txn);
    }
    arena_free(&arena);
    if (!n->is_asked)
        end_noting(n);
}

/* ---- one after the other; each answer is continued in a turn of its own ---- */

static void begin_next(void *project)
{
    struct project *p = project;

    send_next(p->notings);
    go_on(p);
}

/* persist answers faster than the next items are found. Without a pause the loop would only read answers, and the
 * supervisor would take the service for one that hangs. */
static void go_on(struct project *p)
{
    service_every(p->service, p->notings && !p->notings->is_asked ? NEXT_US : 0, begin_next, p);
}

void missing_note(struct project *p, struct id project, missing_noted *done)
{
    struct missing_noting **end = &p->notings;

    for (; *end; end = &(*end)->next)
        if (!(*end)->has_begun && id_equal((*end)->project, project) && (*end)->done == done)
            return;
    *end = alloc_zeroed(1, sizeof(**end));
    **end = (struct missing_noting){ .p = p, .project = project, .done = done };
    if (end == &p->notings)
        go_on(p);
}

/* The answer to the first one may still come. */
void missing_note_close(struct project *p)
{
    struct missing_noting *next;

    for (struct missing_noting *n = p->notings; n; n = next) {
        next = n->next;
        if (!n->is_asked)
            free(n);
    }
    p->notings = NULL;
}
