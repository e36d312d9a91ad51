
#include "services/project/handlers/handler_parts.h"

#include "common/naming/safe_names.h"
#include "common/process/log.h"
#include "schema_streamer.h"
#include "services/project/autosave/autosave.h"
#include "services/project/files/mirror.h"
#include "services/project/handlers/recheck.h"
#include "services/project/parts/altered.h"
#include "services/project/parts/document.h"
#include "services/project/parts/import_note.h"
#include "services/project/parts/kinds.h"
#include "services/project/parts/loop_body.h"
#include "services/project/parts/region_body.h"
#include "services/project/parts/sound_body.h"
#include "services/project/parts/uses.h"
#include "store/catalogue.h"

enum { ABSENT_MOST = 8, ALTERED_MOST = 8, NAME_MOST = 255, LOOPS_US = 10000000 };

/* ---- names and folders ---- */

enum err handler_check_unused(struct work *work, struct txn *txn, struct text name, struct id as, struct fault *fault)
{
    struct element found = { .project = elements_draft_id };

    if (parts_find(txn, &work->arena, name, &found, NULL) != ERR_OK && !text_is(name, "draft"))
        return ERR_OK;
    if (id_equal(found.project, as))
        return ERR_OK;
    fault_set(fault, ERR_EXISTS, "there is a project \"%.*s\" already", TEXT_ARG(name));
    fault_hint(fault, "`loophole project open NAME` opens it");
    return ERR_EXISTS;
}

struct folder_search {
    struct txn *txn;
    struct arena *arena;
    struct text folder;
    struct id found, but;
};

static bool find_in_folder(void *state, const struct element *element)
{
    struct folder_search *f = state;

    if (!id_equal(element->project, f->but) &&
        text_equal(elements_folder(f->txn, f->arena, element->project), f->folder))
        f->found = element->project;
    return id_is_zero(f->found);
}

struct id handler_in_that_folder(struct work *work, struct txn *txn, struct id but)
{
    struct folder_search search = { .txn = txn, .arena = &work->arena, .folder = work->folder, .but = but };

    (void)elements_each_project(txn, &work->arena, find_in_folder, &search);
    return search.found;
}

enum err handler_check_folder(struct work *work, struct txn *txn, struct id as, struct fault *fault)
{
    if (id_is_zero(handler_in_that_folder(work, txn, as)))
        return ERR_OK;
    fault_set(fault, ERR_EXISTS, "another project has the folder %.*s",
              work->folder.len < 150 ? (int)work->folder.len : 150, work->folder.at);
    return fault_hint(fault, "choose another folder with --folder"), ERR_EXISTS;
}

struct text handler_in_folder(struct arena *arena, struct text folder, const char *file)
{
    return arena_printf(arena, "%.*s/%s", TEXT_ARG(folder), file);
}

static enum err check_folder(struct text folder, struct fault *fault)
{
    enum err e = ERR_OK;

    if (folder.at[0] != '/')
        e = fault_set(fault, ERR_BAD_REQUEST, "the folder \"%.*s\" is not an absolute path: begin it with /",
                      folder.len < 100 ? (int)folder.len : 100, folder.at);
    else if (!text_is_utf8(folder) || folder.len > WORK_FOLDER_MOST)
        e = fault_set(fault, ERR_BAD_REQUEST, "the folder's path is not UTF-8, or longer than %d bytes",
                      WORK_FOLDER_MOST);
    return e == ERR_OK || !fault ? e : fault_field(fault, "folder");
}

enum err handler_new_folder(struct work *work, struct bytes given, struct text name, struct fault *fault)
{
    struct text folder = { given.len, (const char *)given.at };
    char safe[SAFE_NAME_SIZE];

    safe_name_write(name, safe);
    while (folder.len > 1 && folder.at[folder.len - 1] == '/')
        folder.len--;
    work->folder =
        folder.len ? arena_text(&work->kept, folder) : arena_printf(&work->kept, "%s/%s", work->p->folder, safe);
    return check_folder(work->folder, fault);
}

