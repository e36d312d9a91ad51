/* What was played on the pads becomes a MIDI file or an audio file in the project's Media, and a clip of it on a track.
 * First the file is written, then one apply makes the parts, so a death leaves at most a file that no part names. */
#include <string.h>

#include "common/naming/safe_names.h"
#include "common/sound/pad_note.h"
#include "services/project/handlers/media_tree.h"
#include "services/project/kit/heard_midi.h"
#include "services/project/kit/heard_render.h"
#include "services/project/kit/kit_handlers.h"
#include "services/project/kit/kit_played.h"
#include "services/project/kit/kit_render.h"
#include "services/project/parts/action.h"

enum { DRUMS = 9 /* the MIDI channel 10 */ };
enum { BEATS_BAR = 4, BEATS_MOST = 1000000000, MEDIA_US = 3000000 };

struct commit_job {
    struct kit_played played;
    bool is_written;
    uint32_t hits; /* notes in the file */
    struct text path;
};

static enum err begin_commit(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn;
    work->own = arena_alloc(&work->kept, sizeof(struct commit_job));
    *(struct commit_job *)work->own = (struct commit_job){ .is_written = false };
    return kit_played_ask_pads(work, fault);
}

/* ---- the file ---- */

static struct id made_id(const struct work *work, const char *what)
{
    uint8_t bytes[sizeof(work->sender.request.b) + 8] = { 0 };

    memcpy(bytes, work->sender.request.b, sizeof(work->sender.request.b));
    memcpy(bytes + sizeof(work->sender.request.b), what, strnlen(what, 8));
    return id_of_bytes(bytes, sizeof(bytes));
}

static struct text item_name(const struct project_commit_kit *ask, struct arena *arena)
{
    return arena_printf(arena, "%.*s %llu bar%s", TEXT_ARG(ask->track), (unsigned long long)ask->bars,
                        text_plural(ask->bars));
}

static bool is_audio(const struct work *work)
{
    const struct project_commit_kit *ask = work->ask;

    return ask->has_as_audio && ask->as_audio;
}

/* Media/MIDI/NAME, with the end of the item's id: no other file has it. */
static struct text name_of_file(struct work *work)
{
    char safe[SAFE_NAME_SIZE], id[ID_TEXT_SIZE];

    safe_name_write(item_name(work->ask, &work->arena), safe);
    return arena_printf(&work->kept, PARTS_MEDIA "%s/%.200s %s.%s", is_audio(work) ? "Audio" : "MIDI", safe,
                        id_write(made_id(work, "item"), id) + ID_TEXT_SIZE - 9, is_audio(work) ? "wav" : "mid");
}

static struct text path_of_file(struct work *work, struct txn *txn)
{
    const struct text folder = elements_folder(txn, &work->arena, work->id);

    return arena_printf(&work->kept, "%.*s/%.*s", TEXT_ARG(folder), TEXT_ARG(name_of_file(work)));
}

static void list_keys(const struct kit_played *played, struct heard_key to[HEARD_PADS])
{
    for (uint32_t i = 0; i < HEARD_PADS; i++) {
        const struct pad *pad = &played->pads[i];
        to[i] = (struct heard_key){ .note = (uint8_t)(pad->has_note ? pad->note : pad_note_in_file(pad_note(i))),
                                    .channel = (uint8_t)(pad->has_channel ? pad->channel : DRUMS) };
    }
}

static enum err write_midi(struct work *work, struct txn *txn)
{
    const struct project_commit_kit *ask = work->ask;
    struct commit_job *job = work->own;
    const struct kit_played *played = &job->played;
    struct heard_key keys[HEARD_PADS];
    struct buffer bytes = { 0 };
    struct midi_file midi;

    list_keys(played, keys);
    heard_midi(&played->heard, played->first, (uint32_t)ask->bars, played->rate, keys, ask->track, &work->arena, &midi,
               &job->hits);
    midi_file_write(&midi, &bytes);
    job->path = path_of_file(work, txn);
    job->is_written = true;
    work_file(work, FILE_IO_MEDIA, job->path, buffer_bytes(&bytes));
    buffer_free(&bytes);
    return ERR_OK;
}

