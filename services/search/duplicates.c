#include "services/search/duplicates.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/hash.h"
#include "common/process/limits.h"
#include "proto/wire/base64.h"
#include "proto/wire/codec_copy.h"
#include "services/search/search_begin.h"
#include "store/catalogue_facts.h"
#include "store/catalogue_path.h"

/* Limits of one part of a group and of one page: an answer fits LIMIT_ARENA and CODEC_MESSAGE_MAX with any paths. */
enum { PART_COPIES = 1000, PAGE_COPIES = 2000, PAGE_BYTES = 2 << 20, CLOCK_EVERY = 16 };

/* ---- judging ---- */

static enum err begin_judging(struct duplicates *d)
{
    uint32_t groups = groups_count(d->groups);
    struct found_group group;

    if (!limits_leave(d->count * (sizeof(*d->copies) + sizeof(bool)) + groups * (sizeof(*d->verdicts) + sizeof(bool)) +
                      (d->is_wanted ? GROUPS_CUT_BYTES(d->count, groups) : 0)))
        return ERR_FULL;
    if (d->is_wanted)
        groups_cut(d->groups, d->is_wanted, &d->cut);
    d->copies = alloc_zeroed(d->count, sizeof(*d->copies));
    d->is_member = alloc_zeroed(d->count, sizeof(*d->is_member));
    d->verdicts = alloc_zeroed(groups, sizeof(*d->verdicts));
    d->is_shown = alloc_zeroed(groups, sizeof(*d->is_shown));
    for (uint32_t g = 0; groups_cut_get(&d->cut, d->groups, g, &group); g++)
        for (uint32_t i = 0; i < group.count; i++)
            d->is_member[group.at[i]] = true;
    return ERR_OK;
}

/* Zero if the item is gone. */
static struct keep_copy read_copy(struct duplicates *d, struct txn *txn, uint32_t number)
{
    struct media media;
    struct volume volume = { 0 };
    struct bytes path = { 0 };
    struct keep_copy copy = { 0 };

    if (catalogue_media(txn, &d->arena, d->ids[number], &media) == ERR_OK) {
        bool is_known = catalogue_path(txn, &d->arena, &media, &path, &volume) == ERR_OK;
        copy = keep_read(&media, path, !is_known || !path.len);
    }
    arena_reset(&d->arena);
    return copy;
}

static bool has_inside(const struct duplicates *d, const struct found_group *group)
{
    for (uint32_t i = 0; d->is_inside && i < group->count; i++)
        if (d->is_inside[group->at[i]])
            return true;
    return !d->is_inside;
}

/* A group of a looser kind includes the stricter ones, so each copy counts in its loosest group. */
static void sum_up(struct duplicates *d)
{
    struct found_group group;

    for (uint32_t g = groups_cut_count(&d->cut, d->groups); g-- > 0 && groups_cut_get(&d->cut, d->groups, g, &group);) {
        d->verdicts[g] = keep_choose(d->copies, group.at, group.count);
        d->is_shown[g] = has_inside(d, &group);
        if (!d->is_shown[g])
            continue;
        d->totals[group.kind]++;
        d->frees[group.kind] += d->verdicts[g].free;
        if (!d->is_member[group.at[0]])
            continue;
        d->free += d->verdicts[g].free;
        for (uint32_t i = 0; i < group.count; i++)
            d->is_member[group.at[i]] = false;
    }
}

enum err duplicates_judge(struct duplicates *d, struct txn *txn, usec_t until)
{
    enum err e = d->copies ? ERR_OK : begin_judging(d);

    while (e == ERR_OK && d->next < d->count) {
        if (d->is_member[d->next])
            d->copies[d->next] = read_copy(d, txn, d->next);
        if (++d->next % CLOCK_EVERY == 0 && clock_steady() >= until)
            return ERR_OK;
    }
    if (e == ERR_OK)
        sum_up(d);
    d->done = e == ERR_OK;
    return e;
}

/* ---- cursors ---- */

/* The end of the last page: its group, by kind and first copy, and the last copy shown. */
struct page_spot {
    uint8_t version;
    uint8_t kind;
    uint8_t of[6]; /* the beginning of a hash of query and kind */
    struct id first, last;
};
_Static_assert(sizeof(struct page_spot) == 40, "no gaps");

enum { VERSION = 2 }; /* differs from cursors of search.query */