/* ---- the mirror ---- */

static void read_project_file(struct work *work, struct txn *txn, enum file_io_kind kind)
{
    struct tree place;
    struct text folder;

    if (work->filed.code == ERR_TIMEOUT) /* its disk does not answer: the answer has only what the store knows */
        return;
    parts_place(txn, &work->arena, work->id, &place);
    folder = tree_text(&place, "folder");
    if (folder.len)
        work_file(work, kind, handler_in_folder(&work->arena, folder, "project.json"), (struct bytes){ 0 });
}

enum err handler_read_mirror(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)fault;
    read_project_file(work, txn, FILE_IO_READ);
    return ERR_OK;
}

enum err handler_read_document(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)fault;
    read_project_file(work, txn, FILE_IO_DOCUMENT);
    return ERR_OK;
}

struct text handler_compare_mirror(struct work *work, struct txn *txn)
{
    return mirror_compare(txn, &work->arena, work->id, work->filed.code, buffer_bytes(&work->bytes));
}

/* ---- states ---- */

/* An item that the catalogue does not have has the name in the project's file. */
static struct text name_item(struct txn *txn, struct arena *arena, const struct element_list *parts,
                             const struct item_use *use)
{
    const struct element *part = parts_in(parts, use->id);
    char id[ID_TEXT_SIZE];
    struct media media;
    struct tree body;

    if (catalogue_media(txn, arena, use->known ? use->resolved : use->id, &media) == ERR_OK)
        return media.name;
    if (part && tree_read(part->body, arena, &body, NULL) == ERR_OK && tree_text(&body, "name").len > 0 &&
        tree_text(&body, "name").len <= NAME_MOST)
        return tree_text(&body, "name");
    return arena_text(arena, text_of(id_write(use->id, id)));
}

static void count_uses(struct txn *txn, struct arena *arena, const struct element_list *parts,
                       const struct item_uses *uses, struct project_line *state)
{
    state->items = uses->count;
    state->absent.at = arena_array(arena, ABSENT_MOST, sizeof(*state->absent.at));
    for (uint32_t i = 0; i < uses->count; i++) {
        state->missing += uses->at[i].state == USE_MISSING;
        state->offline += uses->at[i].state == USE_OFFLINE;
        if (uses->at[i].state != USE_HERE && state->absent.count < ABSENT_MOST)
            state->absent.at[state->absent.count++] = name_item(txn, arena, parts, &uses->at[i]);
    }
    state->has_absent = state->absent.count > 0;
}

static void fill_items(struct project *p, struct txn *txn, struct arena *arena, const struct element_list *parts,
                       const struct tree *document, struct project_line *state, struct item_uses *uses)
{
    struct item_uses altered;

    uses_find(arena, parts, uses);
    uses_resolve(txn, arena, parts, uses);
    count_uses(txn, arena, parts, uses, state);
    altered = altered_uses(txn, arena, uses, document);
    state->altered = altered.count;
    state->altered_items = (struct text_list){ 0, arena_array(arena, ALTERED_MOST, sizeof(*state->altered_items.at)) };
    for (uint32_t i = 0; i < altered.count && i < ALTERED_MOST; i++)
        state->altered_items.at[state->altered_items.count++] = name_item(txn, arena, parts, &altered.at[i]);
    recheck_fill(p, arena, parts, ALTERED_MOST, state);
    state->has_altered = state->has_altered_items = state->altered > 0;
}

static void fill_body(const struct tree *body, const struct tree *place, struct project_line *state)
{
    struct text folder = tree_text(place, "folder");

    state->name = tree_text(body, "name");
    state->folder = bytes_of(folder.at, folder.len);
    state->bpm = tree_real(body, "bpm", 120);
    state->swing = tree_real(body, "swing", 0);
    state->key = tree_text(body, "key");
    state->tempo_lock = tree_bool(body, "tempo_lock", false);
    state->revision = (uint64_t)tree_real(place, "saved", 0);
}