static enum err write_audio(struct work *work, struct txn *txn)
{
    const struct project_commit_kit *ask = work->ask;
    struct commit_job *job = work->own;
    const struct kit_played *played = &job->played;
    struct render_job render = { .tag = text_of(work->p->paths->tag), .rate = played->rate };

    job->hits = heard_render(&played->heard, played->first, (uint32_t)ask->bars, &work->arena, &render);
    job->path = path_of_file(work, txn);
    job->is_written = true;
    kit_render(work, elements_folder(txn, &work->arena, work->id), name_of_file(work), &render);
    return ERR_OK;
}

/* ---- the parts ---- */

struct track_search {
    struct arena *arena;
    struct text name;
    struct id found;
    double order; /* the highest */
};

static bool see_track(void *state, const struct element *part)
{
    struct track_search *search = state;
    struct tree body;
    double order;

    if (part->kind.value != ELEMENT_KIND_TRACK || tree_read(part->body, search->arena, &body, NULL) != ERR_OK)
        return true;
    order = tree_real(&body, "order", 0);
    search->order = order > search->order ? order : search->order;
    if (id_is_zero(search->found) && text_equal(tree_text(&body, "name"), search->name))
        search->found = part->id;
    return true;
}

static struct text write_track(const struct track_search *search, struct arena *arena)
{
    struct tree body = { .type = TREE_OBJECT };

    tree_set(&body, arena, "name", tree_of_text(search->name));
    tree_set(&body, arena, "order", tree_of_real(search->order + 1));
    return tree_canonical(&body, arena);
}

static struct text write_item(const struct work *work, struct arena *arena)
{
    const struct commit_job *job = work->own;
    struct tree body = { .type = TREE_OBJECT }, storage = { .type = TREE_OBJECT };

    tree_set(&storage, arena, "path", tree_of_text(job->path));
    tree_set(&body, arena, "name", tree_of_text(item_name(work->ask, arena)));
    tree_set(&body, arena, "origin", tree_of_text(TEXT("recorded")));
    tree_set(&body, arena, "storage", storage);
    return tree_canonical(&body, arena);
}

/* The frames of the audio clock and the number of notes stay with the clip. */
static struct tree write_played(const struct commit_job *job, uint64_t bars, struct arena *arena)
{
    const struct heard_bar *first = &job->played.heard.bars[job->played.first], *last = first + bars - 1;
    const uint64_t lost = heard_lost(&job->played.heard, job->played.first, (uint32_t)bars);
    struct tree played = { .type = TREE_OBJECT };

    tree_set(&played, arena, "bars", tree_of_whole((int64_t)bars));
    tree_set(&played, arena, "from", tree_of_whole((int64_t)first->begin));
    tree_set(&played, arena, "hits", tree_of_whole(job->hits));
    if (lost)
        tree_set(&played, arena, "lost", tree_of_whole((int64_t)lost));
    tree_set(&played, arena, "until", tree_of_whole((int64_t)(last->begin + last->frames + 0.5)));
    return played;
}

static struct text write_clip(const struct work *work, struct id track, struct arena *arena)
{
    const struct project_commit_kit *ask = work->ask;
    const struct commit_job *job = work->own;
    const double start = (double)job->played.heard.bars[job->played.first].number * BEATS_BAR;
    struct tree body = { .type = TREE_OBJECT };

    tree_set(&body, arena, "base", tree_of_text(TEXT("beats")));
    tree_set(&body, arena, "item", tree_of_id(made_id(work, "item"), arena));
    tree_set(&body, arena, "length", tree_of_real((double)ask->bars * BEATS_BAR));
    tree_set(&body, arena, "name", tree_of_text(item_name(ask, arena)));
    tree_set(&body, arena, "played", write_played(job, ask->bars, arena));
    tree_set(&body, arena, "start", tree_of_real(start >= 0 && start <= BEATS_MOST ? start : 0));
    tree_set(&body, arena, "track", tree_of_id(track, arena));
    return tree_canonical(&body, arena);
}