static void hash_ask(const struct search_duplicates *ask, uint8_t to[6])
{
    struct buffer both = { 0 };
    struct hash hash;

    buffer_printf(&both, "%d %u ", ask->has_kind ? (int)ask->kind.value : -1, ask->inside.len);
    buffer_add(&both, ask->inside.at, ask->inside.len);
    buffer_add(&both, ask->query.at, ask->query.len);
    hash = hash_of(both.at, both.len);
    memcpy(to, hash.b, 6);
    buffer_free(&both);
}

static struct text write_cursor(struct arena *arena, const struct search_duplicates *ask, uint8_t kind, struct id first,
                                struct id last)
{
    struct page_spot place = { .version = VERSION, .kind = kind, .first = first, .last = last };
    struct buffer encoded = { 0 };

    hash_ask(ask, place.of);
    base64_write(&encoded, bytes_of(&place, sizeof(place)));
    return arena_take(arena, &encoded);
}

static enum err read_cursor(struct request *request, const struct search_duplicates *ask, struct page_spot *to)
{
    uint8_t of[6];
    struct bytes bytes;

    hash_ask(ask, of);
    if (base64_read(ask->cursor, request->arena, &bytes) && bytes.len == sizeof(*to)) {
        memcpy(to, bytes.at, sizeof(*to));
        if (to->version == VERSION && to->kind < GROUPS_KINDS && memcmp(to->of, of, sizeof(of)) == 0)
            return ERR_OK;
    }
    fault_set(request->fault, ERR_BAD_REQUEST, "this is not a cursor of these duplicates");
    fault_field(request->fault, "cursor");
    return fault_hint(request->fault, "ask without a cursor for the first page, then with the cursor of each answer");
}

/* ---- one group ---- */

static double length_of(const struct duplicate *d)
{
    return d->sample_rate ? (double)d->frames / (double)d->sample_rate : 0;
}

static bool other_container(const struct duplicate *a, const struct duplicate *b)
{
    return !text_equal(a->container, b->container);
}

static bool other_format(const struct duplicate *a, const struct duplicate *b)
{
    return !text_equal(a->sample_format, b->sample_format);
}

static bool other_depth(const struct duplicate *a, const struct duplicate *b)
{
    return a->bit_depth != b->bit_depth;
}

static bool other_rate(const struct duplicate *a, const struct duplicate *b)
{
    return a->sample_rate != b->sample_rate;
}

static bool other_channels(const struct duplicate *a, const struct duplicate *b)
{
    return a->channels != b->channels;
}

static bool other_length(const struct duplicate *a, const struct duplicate *b)
{
    double off = length_of(a) - length_of(b);

    return off > 0.001 || off < -0.001;
}

static bool other_loudness(const struct duplicate *a, const struct duplicate *b)
{
    double off = a->lufs - b->lufs;

    return a->has_lufs && b->has_lufs && (off > 0.3 || off < -0.3);
}

static const struct difference {
    const char *name;
    bool (*is)(const struct duplicate *a, const struct duplicate *b);
} DIFFERENCES[] = {
    { "container", other_container }, { "sample_format", other_format }, { "bit_depth", other_depth },
    { "sample_rate", other_rate },    { "channels", other_channels },    { "length", other_length },
    { "loudness", other_loudness },
};

enum { DIFFERENCE_COUNT = sizeof(DIFFERENCES) / sizeof(*DIFFERENCES) };

static enum err compare_copies(struct arena *arena, struct duplicate_group *group)
{
    group->differs.at = arena_array(arena, DIFFERENCE_COUNT, sizeof(*group->differs.at));
    if (!group->differs.at)
        return ERR_FULL;
    for (size_t k = 0; k < DIFFERENCE_COUNT; k++)
        for (uint32_t i = 1; i < group->each.count; i++)
            if (DIFFERENCES[k].is(&group->each.at[0], &group->each.at[i])) {
                group->differs.at[group->differs.count++] = text_of(DIFFERENCES[k].name);
                break;
            }
    return ERR_OK;
}

/* A page that is being filled. */
struct page_of_groups {
    struct duplicates *d;
    const struct search_duplicates *ask;
    struct txn *txn;
    struct arena *arena;
    struct duplicates_found *found;
    uint32_t copies, bytes;
};

static enum err read_duplicate(struct page_of_groups *page, uint32_t number, struct duplicate *to)
{
    struct arena *scratch = &page->d->arena;
    struct item item = { 0 };
    const struct candidate_sounds *sounds = groups_sounds(page->d->groups);
    enum err e = catalogue_item(page->txn, scratch, page->d->ids[number], &item);