/* The tempo is that of the current sound, if the project keeps it. */
static void fill_tempo(struct arena *arena, const struct element_list *parts, struct project_line *state)
{
    struct tree body;

    for (uint32_t i = 0; i < parts->count; i++)
        if (id_equal(parts->at[i].id, sound_body_id(state->id)) &&
            tree_read(parts->at[i].body, arena, &body, NULL) == ERR_OK) {
            state->bpm = tree_real(&body, "bpm", state->bpm);
            state->swing = tree_real(&body, "swing", state->swing);
        }
}

static void count_loops(struct arena *arena, const struct element_list *parts, struct project_line *state)
{
    struct region regions[REGION_KEYS];
    struct text unused = { 0 };
    struct loop loop;
    struct tree body;
    uint32_t keys = 0;

    state->has_loops = state->has_regions = true;
    for (uint32_t i = 0; i < parts->count; i++) {
        const struct element *part = &parts->at[i];
        if (loop_body_read(part, arena, &loop))
            keys |= 1u << (loop.fkey - LOOP_FKEY_FIRST); /* of two loops of a key one counts */
        if (part->kind.value != ELEMENT_KIND_CLIP ||
            !memmem(part->body.at, part->body.len, REGION_BODY_KEY, strlen(REGION_BODY_KEY)) ||
            tree_read(part->body, arena, &body, NULL) != ERR_OK)
            continue;
        region_body_read(&body, arena, regions, &unused);
        for (uint32_t n = 0; n < REGION_KEYS; n++)
            state->regions += regions[n].key != 0;
    }
    state->loops = (uint64_t)__builtin_popcount(keys);
}

static void fill_autosave(const struct project *p, struct arena *arena, const struct tree *place,
                          struct project_line *state)
{
    struct bundle_import import;
    const struct autosave_offer *offer = autosave_offered(p, state->id);
    const char *trouble = autosave_trouble(p, state->id);

    state->has_recovery_prompt = offer && (offer->is_elsewhere ? offer->saved == state->revision : state->dirty);
    if (state->has_recovery_prompt) {
        import_note_read(place, arena, &import);
        state->recovery_prompt = import_note_prompt(&import, autosave_prompt(offer, state->name, arena), arena);
    }
    state->has_autosave_trouble = trouble[0] != '\0';
    state->autosave_trouble = arena_text(arena, text_of(trouble));
}

enum err handler_fill_state_of(struct project *p, struct txn *txn, struct arena *arena, const struct element *project,
                               uint64_t beside, struct project_line *state, struct element_list *parts,
                               struct item_uses *uses)
{
    struct parts_save save;
    struct tree body, place, document;
    struct id current;
    enum err e = parts_all(txn, arena, project->project, parts);

    if (e == ERR_OK)
        e = tree_read(project->body, arena, &body, NULL);
    if (e != ERR_OK)
        return e;
    parts_place(txn, arena, project->project, &place);
    *state = (struct project_line){ .id = project->project };
    fill_body(&body, &place, state);
    fill_tempo(arena, parts, state);
    count_loops(arena, parts, state);
    state->current = elements_current(txn, arena, &current) == ERR_OK && id_equal(current, project->project);
    document_make(arena, project, parts, &document);
    (void)parts_last_save(txn, arena, project->project, &save);
    state->dirty = save.number == 0 || !text_equal(document_hash(&document, arena), tree_text(&save.body, "content"));
    if (beside)
        (void)parts_save_of(txn, arena, project->project, beside, &save);
    fill_items(p, txn, arena, parts, save.number ? tree_get(&save.body, "document") : NULL, state, uses);
    fill_autosave(p, arena, &place, state);
    return ERR_OK;
}