static enum err put_parts(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_commit_kit *ask = work->ask;
    struct track_search search = { .arena = &work->arena, .name = ask->track };
    struct action actions[3];
    char scope[ID_TEXT_SIZE];
    uint32_t count = 0;
    enum err e = work->filed.code;

    if (e != ERR_OK)
        return *fault = work->filed, e;
    e = elements_each_part(txn, &work->arena, work->id, see_track, &search);
    if (e != ERR_OK)
        return fault_set(fault, e, "the tracks cannot be read");
    if (id_is_zero(search.found)) {
        search.found = made_id(work, "track");
        actions[count++] =
            action_put(ELEMENT_KIND_TRACK, work->id, search.found, write_track(&search, &work->arena), 0);
    }
    actions[count++] =
        action_put(ELEMENT_KIND_ITEM, work->id, made_id(work, "item"), write_item(work, &work->arena), 0);
    actions[count++] =
        action_put(ELEMENT_KIND_CLIP, work->id, made_id(work, "clip"), write_clip(work, search.found, &work->arena), 0);
    const struct persist_apply apply = { .label = TEXT("commit kit"),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { count, actions } };
    return work_apply(work, &apply, fault);
}

static enum err plan_commit(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_commit_kit *ask = work->ask;
    const struct kit_played_choice choice = { ask->bars, ask->has_quantise ? ask->quantise : 0,
                                              ask->has_strength ? ask->strength : 1 };
    struct commit_job *job = work->own;
    enum err e = kit_played_read(work, &job->played, &choice, fault);

    if (e != ERR_OK || work->is_sent)
        return e;
    if (job->is_written)
        return put_parts(work, txn, fault);
    return is_audio(work) ? write_audio(work, txn) : write_midi(work, txn);
}

/* ---- the answer ---- */

static uint64_t whole_of(const struct tree *object, const char *key)
{
    const double real = tree_real(object, key, 0);

    return real >= 0 && real < 1e15 ? (uint64_t)real : 0;
}

static void read_clip(const struct tree *body, struct kit_committed *to)
{
    const struct tree *played = tree_get(body, "played");

    to->name = tree_text(body, "name");
    to->start = tree_real(body, "start", 0);
    to->bars = played ? whole_of(played, "bars") : 0;
    to->hits = played ? whole_of(played, "hits") : 0;
    to->lost = played ? whole_of(played, "lost") : 0;
    to->has_lost = to->lost > 0;
    to->from = played ? (int64_t)whole_of(played, "from") : 0;
    to->until = played ? (int64_t)whole_of(played, "until") : 0;
    (void)tree_id(body, "track", &to->track);
}

static enum err answer_commit(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_commit_kit *ask = work->ask;
    struct kit_committed answer = {
        .project = work->id, .item = made_id(work, "item"), .clip = made_id(work, "clip"), .track_name = ask->track
    };
    const struct text path = path_of_file(work, txn);
    struct element part;
    struct tree body;
    enum err e = parts_one(txn, &work->arena, work->id, answer.clip, &part, fault);

    if (e == ERR_OK)
        e = tree_read(part.body, &work->arena, &body, fault);
    if (e != ERR_OK)
        return e;
    if (!work->has_waited) {
        work->has_waited = true;
        media_tree_add(work->p, work->id);
        media_tree_wait(work, work_end_of_wait(work, MEDIA_US));
        return ERR_OK;
    }
    read_clip(&body, &answer);
    answer.path = bytes_of(path.at, path.len);
    work_answer(work, &answer);
    return ERR_OK;
}

const struct handler kit_handler_commit = {
    .writes_media = true,
    .ends_when_done = true,
    .before = begin_commit,
    .plan = plan_commit,
    .answer = answer_commit,
};