    if (e == ERR_OK) {
        const struct media *media = &item.media;
        struct duplicate one = { .id = page->d->ids[number],
                                 .path = item.path,
                                 .container = media->container,
                                 .sample_format = media->sample_format,
                                 .bit_depth = media->bit_depth,
                                 .sample_rate = media->sample_rate,
                                 .channels = media->channels,
                                 .frames = media->frames,
                                 .size = media->size,
                                 .favourite = media->favourite,
                                 .state = { .value = keep_read(media, item.path, !item.path.len).state },
                                 .mtime = media->mtime,
                                 .has_content = sounds && sounds->each[number].has_content };
        if (one.has_content)
            one.content = bytes_of(sounds->each[number].content, sizeof(sounds->each[number].content));
        for (uint32_t i = 0; i < item.facts.count; i++)
            if (item.facts.at[i].has_number && text_is(item.facts.at[i].attribute, "lufs")) {
                one.has_lufs = true;
                one.lufs = item.facts.at[i].number;
            }
        page->bytes += item.path.len;
        e = codec_copy(&duplicate_shape, &one, page->arena, to);
    }
    arena_reset(scratch);
    return e;
}

/* The best copy may have gone since the copies were read; then another one is chosen. */
static const struct keep_verdict *judge_again(struct page_of_groups *page, uint32_t number,
                                              const struct found_group *group)
{
    struct duplicates *d = page->d;
    struct keep_verdict *verdict = &d->verdicts[number];

    for (uint32_t tries = 0; tries < group->count; tries++) {
        uint32_t keep = group->at[verdict->keep];
        uint8_t state = d->copies[keep].state;
        d->copies[keep] = read_copy(d, page->txn, keep);
        if (d->copies[keep].state == state)
            break;
        *verdict = keep_choose(d->copies, group->at, group->count);
    }
    return verdict;
}

/* Velocity layers of a kit are in one folder and one format. Two copies of one sound rarely are. */
static bool has_layers(struct page_of_groups *page, uint32_t number, const struct found_group *group)
{
    const struct duplicates *d = page->d;
    const struct keep_copy *keep = &d->copies[group->at[d->verdicts[number].keep]];

    for (uint32_t i = 0; i < group->count; i++) {
        const struct keep_copy *one = &d->copies[group->at[i]];
        if (one != keep && one->folder == keep->folder && one->rate == keep->rate && one->depth == keep->depth &&
            one->channels == keep->channels && one->is_lossless == keep->is_lossless && one->content != keep->content)
            return true;
    }
    return false;
}

static enum err fill_part(struct page_of_groups *page, uint32_t number, const struct found_group *from, uint32_t first,
                          struct duplicate_group *to)
{
    const struct keep_verdict *verdict = judge_again(page, number, from);
    uint32_t room = from->count - first < PART_COPIES ? from->count - first : PART_COPIES;

    *to = (struct duplicate_group){ .kind = { .value = DUPLICATE_KIND_SAME_FILE + (int32_t)from->kind },
                                    .keep = page->d->ids[from->at[verdict->keep]],
                                    .has_reason = verdict->reason != 0,
                                    .reason = { .value = verdict->reason },
                                    .count = from->count,
                                    .first = first,
                                    .free = verdict->free };
    to->each.at = arena_array(page->arena, room, sizeof(*to->each.at));
    if (!to->each.at)
        return ERR_FULL;
    for (uint32_t i = first; i < first + room && page->bytes < PAGE_BYTES; i++) {
        enum err e = read_duplicate(page, from->at[i], &to->each.at[to->each.count]);
        if (e == ERR_FULL)
            return e;
        to->each.count += e == ERR_OK;
        to->count -= e != ERR_OK;
        page->copies++;
    }
    to->layers = from->kind == GROUPS_SOUND && has_layers(page, number, from);
    return compare_copies(page->arena, to);
}

/* ---- the page ---- */

static bool is_kind_wanted(const struct search_duplicates *ask, enum group_kind kind)
{
    return !ask->has_kind || ask->kind.value == DUPLICATE_KIND_SAME_FILE + (int32_t)kind;
}

static bool is_before(const struct duplicates *d, const struct found_group *group, const struct page_spot *place)
{
    if (group->kind != place->kind)
        return group->kind < place->kind;
    return id_compare(d->ids[group->at[0]], place->first) < 0;
}

