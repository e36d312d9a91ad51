/* The change log of the store, and the requests that it remembers, against what was committed. */
#include "services/persist/turn/turn.h"
#include "store/catalogue.h"
#include "store/changelog.h"
#include "tests/sim/history.h"
#include "tests/sim/journal.h"

static bool hold_row(void *state, const struct change *change)
{
    struct history *h = state;
    const struct change *must = &h->rows[h->next_row];

    if (h->next_row == h->row_count || change->revision != must->revision)
        sim_fail("the store has the unexpected change %llu", (unsigned long long)change->revision);
    if (!id_equal(change->id, must->id) || !id_equal(change->request, must->request))
        sim_fail("change %llu differs from the committed one", (unsigned long long)change->revision);
    h->next_row++;
    return true;
}

/* A time in the future blocks nothing: rows from after the clock was set count for the earlier ones. */
static bool must_be_trimmed(const struct history *h, usec_t now)
{
    usec_t last = h->row_at[h->row_count - sim_limits.rows - 1];

    if (!sim.clock_steps)
        return h->row_at[h->trimmed] < now - 2 * sim_limits.age;
    return last > sim.clock_set && last < now - 2 * sim_limits.age;
}

/* Only a turn that writes trims the log. */
static usec_t last_write(void)
{
    uint64_t i = journal_count();

    while (i > 0 && journal_at(i - 1)->kind <= NOTE_TAKEN)
        i--;
    return i > 0 ? journal_at(i - 1)->at : 0;
}

/* The last turn removed as many rows as a turn need remove; the next one continues. */
static bool is_being_trimmed(void)
{
    uint64_t i = journal_count(), count = 0;
    const uint64_t turn = i > 0 ? journal_at(i - 1)->turn : 0;

    while (i > 0 && journal_at(i - 1)->turn == turn)
        count += journal_at(--i)->kind == NOTE_TRIMMED;
    return count >= TURN_TRIMS;
}

void history_hold_log(struct history *h)
{
    uint64_t left = h->row_count - h->trimmed;

    model_hold_works(&h->model, last_write());
    h->next_row = h->trimmed;
    if (catalogue_each_change(h->txn, &h->arena, 0, hold_row, h) != ERR_OK)
        sim_fail("the change log cannot be read");
    if (h->next_row != h->row_count)
        sim_fail("the change log ends at %llu, expected %llu", (unsigned long long)h->next_row,
                 (unsigned long long)h->row_count);
    if (left > sim_limits.rows && must_be_trimmed(h, last_write()) && !is_being_trimmed())
        sim_fail("the change log has %llu rows, and is not trimmed", (unsigned long long)left);
}

void history_hold_remembered(struct history *h)
{
    uint64_t must = 0;

    for (uint32_t i = 0; i < deed_count(); i++) {
        const struct deed *deed = deed_at(i);
        struct remembered kept;
        if (!deed->held)
            continue;
        must++;
        if (changelog_recall(h->txn, deed->request, &kept) != ERR_OK ||
            !bytes_equal(kept.answer, buffer_bytes(&journal_at(deed->note)->answer)))
            sim_fail("request %u: its answer is not kept", deed_number(deed));
    }
    if (txn_count(h->txn, DB_REQUEST) != must)
        sim_fail("the store remembers %llu requests, expected %llu", (unsigned long long)txn_count(h->txn, DB_REQUEST),
                 (unsigned long long)must);
}
