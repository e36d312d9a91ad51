#include "services/project/catalogue/uses_note.h"

#include <stdlib.h>

#include "common/process/log.h"
#include "proto/wire/codec.h"
#include "schema_persist.h"
#include "services/project/catalogue/missing_note.h"
#include "services/project/parts/uses.h"
#include "store/uses.h"

enum { BUDGET_MS = 30000, USES_MOST = 16384, TRACK_LONGEST = 320 };
static const usec_t between_projects = 100000;

/* What a clip's use takes from its track and its section: many clips name the same one, which is read once. */
struct named_part {
    bool is_read;
    struct text role, name;
};

struct uses_noting {
    struct txn *txn;
    struct arena *arena;
    const struct element_list *parts;
    struct named_part *named; /* for each part */
    struct persist_use *to;
    uint32_t room;
};

static const struct element *find_named(const struct element_list *parts, const struct tree *body, const char *key)
{
    struct id id;

    return tree_id(body, key, &id) ? parts_in(parts, id) : NULL;
}

static struct named_part read_named(struct uses_noting *n, const struct element *part)
{
    struct named_part *named = part ? &n->named[part - n->parts->at] : NULL;
    struct tree body;

    if (!named)
        return (struct named_part){ 0 };
    if (!named->is_read && tree_read(part->body, n->arena, &body, NULL) == ERR_OK)
        *named = (struct named_part){ .role = tree_text(&body, "role"), .name = tree_text(&body, "name") };
    named->is_read = true;
    return *named;
}

/* The role of another part that a clip names, or its name. */
static struct text role_of_named(struct uses_noting *n, const struct tree *clip, const char *key)
{
    const struct named_part named = read_named(n, find_named(n->parts, clip, key));
    struct text text = named.role.len ? named.role : named.name;

    text.len = text.len <= 64 ? text.len : 0;
    return text;
}

/* The name of the track that a clip lies on, or of a track that uses an item itself. */
static struct text name_of_track(struct uses_noting *n, const struct element *part, const struct tree *body)
{
    const struct element *track = part->kind.value == ELEMENT_KIND_TRACK ? part : find_named(n->parts, body, "track");
    struct text name = { 0 };

    if (track && track->kind.value == ELEMENT_KIND_TRACK)
        name = read_named(n, track).name;
    name.len = name.len <= TRACK_LONGEST ? name.len : 0;
    return name;
}

static void add_use(struct uses_noting *n, const struct use *use)
{
    struct use_list *uses = &n->to->uses;

    uses->at = arena_grow(n->arena, uses->at, uses->count, &n->room, sizeof(*uses->at));
    uses->at[uses->count++] = *use;
}

static int compare_uses(const void *a, const void *b)
{
    const struct use *x = a, *y = b;
    int order = id_compare(x->media, y->media);

    order = order ? order : text_compare(x->role, y->role);
    order = order ? order : text_compare(x->section, y->section);
    return order ? order : text_compare(x->track, y->track);
}

/* Lists each use once. If a project has more uses than the list has room for, queries find it by the first ones. */
static void sort_uses(struct use_list *uses)
{
    uint32_t kept = 0;

    if (uses->count > 1)
        qsort(uses->at, uses->count, sizeof(*uses->at), compare_uses);
    for (uint32_t i = 0; i < uses->count && kept <= USES_MOST; i++)
        if (kept == 0 || compare_uses(&uses->at[kept - 1], &uses->at[i]) != 0)
            uses->at[kept++] = uses->at[i];
    if (kept > USES_MOST)
        log_warn("a project has more than %d uses of items: queries do not find the others", USES_MOST);
    uses->count = kept < USES_MOST ? kept : USES_MOST;
}

static void note_part(struct uses_noting *n, const struct element *part)
{
    struct element_list one = { 1, (struct element *)(uintptr_t)part };
    struct item_uses uses;
    struct tree body;

    uses_find(n->arena, &one, &uses);
    if (uses.count == 0 || tree_read(part->body, n->arena, &body, NULL) != ERR_OK)
        return;
    uses_resolve(n->txn, n->arena, n->parts, &uses);
    bool is_clip = part->kind.value == ELEMENT_KIND_CLIP;
    struct use use = { .role = is_clip ? role_of_named(n, &body, "track")
                                       : text_of(choice_word(&element_kind_table, part->kind.value)),
                       .section = is_clip ? role_of_named(n, &body, "section") : (struct text){ 0 } };
    use.track = name_of_track(n, part, &body);
    use.has_track = use.track.len > 0;
    for (uint32_t i = 0; i < uses.count; i++) {
        use.media = uses.at[i].resolved;
        if (uses.at[i].known)
            add_use(n, &use);
    }
}

