/* Protocols with a flaw, selected by name in $BROKEN: a simulator that does not detect them proves nothing. Linked only
 * into a second build, in place of the functions that they break. */
#include <string.h>

#include "proto/service/service.h"
#include "schema_persist.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/places/levels.h"
#include "services/persist/steps/apply.h"
#include "services/persist/turn/progress.h"
#include "store/catalogue.h"
#include "store/changelog.h"
#include "store/changelog_trim.h"
#include "tests/sim/sim.h"

enum { GAP = 100 /* of a thousand rows */, UNDO_NUMBERS = 7 /* of the progress of undo */ };

static bool is_broken(const char *flaw)
{
    return sim.broken && strcmp(sim.broken, flaw) == 0;
}

enum err __real_undo_save(struct persist *p);
enum err __wrap_undo_save(struct persist *p);
void __real_service_fail_held(struct service *service, const struct fault *fault);
void __wrap_service_fail_held(struct service *service, const struct fault *fault);
enum err __real_changelog_recall(struct txn *txn, struct id request, struct remembered *what);
enum err __wrap_changelog_recall(struct txn *txn, struct id request, struct remembered *what);
void __real_recall_prepare(struct call *call, const void *answer, uint64_t effects);
void __wrap_recall_prepare(struct call *call, const void *answer, uint64_t effects);
enum err __real_catalogue_is_analysed(struct txn *txn, struct arena *arena, struct bytes content, bool *is_analysed,
                                      uint64_t *analyser);
enum err __wrap_catalogue_is_analysed(struct txn *txn, struct arena *arena, struct bytes content, bool *is_analysed,
                                      uint64_t *analyser);
enum err __real_changelog_add(struct writing *w, const struct change *change);
enum err __wrap_changelog_add(struct writing *w, const struct change *change);

/* The last call before a commit. */
enum err __wrap_undo_save(struct persist *p)
{
    if (is_broken("acks_before_the_commit"))
        service_release(p->service);
    return is_broken("forgets_where_undo_stands") ? ERR_OK : __real_undo_save(p);
}

void __wrap_service_fail_held(struct service *service, const struct fault *fault)
{
    if (is_broken("acks_a_failed_commit"))
        service_release(service);
    else
        __real_service_fail_held(service, fault);
}

enum err __wrap_changelog_recall(struct txn *txn, struct id request, struct remembered *what)
{
    if (is_broken("forgets_requests"))
        return ERR_NOT_FOUND;
    enum err e = __real_changelog_recall(txn, request, what);
    if (is_broken("does_not_compare_digests"))
        what->digest = 0;
    return e;
}

enum err __wrap_catalogue_is_analysed(struct txn *txn, struct arena *arena, struct bytes content, bool *is_analysed,
                                      uint64_t *analyser)
{
    enum err e = __real_catalogue_is_analysed(txn, arena, content, is_analysed, analyser);

    *is_analysed = *is_analysed || is_broken("believes_any_verdict");
    return e;
}

void __wrap_recall_prepare(struct call *call, const void *answer, uint64_t effects)
{
    if (!is_broken("prepares_nothing"))
        __real_recall_prepare(call, answer, effects);
}

/* The limits for rows from within the longest budget. */
void flaw_in_limits(struct changelog_limits *limits)
{
    if (is_broken("trims_young_answers"))
        limits->young = limits->age = 0;
    if (is_broken("does_not_trim"))
        limits->rows = limits->bytes = UINT64_MAX;
}

enum err __wrap_changelog_add(struct writing *w, const struct change *change)
{
    if (is_broken("leaves_gaps_in_the_log") && sim_chance(GAP))
        return ERR_OK;
    return __real_changelog_add(w, change);
}

void flaw_in_edit(struct edit *edit)
{
    if (is_broken("does_not_look_at_expect"))
        edit->has_expect = false;
    if (is_broken("forgets_no_item"))
        edit->has_forgotten = false;
}

/* An apply that continues a step has its number before its first action. */
void flaw_in_step(struct step_in_hand *step, uint64_t top)
{
    if (is_broken("begins_a_step_anew") && step->is_open && step->first <= top)
        step->first = 0;
}

/* ---- steps in parts ---- */

/* An ask that is sent again does its actions again. */
bool flaw_in_progress(void)
{
    return is_broken("begins_a_long_change_anew");
}

/* Each part is a step of its own. */
void flaw_in_part(struct apply_part *part)
{
    if (is_broken("makes_each_part_a_step"))
        part->step = 0;
}

enum err __real_progress_store(struct persist *p, const struct multipart *work, const uint64_t *numbers,
                               uint32_t count);
enum err __wrap_progress_store(struct persist *p, const struct multipart *work, const uint64_t *numbers,
                               uint32_t count);

/* The world of this flaw is rare. It is one in which undo stores no progress, because that draws further chances. */
enum err __wrap_progress_store(struct persist *p, const struct multipart *work, const uint64_t *numbers, uint32_t count)
{
    if (is_broken("overlooks_folders_that_come") && count == UNDO_NUMBERS)
        return ERR_OK;
    return __real_progress_store(p, work, numbers, count);
}

/* When a step is undone in parts, one row between two parts is left out. */
void flaw_in_position(struct persist *p, struct undo_pointers *to)
{
    struct undo_step row;
    const bool is_cut = to->at < p->undo.at && to->at < to->top &&
                        undo_row(p->w.txn, &p->arena, (struct id){ { 0 } }, to->at + 1, &row) == ERR_OK &&
                        row.has_first;

    to->at -= is_cut && to->at > 0 && is_broken("leaves_a_row_between_parts");
}