enum err handler_fill_state(struct project *p, struct txn *txn, struct arena *arena, const struct element *project,
                            uint64_t beside, struct project_line *state)
{
    struct element_list parts;
    struct item_uses uses;

    return handler_fill_state_of(p, txn, arena, project, beside, state, &parts, &uses);
}

static void fill_import(struct txn *txn, struct arena *arena, struct project_line *state)
{
    struct bundle_import import;
    struct tree place;

    parts_place(txn, arena, state->id, &place);
    import_note_read(&place, arena, &import);
    state->has_import_dialog_filters = state->has_import_asset_count = state->has_import_manifest_sha256 = true;
    state->has_import_bundle_root = state->has_import_sampler_asset_names = state->has_import_summary = true;
    state->import_dialog_filters = import.dialog_filters;
    state->import_asset_count = import.asset_count;
    state->import_manifest_sha256 = import.manifest_sha256;
    state->import_bundle_root = import.bundle_root;
    state->import_sampler_asset_names = import.asset_names;
    state->import_summary = import_note_summary(&import, arena);
}

void handler_answer_filled(struct work *work, struct txn *txn, struct project_line *state)
{
    fill_import(txn, &work->arena, state);
    state->has_unheard = state->unheard = work->is_unheard;
    state->mirror = work->mirror.len ? work->mirror : handler_compare_mirror(work, txn);
    state->has_away_reason = text_is(state->mirror, "away") && work->filed.code != ERR_OK;
    state->away_reason = arena_text(&work->arena, text_of(work->filed.what));
    work_answer(work, state);
}

enum err handler_answer_state(struct work *work, struct txn *txn, struct fault *fault)
{
    struct project_line state;
    struct element project;
    enum err e = work_project(work, txn, &project, fault);

    if (e == ERR_OK)
        e = handler_fill_state(work->p, txn, &work->arena, &project, work->beside, &state);
    if (e == ERR_OK)
        handler_answer_filled(work, txn, &state);
    return e;
}

/* ---- loops ---- */

static void take_stopped(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)answer;
    if (error != ERR_OK)
        log_warn("the loops of the project before were not stopped: %s", fault ? fault->what : err_name(error));
    work_continue(state);
}

static void take_moved(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)answer;
    if (error != ERR_OK)
        log_warn("the loops that play are not those of the copy: %s", fault ? fault->what : err_name(error));
    work_continue(state);
}

/* Without an open project the keys are those of the draft. */
static struct id owner_of_keys(struct work *work, struct txn *txn)
{
    struct id open;

    return elements_current(txn, &work->arena, &open) == ERR_OK ? open : elements_draft_id;
}

bool handler_stop_other_loops(struct work *work, struct txn *txn)
{
    const struct streamer_stop request = {
        .fade = 0.005, .has_loop_key = true, .has_loop_except = true, .loop_except = owner_of_keys(work, txn)
    };
    const usec_t left = work_end_of_wait(work, LOOPS_US) - clock_steady();
    struct fault fault = { 0 };

    if (work->has_cleared || !service_is_supervised(work->p->service, "streamer"))
        return false;
    work->has_cleared = true;
    work->is_sent = service_ask(work->p->service, "streamer.stop", &request, (uint32_t)(left / 1000) + 1, NULL,
                                take_stopped, work, &fault) == ERR_OK;
    return work->is_sent;
}

bool handler_move_loops(struct work *work, struct id from)
{
    const struct streamer_move_loops request = { .from = from, .to = work->id };
    const usec_t left = work_end_of_wait(work, LOOPS_US) - clock_steady();
    struct fault fault = { 0 };

    if (!service_is_supervised(work->p->service, "streamer"))
        return false;
    work->is_sent = service_ask(work->p->service, "streamer.move_loops", &request, (uint32_t)(left / 1000) + 1, NULL,
                                take_moved, work, &fault) == ERR_OK;
    return work->is_sent;
}