static void log_refusal(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct project *p = state;

    (void)answer;
    if (error == ERR_OK)
        return;
    p->noted = (struct id){ 0 }; /* the next change notes them again */
    log_warn("the uses of a project are not noted: %s", fault->what);
}

static struct id digest_of(const struct persist_use *ask)
{
    struct buffer buffer = { 0 };
    struct id digest;

    if (codec_encode(schema_ask(TEXT("persist.use"))->request, ask, &buffer, NULL) != ERR_OK)
        buffer_reset(&buffer);
    digest = id_of_bytes(buffer.at, buffer.len);
    buffer_free(&buffer);
    return digest;
}

static enum err gather_uses(struct id id, struct txn *txn, struct arena *arena, struct persist_use *ask)
{
    struct element project;
    struct element_list parts;
    struct tree body;
    struct uses_noting noting = { .txn = txn, .arena = arena, .parts = &parts, .to = ask, .room = 64 };
    enum err e = parts_get(txn, arena, id, &project);

    if (e == ERR_OK)
        e = parts_all(txn, arena, id, &parts);
    if (e == ERR_OK)
        e = tree_read(project.body, arena, &body, NULL);
    if (e != ERR_OK)
        return e;
    *ask = (struct persist_use){ .has_id = true, .id = id, .kind = { .value = CONTEXT_KIND_PROJECT }, .whole = true };
    ask->name = tree_text(&body, "name");
    ask->name.len = ask->name.len <= 255 ? ask->name.len : 255;
    ask->uses.at = arena_array(arena, noting.room, sizeof(*ask->uses.at));
    noting.named = arena_array(arena, parts.count + 1, sizeof(*noting.named));
    for (uint32_t i = 0; i < parts.count; i++)
        note_part(&noting, &parts.at[i]);
    sort_uses(&ask->uses);
    return ERR_OK;
}

/* Errors: those of service_ask. */
static enum err send_uses(struct project *p, const struct persist_use *ask)
{
    struct id digest = digest_of(ask);
    enum err e = ERR_OK;

    if (!id_equal(digest, p->noted))
        e = service_ask(p->service, "persist.use", ask, BUDGET_MS, NULL, log_refusal, p, NULL);
    if (e == ERR_OK)
        p->noted = digest;
    return e;
}

static void note_now(struct project *p, struct id project, bool added)
{
    struct arena arena = { 0 };
    struct persist_use ask;
    struct txn *txn;

    (void)added;
    if (project_read(p, &txn, NULL) != ERR_OK)
        return;
    if (gather_uses(project, txn, &arena, &ask) == ERR_OK)
        (void)send_uses(p, &ask);
    txn_end(txn);
    arena_free(&arena);
}

void uses_note(struct project *p, struct id project)
{
    missing_note(p, project, note_now);
}

/* ---- after a start ---- */

static void note_added(struct project *p, struct id project, bool added)
{
    if (added)
        note_now(p, project, added);
}

/* True: `project` is done. A project that never used an item has no context. */
static bool note_project(struct project *p, struct txn *txn, struct arena *arena, struct id project)
{
    struct persist_use ask;
    struct context context;

    missing_note(p, project, note_added);
    if (gather_uses(project, txn, arena, &ask) != ERR_OK)
        return true;
    if (ask.uses.count == 0 && uses_context(txn, arena, project, &context) == ERR_NOT_FOUND)
        return true;
    return send_uses(p, &ask) == ERR_OK;
}

static void look_at_next(void *project)
{
    struct project *p = project;
    struct arena arena = { 0 };
    struct id next;
    struct txn *txn;

    if (project_read(p, &txn, NULL) != ERR_OK)
        return;
    next = parts_next_project(txn, &arena, p->looked_at);
    if (id_is_zero(next))
        service_every(p->service, 0, look_at_next, p);
    else if (note_project(p, txn, &arena, next))
        p->looked_at = next;
    txn_end(txn);
    arena_free(&arena);
}

void uses_note_all(struct project *p)
{
    service_every(p->service, between_projects, look_at_next, p);
}