/* The number of the first group on the page: groups are sorted by kind and first copy. */
static uint32_t find_group(const struct duplicates *d, const struct page_spot *place)
{
    uint32_t low = 0, high = groups_cut_count(&d->cut, d->groups);
    struct found_group group;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        groups_cut_get(&d->cut, d->groups, middle, &group);
        if (is_before(d, &group, place))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t copies_before(const struct duplicates *d, const struct found_group *group,
                              const struct page_spot *place)
{
    uint32_t first = 0;

    if (group->kind != place->kind || !id_equal(d->ids[group->at[0]], place->first))
        return 0;
    while (first < group->count && id_compare(d->ids[group->at[first]], place->last) <= 0)
        first++;
    return first;
}

static bool is_full(const struct page_of_groups *page)
{
    return page->found->groups.count >= page->ask->limit || page->copies >= PAGE_COPIES || page->bytes >= PAGE_BYTES;
}

/* Adds the next part of a group, of which `first` copies were shown already. */
static enum err add_part(struct page_of_groups *page, uint32_t number, const struct found_group *group, uint32_t *first)
{
    struct duplicate_group *to = &page->found->groups.at[page->found->groups.count];
    uint32_t before = page->copies;
    enum err e = fill_part(page, number, group, *first, to);

    *first += page->copies - before;
    page->found->groups.count += e == ERR_OK && to->count > 1 && to->each.count > 0;
    return e;
}

/* Finds the next wanted group from `number` on. False: there is none. */
static bool find_wanted(const struct page_of_groups *page, uint32_t *number, struct found_group *group)
{
    while (groups_cut_get(&page->d->cut, page->d->groups, *number, group)) {
        if (page->d->is_shown[*number] && is_kind_wanted(page->ask, group->kind))
            return true;
        ++*number;
    }
    return false;
}

static enum err add_groups(struct page_of_groups *page, const struct page_spot *place)
{
    struct duplicates *d = page->d;
    uint32_t number = place ? find_group(d, place) : 0, first = 0, last = 0;
    struct found_group group, ended = { 0 };
    enum err e = ERR_OK;

    for (uint64_t pass = place ? 0 : page->ask->first; pass > 0 && find_wanted(page, &number, &group); pass--)
        number++;
    for (; e == ERR_OK && !is_full(page) && find_wanted(page, &number, &group); number += first == group.count) {
        first = place ? copies_before(d, &group, place) : 0;
        while (e == ERR_OK && first < group.count && !is_full(page))
            e = add_part(page, number, &group, &first);
        ended = group;
        last = first;
    }
    if (e == ERR_OK && last > 0 && find_wanted(page, &number, &group))
        page->found->cursor =
            write_cursor(page->arena, page->ask, (uint8_t)ended.kind, d->ids[ended.at[0]], d->ids[ended.at[last - 1]]);
    return e;
}

static void fill_totals(const struct duplicates *d, const struct search_duplicates *ask, struct duplicates_found *found)
{
    for (int kind = 0; kind < GROUPS_KINDS; kind++)
        if (is_kind_wanted(ask, (enum group_kind)kind)) {
            found->total += d->totals[kind];
            found->free += d->frees[kind];
        }
    if (!ask->has_kind)
        found->free = d->free;
    found->revision = d->revision;
    found->took_us = d->took_us;
    found->unread = groups_unread(d->groups);
}

enum err duplicates_fill(struct duplicates *d, struct request *request, struct duplicates_found *found)
{
    struct page_of_groups page = { .d = d, .ask = request->ask, .arena = request->arena, .found = found };
    struct page_spot place;
    enum err e = page.ask->cursor.len ? read_cursor(request, page.ask, &place) : ERR_OK;

    if (e == ERR_OK)
        e = search_read(d->search, &page.txn, request->fault);
    if (e != ERR_OK)
        return e;
    found->groups.at = arena_array(request->arena, page.ask->limit + 1, sizeof(*found->groups.at));
    e = found->groups.at ? add_groups(&page, page.ask->cursor.len ? &place : NULL) : ERR_FULL;
    txn_end(page.txn);
    fill_totals(d, page.ask, found);
    if (e == ERR_FULL)
        return limits_refuse(request->fault, "the groups");
    return e == ERR_OK ? e : fault_set(request->fault, e, "the groups of duplicates cannot be read");
}