/* ---- libraries in libraries, and forgetting ---- */

enum err __real_places_lie_in_library(struct persist *p, const struct folder *folder, bool *lies);
enum err __wrap_places_lie_in_library(struct persist *p, const struct folder *folder, bool *lies);
enum err __real_levels_gather(struct persist *p, struct levels *levels, uint32_t at, bool *is_whole);
enum err __wrap_levels_gather(struct persist *p, struct levels *levels, uint32_t at, bool *is_whole);
enum err __real_forgetting_take(struct persist *p, const struct undo_step *row, bool back, struct done *done,
                                struct fault *fault);
enum err __wrap_forgetting_take(struct persist *p, const struct undo_step *row, bool back, struct done *done,
                                struct fault *fault);
void __real_forgetting_resume(struct persist *p);
void __wrap_forgetting_resume(struct persist *p);
enum err __real_forgotten_begin_emptying(struct persist *p, struct call *call);
enum err __wrap_forgotten_begin_emptying(struct persist *p, struct call *call);

void __real_removal_outdate(struct persist *p);
void __wrap_removal_outdate(struct persist *p);

void __wrap_removal_outdate(struct persist *p)
{
    if (!is_broken("overlooks_folders_that_come"))
        __real_removal_outdate(p);
}

static bool has_library_above(struct persist *p, struct folder at)
{
    while (!id_is_zero(at.parent) && catalogue_folder(p->w.txn, &p->arena, at.parent, &at) == ERR_OK)
        if (at.library)
            return true;
    return false;
}

enum err __wrap_places_lie_in_library(struct persist *p, const struct folder *folder, bool *lies)
{
    enum err e = __real_places_lie_in_library(p, folder, lies);

    *lies = *lies && !is_broken("overlooks_the_library_around");
    if (*lies && is_broken("overlooks_the_library_of_the_mount"))
        *lies = has_library_above(p, *folder);
    return e;
}

static bool add_library(void *levels, const struct folder *folder)
{
    return !folder->library || levels_add(levels, folder->id) == ERR_OK;
}

enum err __wrap_levels_gather(struct persist *p, struct levels *levels, uint32_t at, bool *is_whole)
{
    enum err e = __real_levels_gather(p, levels, at, is_whole);

    if (e == ERR_OK && *is_whole && is_broken("enters_the_library_inside"))
        e = catalogue_each_subfolder(p->w.txn, &p->arena, levels->folders[at], add_library, levels);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* The items of the library are those that were forgotten at its time. */
enum err __wrap_forgetting_take(struct persist *p, const struct undo_step *row, bool back, struct done *done,
                                struct fault *fault)
{
    struct undo_step flawed = *row;

    flawed.forgotten += is_broken("mistakes_the_time_of_forgetting");
    return __real_forgetting_take(p, &flawed, back, done, fault);
}

/* ---- packs ---- */

enum err __real_repack_begin(struct persist *p, struct id folder, struct text old);
enum err __wrap_repack_begin(struct persist *p, struct id folder, struct text old);
void __real_repack_resume(struct persist *p);
void __wrap_repack_resume(struct persist *p);

enum err __wrap_repack_begin(struct persist *p, struct id folder, struct text old)
{
    return is_broken("leaves_the_packs_of_a_moved_folder") ? ERR_OK : __real_repack_begin(p, folder, old);
}

void __wrap_repack_resume(struct persist *p)
{
    if (!is_broken("does_not_go_on_with_packs"))
        __real_repack_resume(p);
}

/* ---- relinks, and the way back to a step ---- */

enum err __real_catalogue_exchange_media(struct writing *w, const struct media was[2], const struct media now[2]);
enum err __wrap_catalogue_exchange_media(struct writing *w, const struct media was[2], const struct media now[2]);
enum err __real_undo_begin(struct persist *p, struct call *call, const struct persist_undo *ask,
                           struct taken_back *answer);
enum err __wrap_undo_begin(struct persist *p, struct call *call, const struct persist_undo *ask,
                           struct taken_back *answer);

/* The other item stays in all results. */
enum err __wrap_catalogue_exchange_media(struct writing *w, const struct media was[2], const struct media now[2])
{
    struct media flawed[2] = { now[0], now[1] };

    flawed[1].has_forgotten = now[1].has_forgotten && !is_broken("keeps_the_other_item");
    return __real_catalogue_exchange_media(w, was, flawed);
}

/* Only the last step is taken back. */
enum err __wrap_undo_begin(struct persist *p, struct call *call, const struct persist_undo *ask,
                           struct taken_back *answer)
{
    struct persist_undo flawed = *ask;

    flawed.has_to = ask->has_to && !is_broken("goes_back_one_step_only");
    return __real_undo_begin(p, call, &flawed, answer);
}

bool flaw_in_continuing(void)
{
    return is_broken("leaves_items_half_forgotten");
}

void __wrap_forgetting_resume(struct persist *p)
{
    if (!is_broken("leaves_items_half_forgotten"))
        __real_forgetting_resume(p);
}

/* An emptying treats items that are forgotten during its parts like those that were forgotten before it. */
enum err __wrap_forgotten_begin_emptying(struct persist *p, struct call *call)
{
    uint64_t head = p->head;

    p->head += is_broken("empties_what_is_forgotten_since") ? UINT32_MAX : 0;
    enum err e = __real_forgotten_begin_emptying(p, call);
    p->head = head;
    return e;
}
